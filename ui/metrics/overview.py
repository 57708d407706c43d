"""Overview: the headline figures beside their baselines, all splits, all models, and the peers."""

import pandas as pd
import streamlit as st

import ui
from agesex import (
    charts,
    findings,
    findings_groups,
    findings_metrics,
    headline,
    metrics,
    model_card,
    peers,
)
from agesex.metrics.overall import HEADLINE
from ui import linked
from ui.metrics import choice as choices
from ui.metrics import duel
from ui.metrics.tables import table

AGE = {
    "mae": "Mean error",
    "median_error": "Median error",
    "rmse": "RMSE",
    "mse": "MSE, years²",
    "bias": "Bias",
    "cs5": "Within 5 years",
}
SEX = {"sex_accuracy": "Accuracy", "balanced_accuracy": "Balanced", "mcc": "MCC", "roc_auc": "ROC area"}
LABELS = AGE | SEX
PARTS = {
    "test": "test", "validation": "validation", "train": "training", "test_21_60": "published 21–60 list",
    "test_21_60_clamped": "the same list, cut to 21–60",
}  # fmt: skip
CARD = 168  # px: two beside each other on a phone, six on a screen
DRAWS, DRAWS_TRAIN = 500, 200  # of what no card holds
READING = (
    "Below each value its 95 % interval (bootstrap over groups of duplicate photos: 1,000 draws; 500, or "
    "200 on training faces, for {}). Baselines: always the median age, or always the larger sex, of the "
    "training faces. Sex is what annotators wrote down."
)
PARTS_NOTE = (
    "n beside each name. Cross: {}. “Cut”: predictions cut to 21–60, as the published list is often "
    "reported."
)
MODELS_NOTE = (
    "n = {:,} test faces, the same for all, and the same photos for training. Cross: {}. What each model is: "
    "view Making."
)
PEERS_NOTE = (
    "n = {:,} faces of 21–60 years. Ours, and those that we measured: predictions cut to 21–60. Published: "
    "as their authors report, without interval. “Trained on this test set”: it has seen most of these "
    "faces, so its figure flatters."
)


def draw(choice):
    """Draw the view."""
    _headline(choice)
    st.subheader("Splits and models beside each other", anchor=False)
    metric = linked.remembered(
        st.pills, "Figure", list(metrics.NAMES), key="figure", default="mae", required=True,
        format_func=findings_metrics.SHORT.get,
    )  # fmt: skip
    left, right = st.columns(2, gap="large")
    with left:
        figures = choice.card["figures"]
        ui.figure(
            findings_metrics.parts(figures, metric),
            charts.intervals(charts.part_rows(figures, metric), metric, baseline=True),
            PARTS_NOTE.format(model_card.BASELINES.get(metric, "none")),
        )
    with right, ui.guard():  # another model's broken card costs this chart only
        _models(metric)
    if choice.other:
        with ui.guard():
            duel.draw(choice, metric)
    with ui.guard():
        _peers(choice)
    _all_figures(choice)


def figures(choice, part):
    """Every headline figure of a part, with baselines, computed once (see `agesex.headline`)."""
    draws = DRAWS_TRAIN if part == "train" else DRAWS
    return choice.measured(_figures, part=part, name_=choice.name, part_=part, draws=draws)


def _figures(rows, name_, part_, draws):
    train = choices.rows_of(name_, "train")
    if "21_60" in part_:
        train = train[train.age.between(21, 60)]
    return headline.complete(ui.read_card(name_)["figures"][part_], rows, train, draws=draws)


def _headline(choice):
    rows = figures(choice, choice.split)
    for title, names in (("Age, years", AGE), ("Sex", SEX)):
        st.subheader(title, anchor=False)
        with st.container(horizontal=True, gap="small", key=f"headline_{title[:3].lower()}"):
            for metric in names:
                _card(metric, rows.loc[metric])
    st.caption(READING.format(", ".join(findings_metrics.SHORT[name] for name in headline.EXTRA)))


def _card(metric, row):
    """One figure in a frame; its unit stands in the label, where there is room."""
    texts = [
        findings_groups.amount(metric, row[name], 2).partition(" years")[0] for name in ("value", "baseline")
    ]
    between = findings_groups.between(metric, row["low"], row["high"], 2)
    with st.container(border=True, width=CARD, height="stretch", gap="xsmall"):
        st.metric(LABELS[metric], texts[0], help=HEADLINE[metric])
        st.caption(f"{between}  \nn = {int(row['n']):,}  \nBaseline: {texts[1]}")


def _models(metric):
    """All models on the same test faces."""
    cards = [ui.read_card(name) for name in ui.model_names()]
    data = cards[0]["data"].get("manifest_sha256")
    others = [card["title"] for card in cards if card["data"].get("manifest_sha256") != data]
    cards = [card for card in cards if card["data"].get("manifest_sha256") == data]
    rows = charts.model_rows(cards, metric)
    note = MODELS_NOTE.format(rows.n.iloc[0], model_card.BASELINES.get(metric, "none"))
    left_out = f" Left out, because trained on other splits: {', '.join(others)}." if others else ""
    title = findings.models(rows, metric) if len(rows) > 1 else "There is one model only"
    ui.figure(title, charts.intervals(rows, metric, baseline=True), note + left_out)


def _peers(choice):
    """Our models and their peers on the published list, and the table of all of them."""
    st.subheader("Among others", anchor=False)
    cards = [ui.read_card(name) for name in ui.model_names()]
    rows = peers.beside(cards)
    ui.figure(
        findings_metrics.peers(rows, f"models/{choice.name}/card.json"),
        charts.peers(rows),
        PEERS_NOTE.format(choice.card["figures"][peers.CUT]["mae"]["n"]),
    )
    with st.expander("All of them as a table: parameters, size, age error, CS@5, sex accuracy, source"):
        others = peers.read()
        everything = pd.concat([rows, others[others.faces != peers.LIST]], ignore_index=True)
        table(everything.dropna(axis="columns", how="all"), "models_and_peers", shown=_shown(everything))
        st.caption(
            "The published list comes first; rows of other faces compare with rows of the same faces only. "
            "Our "
            f"figures on all test faces: {_own(cards)}. “A face”: one face at a time, all models in one run on two cores. "
            "Empty: not given."
        )


def _shown(rows):
    """The table of all models for reading."""

    def text(metric, digits=2):
        return ["" if pd.isna(v) else findings_groups.amount(metric, v, digits) for v in rows[metric]]

    errors = [
        f"≈ {low:.1f}–{high:.1f} years" if pd.notna(high) else said
        for said, low, high in zip(text("mae"), rows.mae, rows.mae_to, strict=True)
    ]
    shown = pd.DataFrame(
        {
            "system": rows.system,
            "kind": rows.kind,
            "age error (MAE)": errors,
            "CS@5": text("cs5"),
            "sex accuracy": text("sex_accuracy"),
            "parameters": ["" if pd.isna(v) else f"{v / 1e6:.1f} M" for v in rows.parameters],
            "size": ["" if pd.isna(v) else f"{v:.2g} MB" if v < 1 else f"{v:.1f} MB" for v in rows.size_mb],
            "faces": rows.faces,
            "protocol": rows.protocol,
            "source": rows.source,
        }
    )
    if rows.ms.notna().any():
        shown.insert(7, "a face", ["" if pd.isna(v) else f"{v:.1f} ms" for v in rows.ms])
    return shown


def _own(cards):
    texts = [
        f"{card['title']} {findings_groups.amount('mae', card['figures']['test']['mae']['value'], 2)}"
        for card in cards
    ]
    return ", ".join(texts)


def _all_figures(choice):
    """Every figure of every part, on demand: the parts are large."""
    st.subheader("All figures", anchor=False)
    wanted = linked.remembered(
        st.toggle, "Every figure of every split and of the published list, as a table", key="all_figures",
        default=False, parse=linked.flag,
    )  # fmt: skip
    if not wanted:
        return
    parts = {part: figures(choice, part) for part in PARTS}
    exact = pd.concat(
        [rows.reset_index().assign(part=part) for part, rows in parts.items()], ignore_index=True
    )
    shown = {"": [findings_metrics.SHORT[metric] for metric in parts["test"].index]}
    for part, rows in parts.items():
        name = f"{PARTS[part]} · {rows.n.iloc[0]:,}"
        shown[name] = [
            findings_groups.described(m, row, 2).rpartition("; ")[0] + ")" for m, row in rows.iterrows()
        ]
    table(exact, "figures", shown=pd.DataFrame(shown))
    st.caption("In the head of each column its n; in brackets the 95 % interval. Baselines are in the CSV.")
