"""Questions of the view Who: how old, by whom, since when, and what the photos are like.

    age_counts(faces, choice, width=5, by="sex")   # name, start, end, n, share
    pyramid(faces, choice)                         # sex, start, end, n
    boxes(faces, choice, "race")                   # name, n, mean, q05 … q95

Each is one aggregate query, whatever the number of faces; `choice` is a `Choice`, ages are whole years.
"""

from collections import Counter

import numpy as np
import pandas as pd

from agesex.census.choice import MEASURES, Choice
from agesex.census.kept import kept

FIELDS = {  # what faces can be grouped by: what it is called
    "sex": "sex", "race": "race code", "split": "split", "band": "age", "source": "source",
}  # fmt: skip
WIDTHS = (1, 5, 10)  # years per bar
QUANTILES = {"q05": 0.05, "q25": 0.25, "q50": 0.5, "q75": 0.75, "q95": 0.95}
BINS = 40  # of a measure, between its 0.5th and its 99.5th percentile
TAIL = 0.005
STEPS = {"day": 120, "month": 3660}  # days that are spanned at most; longer spans are counted by year


def age_counts(faces, choice, *, width=1, by=None):
    """Photos per age bin.

    Args:
        faces: `Faces`.
        choice: `Choice`.
        width: of a bin, years.
        by: a name of `FIELDS`, or None.

    Returns:
        DataFrame: name (of the group; "all" without `by`), start, end (years, end excluded), n, share (of the
        photos of that group); empty bins are left out.
    """
    name = "'all'" if by is None else _field(by)
    found = faces.tuples(
        choice,
        f"SELECT {name} AS name, CAST(age // ? * ? AS INTEGER) AS start, count(*) AS n FROM {{chosen}} "
        "GROUP BY ALL ORDER BY ALL",
        before=[int(width), int(width)],
    )
    names, start, n = zip(*found, strict=True) if found else ((), (), ())
    whole = Counter()
    for group, _, count in found:
        whole[group] += count
    start, n = np.array(start, "int32"), np.array(n, "int64")
    share = n / np.array([whole[group] for group in names], float)
    return pd.DataFrame({"name": _texts(names), "start": start, "end": start + np.int32(width), "n": n, "share": share})


def frequent(faces, choice):
    """The most frequent age and how often it comes, and between which ages the middle half lies.

    Returns:
        dict: photos, age, n, low, high (years).
    """
    ages = age_counts(faces, choice)
    low, high = _quantiles(ages.start.to_numpy(), ages.n.to_numpy(), (0.25, 0.75))
    top = ages.loc[ages.n.idxmax()]
    return {"photos": int(ages.n.sum()), "age": int(top.start), "n": int(top.n), "low": low, "high": high}


def pyramid(faces, choice, *, width=5):
    """Photos per age bin and sex; DataFrame: sex, start, end, n. Faces of unknown sex are left out."""
    rows = age_counts(faces, choice, width=width, by="sex").rename(columns={"name": "sex"})
    return rows[rows.sex != "unknown"][["sex", "start", "end", "n"]].reset_index(drop=True)


def boxes(faces, choice, by):
    """Where the ages of each group lie.

    Returns:
        DataFrame: name, n, mean, q05, q25, q50, q75, q95 (years), the largest group first.
    """
    # there are 121 ages at most: counted once, they give every quantile, however many faces there are
    counts = age_counts(faces, choice, by=by)
    names, ages, n = (counts[column].to_numpy() for column in ("name", "start", "n"))
    found = []
    for name in dict.fromkeys(names):
        mine = names == name
        whole = n[mine].sum()
        mean = float((ages[mine] * n[mine]).sum() / whole)
        found.append((name, int(whole), mean, *_quantiles(ages[mine], n[mine], QUANTILES.values())))
    found.sort(key=lambda row: (-row[1], row[0]))
    return pd.DataFrame(found, columns=["name", "n", "mean", *QUANTILES]).astype({"name": "str"})


def cells(faces, choice, first, second):
    """Photos per pair of groups; DataFrame: first, second (names as text), n. Empty pairs are left out."""
    found = faces.tuples(
        choice,
        f"SELECT {_field(first)} AS first, {_field(second)} AS second, count(*) AS n FROM {{chosen}} "
        "GROUP BY ALL ORDER BY ALL",
    )
    one, other, n = zip(*found, strict=True) if found else ((), (), ())
    return pd.DataFrame({"first": _texts(one), "second": _texts(other), "n": np.array(n, "int64")})


def collected(faces, choice):
    """Photos by the day, month or year in which they were collected.

    Returns:
        DataFrame: start, end (timestamps, end excluded), n; and attrs["step"] (day, month or year). Photos
        without a date are left out.
    """
    ends = faces.about(choice, "SELECT min(taken) AS low, max(taken) AS high FROM {chosen}").iloc[0]
    days = 0 if pd.isna(ends.low) else (ends.high - ends.low).days
    step = next((name for name, most in STEPS.items() if days <= most), "year")
    rows = faces.about(
        choice,
        f"SELECT date_trunc('{step}', taken) AS start, count(*) AS n FROM {{chosen}} AND taken IS NOT NULL "
        "GROUP BY 1 ORDER BY 1",
    )
    rows["start"] = pd.to_datetime(rows.start)
    rows["end"] = rows.start + pd.tseries.offsets.DateOffset(**{f"{step}s": 1})
    rows.attrs["step"] = step
    return rows[["start", "end", "n"]]


@kept
def measured(faces, choice):
    """Names of the measures that the chosen photos have."""
    counts = faces.about(choice, f"SELECT {', '.join(f'count({name})' for name in MEASURES)} FROM {{chosen}}").iloc[0]
    return [name for name, n in zip(MEASURES, counts, strict=True) if n]


def histogram(faces, choice, name):
    """Photos per interval of a measure.

    Args:
        faces: `Faces`.
        choice: `Choice`.
        name: of `MEASURES`.

    Returns:
        DataFrame: start, end, n, share (of the photos that have the measure), and attrs["middle"], the ends between
        which nine tenths of them lie. The bins are those of the whole
        data set, whatever is chosen; the outermost hold what lies beyond them, and reach as far.

    Raises:
        KeyError: there is no such measure.
    """
    if name not in MEASURES:
        raise KeyError(f"no measure {name!r}; there are {', '.join(MEASURES)}")
    least, low, high, most = _ends(faces, name)
    if low is None:
        return pd.DataFrame({"start": [], "end": [], "n": [], "share": []})
    width = float(np.float32(high) - np.float32(low)) / BINS or 1.0  # as precise as the column
    found = faces.tuples(
        choice,
        f"SELECT CAST(greatest(0, least({BINS - 1}, floor(({name} - ?) / ?))) AS INTEGER) AS bin, count(*) AS n "
        f"FROM {{chosen}} AND {name} IS NOT NULL GROUP BY 1 ORDER BY 1",
        before=[low, width],
    )
    bins, n = np.array(found, "int64").reshape(-1, 2).T
    start = low + bins * width
    end = np.where(bins < BINS - 1, start + width, max(most, low + BINS * width))
    start = np.where(bins > 0, start, min(least, low))
    rows = pd.DataFrame({"start": start, "end": end, "n": n, "share": n / max(1, n.sum())})
    ((middle_low, middle_high),) = faces.tuples(
        choice, f"SELECT quantile_cont({name}, 0.05), quantile_cont({name}, 0.95) FROM {{chosen}}"
    )
    rows.attrs["middle"] = tuple(np.nan if end is None else float(end) for end in (middle_low, middle_high))
    return rows


@kept
def _ends(faces, name):
    """Lowest value, `TAIL`, 1 − `TAIL` and highest value of a measure in the whole data set; None where it has none."""
    (ends,) = faces.tuples(
        Choice(), f"SELECT min({name}), quantile_disc({name}, ?), quantile_disc({name}, ?), max({name}) FROM {{chosen}}",
        before=[TAIL, 1 - TAIL],
    )  # fmt: skip
    return tuple(None if end is None else float(end) for end in ends)


def _quantiles(ages, n, wanted):
    """Quantiles of counted ages as of `numpy.quantile`: between two faces in proportion; a list of floats."""
    last = np.cumsum(n)  # one more than the place of the last face of each age
    places = (last[-1] - 1) * np.array(list(wanted))
    low, high = (ages[np.searchsorted(last, end(places), side="right")] for end in (np.floor, np.ceil))
    return (low + (high - low) * (places % 1)).tolist()


def _texts(names):
    return pd.array(names, dtype="str")


def _field(name):
    if name not in FIELDS:
        raise KeyError(f"nothing is grouped by {name!r}; there are {', '.join(FIELDS)}")
    return name
