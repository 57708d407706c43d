"""Sentences about the worst faces, and whether their labels can be believed.

    worst(rows, {})                            # "Furthest off: labelled 1, guessed 92, 91 years too old"
    label_or_model(rows, "age", verdicts)      # "The largest errors are often wrong labels, or no faces at all. …"
"""

from agesex import findings, findings_groups

VERDICTS = {
    "wrong": "label plainly wrong", "no face": "no face at all", "cannot tell": "cannot be told",
    "right": "label looks right",
}  # fmt: skip
START = {
    "age": "The largest errors are often wrong labels, or no faces at all.",
    "sex": "The surest mistakes are often wrong labels.",
}


def worst(rows, said=None):
    """The largest error of a list; rows of `worst.largest_errors`, said as for `label_or_model`."""
    if rows.empty:
        return "No face fits these filters"
    row = rows.iloc[0]
    way = "old" if row["error"] > 0 else "young"
    years = abs(row["error"])
    return (
        f"Furthest off: labelled {row['age']}, guessed {row['age_pred']:.0f}, {years:.0f} years too {way}"
        f"{_doubted(row, said)}"
    )


def mistakes(rows, said=None):
    """The surest mistake of a list; rows of `worst.sure_mistakes`, said as for `label_or_model`."""
    if rows.empty:
        return "No mistake fits these filters"
    row = rows.iloc[0]
    return (
        f"Surest mistake: labelled {row['sex']}, called {row['said']} with a probability of "
        f"{row['confidence']:.3f}{_doubted(row, said)}"
    )


def _doubted(row, said):
    verdict = (said or {}).get(row["file"])
    return f" – looked at: {VERDICTS[verdict]}" if verdict in ("wrong", "no face") else ""


def label_or_model(rows, kind, said):
    """How many of the worst faces have a wrong label, as far as somebody looked.

    Args:
        rows: of `worst.largest_errors` or `worst.sure_mistakes`; needs file.
        kind: "age" or "sex", the label that is doubted.
        said: dict, file -> one of `suspects.VERDICTS`, of the photos that were looked at.

    Returns:
        str, two or three sentences.
    """
    n = len(rows)
    found = [said[file] for file in rows.file if file in said]
    start = START[kind]
    if not found:
        whom = "The photo of this face was" if n == 1 else f"The photos of these {n} faces were"
        return f"{start} {whom} not looked at."
    counts = [f"{VERDICTS[name]}: {found.count(name)}" for name in VERDICTS if name in found]
    if n > len(found):
        counts.append(f"not looked at: {n - len(found)}")
    return (
        f"{start} Of the {n} shown, {len(found)} {'was' if len(found) == 1 else 'were'} looked at, being among the {kind} "
        f"labels most in doubt. {'; '.join(counts).capitalize()}. It was one look by an author, who saw photo and label "
        "but not the guess (see Dataset, What is wrong)."
    )


def copies(found):
    """How far the labels within groups of copies spread; a `worst.Copies`."""
    mean = found.mean
    if not mean["n"]:
        return "No photo of these faces has a copy among them"
    return (
        f"Over all groups of copies, youngest and oldest label lie {findings_groups.described('mae', mean)} apart on "
        f"average, by a median of {findings_groups.amount('mae', found.median)}; {findings.percent(found.same_age, 0)} of "
        f"the groups agree on the age, {findings.percent(found.same_sex, 0)} on the sex"
    )
