"""What all charts share: colours by name, sizes, axes that Streamlit's theme would spoil."""

import altair as alt
import pandas as pd

KINDS = ("female", "male", "train", "validation", "test", "calibration", "dropped")
NEUTRAL = "dropped"  # whose grey is that of all faces in charts in which women and men have their colours
GREY = "#848b96"  # reference lines and notes; readable on the light and on the dark background
OTHER = [7, 4]  # dashes of the model beside the chosen one
ROW = 30  # px per row of a chart with groups on the y axis
# Streamlit themes no text inside a chart; it does set the background, which Vega keeps as a signal.
INK = alt.ExprRef("luminance(background) > 0.4 ? '#18202c' : '#e9e6df'")
AXIS, LEGEND = 75, 45  # px; the height of a chart includes them

# Streamlit's theme would leave out every second name and move the first one off its row.
GROUP_AXIS = alt.Axis(labelLimit=170, labelOverlap=False, labelFlush=False)
LEVEL_LABELS = alt.Axis(labelAngle=0, labelOverlap=True)

alt.data_transformers.disable_max_rows()  # the tables are aggregated before they are drawn


def told(values, **more):
    """A legend of some names of `KINDS`, in words.

    Args:
        values: names of `KINDS`.
        **more: arguments of `alt.Legend`.
    """
    words = f"{{'female': 'women', 'male': 'men', '{NEUTRAL}': 'all faces'}}[datum.label] || datum.label"
    return alt.Legend(values=list(values), orient="top", title=None, offset=4, labelExpr=words, **more)


def models(titles):
    """The dashes of two models, with a legend that tells them apart, for a field "model".

    Args:
        titles: (first, second), what people call them; None for one model without a legend.
    """
    if not titles:
        return alt.StrokeDash("model:N", legend=None)
    legend = alt.Legend(
        orient="top", title=None, offset=4, symbolType="stroke", symbolSize=300, symbolStrokeWidth=2.5, columns=1,
        labelLimit=300,
    )  # fmt: skip
    return alt.StrokeDash("model:N", scale=alt.Scale(domain=list(titles), range=[[1, 0], OTHER]), legend=legend)


def both(rows, beside, titles):
    """The rows of a model, and of a second one, as one table with the column model.

    Args:
        rows: DataFrame.
        beside: of the second model; None without one.
        titles: (first, second); two equal ones are told apart.

    Returns:
        (DataFrame, titles): the titles as they stand in the column; None without a second model.
    """
    if beside is None:
        return rows.assign(model=""), None
    first, second = titles or ("first", "second")
    second = f"{second} (the other)" if second == first else second
    return pd.concat([beside.assign(model=second), rows.assign(model=first)], ignore_index=True), (first, second)


def colour(field, shown=None):
    """Colour by a column that holds names of `KINDS`; `shown` are those in the legend."""
    legend = alt.Legend(values=list(shown), orient="top", title=None, offset=4) if shown else None
    return alt.Color(f"{field}:N", scale=alt.Scale(domain=list(KINDS)), legend=legend)
