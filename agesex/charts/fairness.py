"""Charts of fairness: a figure by group, and both errors of an age gate."""

from agesex import findings_groups as words
from agesex.charts.dots import MANY, dots
from agesex.charts.style import NEUTRAL
from agesex.metrics import adults
from agesex.metrics.overall import HEADLINE, HEADLINE_SHARES


def group_dots(rows, metric, *, kind, reference):
    """A figure of every group, the worst first; a star where it differs from all other faces.

    Args:
        rows: rows of `fairness.compare`, in the order of drawing.
        metric: a name of `overall.HEADLINE`.
        kind: the name of `KINDS` that gives the colour, where sex is no column of `rows`.
        reference: the figure of all faces, or what was promised.
    """
    clear = rows.p_holm < words.LEVEL
    shown = rows.assign(
        label=[
            f"{short(group)}{' ✱' if star else ''}" for group, star in zip(rows.group, clear, strict=True)
        ],
        kind=rows.sex.astype(str) if "sex" in rows else kind,
        text=[words.amount(metric, value) for value in rows.value],
        between=_betweens(metric, rows),
    )
    shown["against all others"] = [
        f"{words.amount(metric, by, signed=True)}, p {words.p_value(p)} after Holm"
        for by, p in zip(rows.difference, rows.p_holm, strict=True)
    ]
    return dots(
        _drawn(shown), axis(metric), share=metric in HEADLINE_SHARES, reference=reference,
        signed=metric == "bias", top=len(shown) > MANY,
    )  # fmt: skip


def gate_dots(rows, error):
    """How often each group is put on the wrong side of an age.

    Args:
        rows: result of `adults.confusion`.
        error: `adults.UNDER` or `adults.OVER`.
    """
    rows = rows[(rows.error == error) & (rows.n > 0)]
    # whole words: there is a "male" in every "female"
    sexes = [next((sex for sex in ("female", "male") if sex in group.split(", ")), NEUTRAL) for group in rows.group]
    shown = rows.assign(
        label=rows.group, kind=sexes, text=[words.amount("cs5", value) for value in rows.value],
        between=_betweens("cs5", rows),
    )  # fmt: skip
    title = {adults.UNDER: "taken for older than the threshold", adults.OVER: "taken for younger"}[error]
    return dots(_drawn(shown), title, share=True, zero=True, legend={NEUTRAL: "both sexes"})


def axis(metric):
    """Title of the axis of a figure, with its unit."""
    if metric in HEADLINE_SHARES or metric in words.PLAIN:
        return HEADLINE[metric]
    return f"{HEADLINE[metric]}, {'years²' if metric == 'mse' else 'years'}"


def short(group):
    """The name of a group for an axis: of two or three codes “ages” goes without saying."""
    return group.replace(", ages ", ", ") if ", " in group else group


def _betweens(metric, rows):
    return [words.between(metric, low, high) for low, high in zip(rows.low, rows.high, strict=True)]


def _drawn(rows):
    """Only what is drawn, as plain types; a group without such a figure has no dot."""
    wanted = ["label", "value", "low", "high", "n", "pale", "kind", "text", "between", "against all others"]
    return rows[[name for name in wanted if name in rows]].dropna(subset=["value"])
