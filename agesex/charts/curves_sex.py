"""Charts of the sex over all thresholds: ROC, precision and recall, reliability, answered against right."""

import altair as alt
import pandas as pd

from agesex import findings_groups as words
from agesex.charts.by_age import HEIGHT
from agesex.charts.style import GREY, both, colour, models

SHARE = alt.Axis(format=".0%", tickCount=5, grid=True)
UNIT = alt.Scale(domain=[0, 1], nice=False)


def roc(points, *, split, beside=None, titles=None):
    """Women found against men taken for women.

    Args:
        points: of `metrics.curves.roc`.
        split: gives the colour.
        beside: those of a second model, dashed; or None.
        titles: what people call the two models, for the legend.
    """
    x = alt.X("fpr:Q", title="men taken for women", axis=SHARE, scale=UNIT)
    y = alt.Y("tpr:Q", title="women found", axis=SHARE, scale=UNIT)
    coin = _diagonal("fpr", "tpr")
    return alt.layer(coin, *_curves(points, beside, x, y, split, titles), height=HEIGHT)


def precision_recall(points, *, share, split, beside=None, titles=None):
    """How many of those called female are, against how many women are found.

    Args:
        points: of `metrics.curves.precision_recall`.
        share: of women, what guessing would give.
        split: gives the colour.
        beside: points of a second model, dashed; or None.
        titles: as of `roc`.
    """
    x = alt.X("recall:Q", title="women found (recall)", axis=SHARE, scale=UNIT)
    y = alt.Y(
        "precision:Q", title="rightly called female (precision)", axis=SHARE, scale=alt.Scale(domainMax=1)
    )
    guess = alt.Chart(pd.DataFrame({"precision": [share]})).mark_rule(strokeDash=[5, 4], color=GREY)
    return alt.layer(guess.encode(y=alt.Y("precision:Q")), *_curves(points, beside, x, y, split, titles), height=HEIGHT)


def reliability(rows, *, split, beside=None, titles=None):
    """What became of each probability: the share of women among those who got about the same one.

    Args:
        rows: result of `metrics.calibration.reliability`.
        split: gives the colour.
        beside: those of a second model, joined by a dashed line; or None.
        titles: as of `roc`.
    """
    rows, titles = both(rows, beside, titles)
    between = [words.between("cs5", *ends) for ends in zip(rows.low, rows.high, strict=True)]
    base = alt.Chart(rows.assign(series=split, between=between)).encode(
        x=alt.X("p:Q", title="probability of “female” that was given", axis=SHARE, scale=UNIT),
        color=colour("series"),
        tooltip=[
            *([alt.Tooltip("model")] if titles else []),
            alt.Tooltip("p", title="given", format=".1%"),
            alt.Tooltip("value", title="are labelled female", format=".1%"),
            alt.Tooltip("between", title="95 % interval"),
            alt.Tooltip("n", title="faces", format=","),
        ],
    )
    y = alt.Y("value:Q", title="share labelled female", axis=SHARE, scale=UNIT)
    lines = [base.mark_line(strokeWidth=1.5).encode(y=y, strokeDash=models(titles))] if titles else []
    return alt.layer(
        _diagonal("p", "value"),
        *lines,
        base.mark_rule(strokeWidth=2.5).encode(y=alt.Y("low:Q"), y2=alt.Y2("high:Q")),
        base.transform_filter("!datum.pale").mark_point(size=80, filled=True, opacity=1).encode(y=y),
        base.transform_filter("datum.pale").mark_point(size=60, opacity=0.45).encode(y=y),
        height=HEIGHT,
    )


def answered(rows, *, split, beside=None, titles=None):
    """How many get an answer against how often it is right, the chosen threshold marked.

    Args:
        rows: result of `metrics.unsure.answered_curve`.
        split: gives the colour.
        beside: those of a second model, dashed; or None.
        titles: as of `roc`.
    """
    rows, titles = both(rows, beside, titles)
    rows = rows.dropna(subset=["accuracy"]).sort_values("share").assign(series=split)
    between = [
        words.between("cs5", *ends) for ends in zip(rows.accuracy_low, rows.accuracy_high, strict=True)
    ]
    rows = rows.assign(between=between, label=[f"threshold {t:.2f}" for t in rows.threshold])
    scale = alt.Scale(zero=False)
    base = alt.Chart(rows).encode(
        x=alt.X("share:Q", title="faces that get an answer", axis=SHARE, scale=scale),
        color=colour("series"),
        tooltip=[
            *([alt.Tooltip("model")] if titles else []),
            alt.Tooltip("threshold", format=".2f"),
            alt.Tooltip("share", title="get an answer", format=".1%"),
            alt.Tooltip("accuracy", title="of them right", format=".1%"),
            alt.Tooltip("between", title="95 % interval"),
            alt.Tooltip("answered", title="faces answered", format=","),
        ],
    )
    y = alt.Y("accuracy:Q", title="right, of those answered", axis=SHARE, scale=scale)
    chosen = base.transform_filter("datum.chosen")
    return alt.layer(
        base.mark_area(opacity=0.14 if titles else 0.22).encode(
            y=alt.Y("accuracy_low:Q", title="right, of those answered"), y2=alt.Y2("accuracy_high:Q"), detail=alt.Detail("model:N")
        ),
        base.mark_line(strokeWidth=2.5).encode(y=y, strokeDash=models(titles)),
        base.mark_point(size=50, opacity=0).encode(y=y),
        chosen.mark_point(size=140, filled=True, opacity=1).encode(y=y),
        chosen.mark_text(align="right", baseline="top", dx=-8, dy=8, color=GREY).encode(y=y, text=alt.Text("label")),
        height=HEIGHT,
    )


def _curves(points, beside, x, y, split, titles):
    """The line of a model with its band, and dashed that of a second one with its own."""
    rows, titles = both(points, beside, titles)
    # infinity is no JSON
    rows = rows.assign(series=split, threshold=rows.threshold.clip(upper=1))
    fields = [channel.shorthand.split(":")[0] for channel in (x, y)]
    y_title = y.to_dict()["title"]
    layers = []
    if "low" in rows:
        # beside a vertical piece of the curve there is one band only
        bands = rows.drop_duplicates(["model", fields[0]], keep="last")
        bands = alt.Chart(bands).mark_area(opacity=0.14 if titles else 0.22)
        layers.append(
            bands.encode(x=x, y=alt.Y("low:Q", title=y_title), y2=alt.Y2("high:Q"), color=colour("series"), detail=alt.Detail("model:N"))
        )
    tips = [alt.Tooltip(name, format=".3f") for name in (*fields, *(["low", "high"] if layers else []), "threshold")]
    layers.append(
        alt.Chart(rows).mark_line(interpolate="linear", strokeWidth=2.5).encode(
            x=x, y=y, color=colour("series"), order=alt.Order("threshold:Q"), detail=alt.Detail("model:N"), strokeDash=models(titles),
            tooltip=[*([alt.Tooltip("model")] if titles else []), *tips],
        )
    )  # fmt: skip
    return layers


def _diagonal(x, y):
    line = alt.Chart(pd.DataFrame({x: [0.0, 1.0], y: [0.0, 1.0]}))
    return line.mark_line(strokeDash=[5, 4], strokeWidth=1.5, color=GREY).encode(x=alt.X(f"{x}:Q"), y=alt.Y(f"{y}:Q"))
