"""The sentences above maps, curves and rankings, computed from the figures that they stand over.

    deletion(evidence)     # "Blurring the hottest fifth first costs 4.1 of 9.8 years; random order …"
"""

import numpy as np
import pandas as pd

from agesex.explain.seam import unit

FIFTH = 0.2  # of the photo, the share that is put into words
# Ranks of 16 cells in two random orders correlate by chance, with a standard deviation of 1 / √15 = 0.26:
# within it there is no agreement to be seen.
CHANCE = 0.26


def regions(table, target):
    """Which regions a map falls on most and least, per area; result of `regions.table`."""
    rows = table.dropna(subset=["density"]).sort_values("density", kind="stable")
    if rows.empty:
        return "The map is empty, so no region stands out"
    most, least = rows.iloc[-1], rows.iloc[0]
    return (
        f"Towards “{target}” the map lies most on the {most.region}: {most.density:.1f} times what the area "
        f"alone would get, {_percent(most.share)} of the map; least on the {least.region}, "
        f"{least.density:.1f} times"
    )


def bands(rows, target):
    """Where the average map of the youngest group lies most, and that of the oldest.

    Args:
        rows: tables of `regions.table` with a column band, the youngest first.
        target: a name of `TARGETS`.
    """
    rows = rows.dropna(subset=["density"])
    parts = rows.reset_index(drop=True).groupby("band", sort=False)
    tops = [(band, one.loc[one.density.idxmax()]) for band, one in parts]
    if not tops:
        return f"The average maps towards “{target}” are empty"
    (young, first), (old, last) = tops[0], tops[-1]
    start = (
        f"Towards “{target}”, the map of ages {young} lies most on the {first.region} for its area "
        f"({_times(first)})"
    )
    if len(tops) == 1:
        return start
    if first.region == last.region:
        return f"{start}, and so does that of ages {old} ({_times(last)})"
    return f"{start}, that of ages {old} on the {last.region} ({_times(last)})"


def differ(a, b):
    """The region of which one average map has most more than another; two results of `regions.table`."""
    gaps = (a.set_index("region").share - b.set_index("region").share).dropna()
    if gaps.empty:
        return "One of the two maps is empty"
    name = gaps.abs().idxmax()
    shares = [table.set_index("region").share[name] for table in (a, b)]
    if abs(gaps[name]) < 0.005:
        return "No region gets a share of the map that differs by half a per cent or more"
    return (
        f"Most unlike on the {name}: {_percent(shares[0])} of A's map lies there, and {_percent(shares[1])} "
        "of B's"
    )


def order(evidence):
    """Whether a map's order beats random order and the centre of the photo; a `curves.Evidence`."""
    own, random, blob = evidence.map.gain, evidence.random.gain, evidence.blob.gain
    figures = f"gain {_signed(own)}; random order {_signed(random)}, centre {_signed(blob)}"
    if own <= random:
        return f"For this photo the map's order is no better than random order ({figures})"
    if own <= blob:
        return (
            "For this photo the map's order beats random order, but going from the centre outwards, which "
            f"needs no map, does as well or better ({figures})"
        )
    return f"For this photo the map's order beats random order and the centre of the photo ({figures})"


def deletion(evidence):
    """What blurring a fifth of the photo costs in each order; a `curves.Evidence`."""
    own, random, blob = (
        (1 - _at_fifth(one.shares, one.deletion)) * evidence.denominator
        for one in (evidence.map, evidence.random, evidence.blob)
    )
    return (
        f"Blurring the hottest fifth first costs {_of(own, evidence)}; random order costs {_number(random)}, "
        f"from the centre outwards {_number(blob)}"
    )


def insertion(evidence):
    """What bringing back a fifth of the photo gives in each order; a `curves.Evidence`."""
    own, random, blob = (
        _at_fifth(one.shares, one.insertion) * evidence.denominator
        for one in (evidence.map, evidence.random, evidence.blob)
    )
    return (
        f"Bringing back the hottest fifth first gives {_of(own, evidence)}; random order gives "
        f"{_number(random)}, from the centre outwards {_number(blob)}"
    )


def areas(evidence):
    """The areas under the curves of each order; a `curves.Evidence`."""
    names = {"map": "hottest first", "random": "random order", "blob": "from the centre outwards"}
    parts = [
        f"{name} {getattr(evidence, key).deletion_area:.2f} and {getattr(evidence, key).insertion_area:.2f}"
        for key, name in names.items()
    ]
    return (
        f"Areas under deletion (low is good) and insertion (high is good), where what lies beyond 0 and 1 counts "
        f"as 0 and 1: {'; '.join(parts)}"
    )


def untestable(difference, least, target):
    """That a photo is too close to its blurred copy.

    Args:
        difference: score of the photo less that of the blurred copy.
        least: the `curves.MINIMUM` of the unit.
        target: a name of `TARGETS`.
    """
    name = unit(target)
    return (
        f"This test cannot be made with this photo: blurring all of it moves the answer by only "
        f"{abs(difference):.1f} {name}, and under {least:g} {name} there is nothing to follow"
    )


def sanity(steps, limit):
    """What is left of a map with random weights.

    Args:
        steps: list of `sanity.Step`, the last with all weights drawn anew.
        limit: rank correlation above which a method is called out.
    """
    left = steps[-1].rank_correlation
    if np.isnan(left):
        return "With random weights nothing is left of the map: it is the same everywhere"
    value = _signed(left)
    if left > limit:
        return (
            f"A warning: with all weights random the map still correlates {value} with this one, over "
            f"{limit:g}. Much of it comes from the photo and the method, not from what the model has learnt"
        )
    return (
        f"With all weights random the map correlates {value} with this one, not over {limit:g}: the "
        "photo alone does not make it. Whether it is right is another question"
    )


def agreement(alike, limit):
    """How far two maps agree, for those who have never heard of a correlation.

    Args:
        alike: rank correlation of the two, -1 to 1; NaN where one is the same everywhere.
        limit: `sanity.LIMIT`, above which a map has hardly changed.
    """
    if np.isnan(alike):
        return "One of the two maps is empty, so there is no correlation to be had"
    if alike > limit:
        said = "the two maps are much alike"
    elif alike > CHANCE:
        said = "the two maps agree a little"
    elif alike >= -CHANCE:
        said = "the two maps do not agree at all"
    else:
        said = "the two maps contradict each other: where one is hot, the other tends to be cold"
    return f"Rank correlation of the two: {_signed(alike)}; {said}"


def stability(values, given=()):
    """By which small change a map moves most.

    Args:
        values: dict of a change -> correlation, as `stability.stability` gives it.
        given: names of changes whose correlation is 1 by construction.
    """
    asked = {name: value for name, value in values.items() if name not in given and not np.isnan(value)}
    if not asked:
        return "There is nothing to compare: a map is the same everywhere"
    name, low = min(asked.items(), key=lambda item: item[1])
    if low >= 0.9:
        start = "The map holds still"
    else:
        start = "The map moves a little" if low >= 0.7 else "The map does not hold still"
    text = f"{start} when the photo hardly changes: the lowest correlation is {low:.2f} ({name})"
    lost = len(values) - len(asked) - sum(name in values for name in given)
    return f"{text}; {lost} of the maps were the same everywhere" if lost else text


def ranking(rows, question):
    """The best method, and how clearly it is best.

    Args:
        rows: result of `Report.ranking`, the best first.
        question: "age" or "sex".
    """
    if rows.empty:
        return f"No method was measured for {question}"
    best = rows.iloc[0]
    text = (
        f"For {question}, {best.title} orders the photo best: {_signed(best.over_random)} better than random "
        f"order ({_between(best, 'over_random')}; n = {best.n:,})"
    )
    if len(rows) < 2:
        return text
    rival = rows.iloc[1]
    if best.over_random_low <= rival.over_random_high:
        return f"{text}; its interval overlaps that of {rival.title}"
    return text


def losers(rows):
    """Which methods do not clearly beat random order, or the centre of the photo; a sentence or two.

    Args:
        rows: result of `Report.ranking`.
    """
    texts = []
    for column, rival in (("over_random", "random order"), ("over_blob", "going from the centre outwards")):
        none = rows[~(rows[f"{column}_low"] > 0)]
        if none.empty:
            texts.append(f"Every method clearly beats {rival}.")
        elif len(none) == len(rows):
            texts.append(f"No method clearly beats {rival}.")
        else:
            texts.append(f"Not clearly better than {rival}: {', '.join(none.title)}.")
    return " ".join(texts)


def called_out(rows, limit):
    """Which methods keep their map when the weights are random; rows of `Report.ranking`."""
    known = rows.dropna(subset=["random_weights"])
    if known.empty:
        return "The random-weights check was not made."
    over = known[known.random_weights > limit]
    named = [f"{row.title} ({_signed(row.random_weights)})" for row in over.itertuples()]
    if not named:
        return f"With random weights no method's map stays correlated over {limit:g} on average."
    return (
        f"With random weights these maps still correlate over {limit:g} on average: {', '.join(named)}. "
        "They show much of the photo whatever the model has learnt."
    )


def _at_fifth(shares, curve):
    return float(np.interp(FIFTH, shares, curve))


def _of(value, evidence):
    """A change of the score beside that of the whole photo, which it may exceed or oppose."""
    whole, named = _number(evidence.denominator), unit(evidence.target)
    if value > evidence.denominator:
        return f"{_number(value)} {named}, more than the whole photo ({whole})"
    if value < 0:
        return f"{_number(value)} {named}, the other way than the whole photo ({whole})"
    return f"{_number(value)} of {whole} {named}"


def _number(value):
    return f"{round(value, 1) + 0.0:.1f}".replace("-", "−")  # no "−0.0"


def _signed(value):
    return f"{round(value, 2) + 0.0:.2f}".replace("-", "−")


def _between(row, column):
    low, high = row[f"{column}_low"], row[f"{column}_high"]
    return "no interval" if pd.isna(low) else f"{_signed(low)} to {_signed(high)}"


def _times(row):
    return f"{row.density:.1f} times"


def _percent(share):
    return f"{100 * share:.0f} %"
