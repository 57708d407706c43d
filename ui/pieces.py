"""Pieces that several pages draw: a chart with its sentence, a headline figure, the average faces."""

import html
import re

import streamlit as st

from ui import charts
from ui.loaders import average_pictures


def figure(title, chart, note):
    """A chart under the sentence that says what to see in it, with n and caveat below it.

    Args:
        title: one sentence, computed from the data of the chart (see `agesex.findings`).
        chart: alt.Chart without title and width, or one of `ui.charts`.
        note: n, caveat, how to read it.
    """
    with st.container(gap="xsmall"):
        st.markdown(f"#### {_unbroken(title)}")
        picture(title, chart)
        st.caption(_unbroken(note))
        saver(title)


def picture(title, chart):
    """A chart that is described by its title to those who cannot see it, drawn as SVG, so that it can be saved.

    Args:
        title: one sentence.
        chart: alt.Chart without title and width, or one of `ui.charts`.
    """
    described = {"description": title, "usermeta": {"embedOptions": {"renderer": "svg"}}}
    st.vega_lite_chart(charts.spec(chart) | described, width="stretch")


def saver(title):
    """A small button that saves the chart above it as .svg, in the browser (`ui/save.js`); PNG is in its own menu.

    Args:
        title: of the chart; the file is called by it.
    """
    name = html.escape(f"Save this chart: {title}", quote=True)
    st.html(f'<button type="button" class="save-svg" title="{name}" aria-label="{name}">Save as SVG</button>')


def _unbroken(text):
    """Keep a figure and its unit on one line."""
    return re.sub(r"(?<=\d) (?=%|years)|(?<=\bn) (?==)|(?<==) (?=\d)", "\u00a0", text)


def big_figure(metric, row, *, width=262):
    """One headline figure in a frame: value, 95 % interval, n and what stands beside it.

    Args:
        metric: a name of `agesex.metrics.NAMES`.
        row: dict with value, low, high, n, baseline, as in card.json.
        width: of the frame, px.
    """
    from agesex import findings, metrics, model_card

    with st.container(border=True, width=width, height="stretch", gap="xsmall"):
        st.metric(metrics.NAMES[metric], findings.amount(metric, row["value"], 2))
        between = findings.interval(metric, row["low"], row["high"], 2)
        beside = model_card.beside(metric, row)
        st.caption(f"95 % interval {between} · n = {row['n']:,}  \n{beside}")


def average_faces(sexes=(), ages=(0, 120)):
    """The average faces as a grid: age bands from left to right, the sexes below each other.

    Args:
        sexes: those to show; all when empty.
        ages: (lowest, highest) age, years; every band that overlaps is shown.
    """
    shown = [
        (cell, data)
        for cell, data in average_pictures()
        if (not sexes or cell["sex"] in sexes) and cell["low"] <= ages[1] and cell["high"] >= ages[0]
    ]
    bands = sorted({cell["low"] for cell, _ in shown})
    rows = sorted({cell["sex"] for cell, _ in shown})
    pictures = [
        f'<figure style="--band:{bands.index(cell["low"]) + 1};--row:{rows.index(cell["sex"]) + 1}">'
        f'<img src="data:image/webp;base64,{data}" alt="Average face, {cell["sex"]}, {years}">'
        f"<figcaption>{cell['sex']}, {years}<br>{cell['n']:,} of {cell['of']:,}</figcaption></figure>"
        for cell, data in shown
        for years in [f"{cell['low']}–{cell['high']}" if cell["high"] < 100 else f"{cell['low']}+"]
    ]
    st.html(f'<div class="faces">{"".join(pictures)}</div>')
    st.caption(
        "Each picture is the mean of at least 50 photos, those most like the mean of all photos of its age "
        "and sex (numbers below it): it shows nobody in particular, and what is most common in the data "
        "rather than how people look. Averaging smooths the skin, which makes the old look younger."
    )
