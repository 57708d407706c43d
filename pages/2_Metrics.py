"""Metrics: how good the model is, for whom, and how sure we are.

Everything is drawn from the model's folder: card.json, predictions.parquet, history.csv.
"""

import pandas as pd
import streamlit as st

import ui
from agesex import charts, findings, metrics, model, model_card

SPLITS = {
    "test": "Faces that were never used to train, choose or calibrate.",
    "validation": "Validation chose the epoch: figures on it flatter a little.",
    "train": "The network has seen these faces: figures on them flatter.",
}
READING = (
    "In all charts the bar, and the brackets above it, are the 95 % interval (bootstrap over groups of "
    "duplicates); beside a name stands its n. Pale and hollow: fewer than 30 faces, no interval. Dashed: "
    "all faces together, or the 90 % that the interval promises."
)
GROUPS = {"sex and age band": ("sex", "band"), "sex and race": ("sex", "race")}
CAVEATS = {
    "band": "True age, as labelled.",
    "sex": "Sex is what annotators wrote down.",
    "race": "Race is one of five coarse codes; the groups also differ in age, which explains part of it.",
}


def headline(card, split):
    """The figures of one split, and all parts side by side."""
    figures = card["figures"]
    with st.container(horizontal=True, key="headline"):
        for metric in ("mae", "cs5", "sex_accuracy", "coverage"):
            ui.big_figure(metric, figures[split][metric])
    columns = st.columns(2, gap="large")
    for column, metric in zip(columns, ("mae", "sex_accuracy"), strict=True):
        rows = charts.part_rows(figures, metric)
        with column:
            ui.figure(
                findings.parts(figures, metric),
                charts.intervals(rows, metric, baseline=True),
                f"n beside each name. Cross: {model_card.BASELINES[metric]} of the training faces. “Cut”: "
                "predictions cut to 21–60, as the published list is often reported.",
            )
    with st.expander("All figures"):
        st.markdown(model_card.figure_table(figures))


def groups(name, split, overall):
    """One metric by age band, sex and race, and two at once."""
    st.subheader("For whom", anchor=False)
    st.caption(READING)
    metric = st.pills(
        "Figure", list(metrics.NAMES), default="mae", format_func=metrics.NAMES.get, key="metric"
    )
    metric = metric or "mae"
    left, right = st.columns(2, gap="large")
    for place, columns in ((left, ("band",)), (right, ("race",)), (right, ("sex",))):
        with place:
            group_figure(name, split, columns, metric, overall)
    chosen = st.segmented_control("Two at once", list(GROUPS), default="sex and race")
    group_figure(name, split, GROUPS[chosen or "sex and race"], metric, overall)


def group_figure(name, split, columns, metric, overall):
    """One chart of groups."""
    rows = ui.by_group(name, split, columns)
    reference = findings.LEVEL if metric == "coverage" else overall[metric]["value"]
    ui.figure(
        findings.groups(rows, columns, metric),
        charts.group_intervals(rows, columns, metric, kind=split, reference=reference),
        f"n = {overall[metric]['n']:,} {split} faces. {' '.join(CAVEATS[column] for column in columns)}",
    )


def ages(rows, bands, split):
    """Predicted against true age."""
    st.subheader("Where its guesses go", anchor=False)
    ui.figure(
        findings.pull(bands),
        charts.predicted_against_true(metrics.density(rows), metrics.mean_by_age(rows), split),
        f"n = {len(rows):,} {split} faces. Dashed: a perfect guess. Line: mean prediction per five years of "
        "true age, where there are 30 faces or more. A mean over many photos is pulled to where the "
        "photos are; part of it is noise in the labels.",
    )


def coverage(name, split, overall):
    """Does the interval keep its promise in every group?"""
    st.subheader("Does the interval keep its promise?", anchor=False)
    parts = [
        charts.group_rows(ui.by_group(name, split, columns), columns, "coverage")
        for columns in (("band",), ("pred_band",), ("race",), ("sex",))
    ]
    rows = pd.concat(parts, ignore_index=True)
    pairs = [
        charts.group_rows(ui.by_group(name, split, columns), columns, "coverage")
        for columns in GROUPS.values()
    ]
    ui.figure(
        findings.coverage(rows, overall["coverage"]),
        charts.intervals(rows, "coverage", kind=split, reference=findings.LEVEL),
        f"n = {overall['coverage']['n']:,} {split} faces. “Ages”: true age; “guessed”: predicted age, "
        "within whose bands the interval was fitted; race is one of five coarse codes. The promise is a mean "
        "over faces like those of the calibration split, for no single group. Mean width: "
        f"{findings.described('width', overall['width'])}."
        f"{findings.undercovered(pd.concat(pairs, ignore_index=True))}",
    )


def stress(table):
    """What poor photos cost."""
    st.subheader("What poor photos do to it", anchor=False)
    if table is None:
        st.caption(
            "Not measured for these weights. `python -m training.stress` makes the table; it needs UTKFace."
        )
        return
    n = table.n.iloc[0]
    st.caption(
        f"{n:,} validation faces, spoilt on purpose: each fault at three strengths, measured against the "
        "same faces untouched (occlusion: a grey square of 15, 25 or 35 % of the width). UTKFace itself has few such photos, so this says more about a "
        "snapshot or a scan than the test figures do; real photos have several faults at once."
    )
    titles = findings.stress(table)
    few = f" (“{table.fault.iloc[-1]}”: {table.n.iloc[-1]:,})" if table.n.iloc[-1] != n else ""
    notes = (
        f"n = {n:,} validation faces{few}. Bar: 95 % interval of the paired difference.",
        f"n = {n:,} validation faces{few}. Bar: 95 % interval. Right of zero: guessed too old.",
    )
    for place, measure, title, note in zip(
        st.columns(2, gap="large"), ("cost", "bias"), titles, notes, strict=True
    ):
        with place:
            ui.figure(title, charts.stress(table, measure), note)
    with st.expander("All faults as a table"):
        shown = table.rename(columns={"mae": "age error", "sex_accuracy": "sex right", "cost": "added"})
        st.dataframe(
            shown[["fault", "strength", "age error", "added", "bias", "sex right", "n"]],
            hide_index=True,
            column_config={
                "age error": st.column_config.NumberColumn(format="%.2f", help="MAE, years"),
                "added": st.column_config.NumberColumn(format="%+.2f", help="MAE added, years"),
                "bias": st.column_config.NumberColumn(format="%+.2f", help="mean error, years"),
                "sex right": st.column_config.NumberColumn(format="percent"),
            },
        )


def compare(names):
    """All models on the same test faces."""
    st.subheader("Against other ways to build it", anchor=False)
    cards = [ui.read_card(name) for name in names]
    data = cards[0]["data"].get("manifest_sha256")
    others = [card["title"] for card in cards if card["data"].get("manifest_sha256") != data]
    cards = [card for card in cards if card["data"].get("manifest_sha256") == data]
    if others:
        st.caption(f"Left out, because trained on other splits: {', '.join(others)}.")
    n = cards[0]["figures"]["test"]["mae"]["n"]
    note = (
        f"n = {n:,} test faces, the same for all; same photos for training, same calibration. Cross: "
        "{}. What each is: below."
    )
    for place, metric in zip(st.columns(2, gap="large"), ("mae", "sex_accuracy"), strict=True):
        rows = charts.model_rows(cards, metric)
        with place:
            ui.figure(
                findings.models(rows, metric),
                charts.intervals(rows, metric, baseline=True),
                note.format(model_card.BASELINES[metric]),
            )
    with st.expander("What each of them is"):
        st.markdown(model_card.model_table(cards))


def curves(history):
    """The learning curves."""
    st.subheader("How it learned", anchor=False)
    st.caption(
        "Training figures are of augmented photos (turned, blurred, recoloured) and with dropout, so they "
        "may be worse than validation. Dotted: from here on pictures of that size."
    )
    note = f"n = {len(history)} epochs; training on augmented photos."
    for place, measure in zip(st.columns(3), ("age_mae", "sex_accuracy", "loss"), strict=True):
        with place:
            ui.figure(
                findings.history(history, measure), charts.learning_curve(history, measure), note
            )


def draw(name):
    """The page for one model; everything is read first, so that a broken folder is one sentence."""
    card, history, predictions = ui.read_card(name), ui.read_history(name), ui.read_predictions(name)
    spoilt = ui.read_stress(name)
    with st.container(key="split"):
        split = st.segmented_control("Faces", list(SPLITS), default="test") or "test"
        st.caption(f"{SPLITS[split]} Model {card['title']}, SHA-256 {card['sha256'][:12]}…")
    overall = card["figures"][split]
    headline(card, split)
    groups(name, split, overall)
    left, right = st.columns(2, gap="large")
    with left:
        ages(predictions[predictions.split == split], ui.by_group(name, split, ("band",)), split)
    with right:
        coverage(name, split, overall)
    stress(spoilt)
    curves(history)


ui.page("Metrics")
names = model.names() or [model.DEFAULT]
picked = st.selectbox("Model", names, width=320) if len(names) > 1 else names[0]
with ui.guard():
    draw(picked)
    if len(names) > 1:
        with ui.guard():  # another model's broken card costs this section only
            compare(names)
