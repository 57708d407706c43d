"""Charts of shares: groups of so few photos that a share says little are left out, and counted."""

from agesex import findings_dataset


def large(rows, column):
    """The rows of groups that are large enough for shares.

    Args:
        rows: DataFrame with n and the column of the groups.
        column: its name.

    Returns:
        (DataFrame, str): those rows, and a sentence that counts the others; "" where there are none.
    """
    sizes = rows.groupby(column).n.sum()
    small = sizes[sizes < findings_dataset.FEW]
    return rows[~rows[column].isin(small.index)], findings_dataset.left_out(small.to_dict())
