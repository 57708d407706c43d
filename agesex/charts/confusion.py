"""Confusion matrices as heat maps: what was true against what was said."""

import altair as alt

from agesex import findings_groups as words
from agesex.charts.style import INK

CELL = {2: 120, 5: 62, 9: 46, 17: 30}  # px a row, by number of groups
FILL = "#0072b2"  # under text, in both themes: never darker than the text can bear
FAINT, FULL = 0.03, 0.6  # opacity of a share of 0 and of 1


def confusion(rows, names, *, what):
    """True groups from top to bottom, said ones from left to right; shares are of a row.

    Args:
        rows: true, said, n and share (of the faces that truly are of that group; NaN where there are none).
        names: of the groups, in their order.
        what: said on the axes, e.g. "age group".
    """
    rows = rows.assign(
        text=["" if n == 0 else f"{100 * s:.0f} %" for n, s in zip(rows.n, rows.share, strict=True)]
    )
    if len(names) > 9:  # no room for a sign
        rows = rows.assign(text=[t.removesuffix(" %") for t in rows.text])
    if "low" in rows:
        between = [words.between("cs5", *ends) for ends in zip(rows.low, rows.high, strict=True)]
        rows = rows.assign(between=between)
    names = list(names)
    axis = alt.Axis(labelOverlap=False, labelFlush=False, labelAngle=0 if len(names) <= 5 else -50)
    base = alt.Chart(rows).encode(
        x=alt.X("said:N", sort=names, title=f"{what} that was said", axis=axis),
        y=alt.Y(
            "true:N", sort=names, title=f"labelled {what}", axis=alt.Axis(labelOverlap=False, labelFlush=False)
        ),
        tooltip=[
            alt.Tooltip("true", title=f"labelled {what}"),
            alt.Tooltip("said", title="said"),
            alt.Tooltip("share", title="share of the row", format=".1%"),
            *([alt.Tooltip("between", title="95 % interval")] if "low" in rows else []),
            alt.Tooltip("n", title="faces", format=","),
        ],
    )
    opacity = alt.Opacity("share:Q", scale=alt.Scale(domain=[0, 1], range=[FAINT, FULL]), legend=None)
    size = 10 if len(names) > 9 else 12 if len(names) > 2 else 20
    cell = next(px for most, px in CELL.items() if len(names) <= most)
    return alt.layer(
        base.mark_rect(color=FILL).encode(opacity=opacity),
        base.mark_text(fontSize=size, color=INK).encode(text=alt.Text("text")),
        height=cell * len(names) + (75 if len(names) <= 5 else 100),
    )
