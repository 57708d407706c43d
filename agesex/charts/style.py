"""What all charts share: colours by name, sizes, axes that Streamlit's theme would spoil."""

import altair as alt

KINDS = ("female", "male", "train", "validation", "test", "calibration", "dropped")
GREY = "#848b96"  # reference lines and notes; readable on the light and on the dark background
ROW = 30  # px per row of a chart with groups on the y axis
AXIS, LEGEND = 75, 45  # px; the height of a chart includes them

# Streamlit's theme would leave out every second name and move the first one off its row.
GROUP_AXIS = alt.Axis(labelLimit=170, labelOverlap=False, labelFlush=False)
LEVEL_LABELS = alt.Axis(labelAngle=0, labelOverlap=True)

alt.data_transformers.disable_max_rows()  # the tables are aggregated before they are drawn


def colour(field, shown=None):
    """Colour by a column that holds names of `KINDS`; `shown` are those in the legend."""
    legend = alt.Legend(values=list(shown), orient="top", title=None, offset=4) if shown else None
    return alt.Color(f"{field}:N", scale=alt.Scale(domain=list(KINDS)), legend=legend)
