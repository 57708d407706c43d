"""Overview: the headline figures beside their baselines, all splits, all models, and the peers."""

import pandas as pd
import streamlit as st

import ui
from agesex import (
    findings,
    findings_groups,
    findings_metrics,
    headline,
    labels,
    metrics,
    model_card,
    peers,
)
from agesex.charts import model_rows, part_rows
from agesex.metrics.overall import HEADLINE
from ui import charts, linked
from ui.metrics import choice as choices
from ui.metrics import duel
from ui.metrics.tables import ends, table, text

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
    "training faces. " + labels.ORIGIN
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
    "n = {:,} faces of 21–60 years. Ours, and those that we measured: predictions cut to 21–60. Bar: 95 % interval; "
    "the published ones report none, and of the other systems that we measured the single predictions were not kept. "
    "“Trained on this test set”: it has seen most of these faces, so its figure flatters. The figures of others are "
    "typed in, from publications and from earlier measurements; the table names the source of each."
)
FACES = {
    "test": "All test faces", "test_21_60": "Published 21–60 list", peers.CUT: "The same, ages cut to 21–60",
}  # fmt: skip
FACES_NOTE = {
    "test": "Figures of others are of other faces of all ages, and do not compare strictly.",
    "test_21_60": "Ours as they are; those of others that were measured with ages cut to 21–60 are left out.",
    peers.CUT: "Ours and those that we measured with ages cut to 21–60; whether published ones were is not said.",
}
ALL_NOTE = (
    "Ours, and always saying the same: n = {n:,}; in brackets the 95 % interval; of others n stands where we "
    "measured them, with Wilson's interval of the sex accuracy. {note} “ms per face”: one face at a time, all "
    "models in one run on two cores; of others it was not measured. “Not published”: the source does not say."
)
UNKNOWN = "not published"


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
            charts.intervals(part_rows(figures, metric), metric, baseline=True),
            PARTS_NOTE.format(model_card.BASELINES.get(metric, "none")) + duel.only(choice),
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
    return headline.complete(choices.card_of(name_)["figures"][part_], rows, train, draws=draws)


def exact(choice, part):
    """Every headline figure of a part as it comes out of the predictions, not rounded as in the card."""
    return choice.measured(_exact, part=part, name_=choice.name, part_=part)


def _exact(rows, name_, part_):
    train = choices.rows_of(name_, "train")
    if "21_60" in part_:
        train = train[train.age.between(21, 60)]
    draws = DRAWS_TRAIN if part_ == "train" else DRAWS
    known = metrics.overall.measure(rows, [0] * len(rows), 1, tuple(metrics.NAMES), draws=1000)
    found = metrics.overall.figures(rows, train=train, draws=draws)
    for metric in metrics.NAMES:
        one = metrics.overall.one(known, metric)
        found.loc[metric, list(one)] = list(one.values())
    return found


def _headline(choice):
    rows = figures(choice, choice.split)
    # a measure of the same faces by the model beside
    other = choice.measured(
        _figures, name=choice.other, name_=choice.other, part_=choice.split,
        draws=DRAWS_TRAIN if choice.split == "train" else DRAWS,
    ) if choice.other else None  # fmt: skip
    for title, names in (("Age, years", AGE), ("Sex", SEX)):
        st.subheader(title, anchor=False)
        with st.container(horizontal=True, gap="small", key=f"headline_{title[:3].lower()}"):
            for metric in names:
                _card(metric, rows.loc[metric], None if other is None else other.loc[metric])
    if choice.other:
        st.caption(f"Beside: {choice.other_title} on the same faces; whether it differs is asked further below.")
    st.caption(READING.format(", ".join(findings_metrics.SHORT[name] for name in headline.EXTRA)))


def _card(metric, row, other=None):
    """One figure in a frame; its unit stands in the label, where there is room; `other`: the row of a second model."""
    texts = [
        findings_groups.amount(metric, row[name], 2).partition(" years")[0] for name in ("value", "baseline")
    ]
    between = findings_groups.between(metric, row["low"], row["high"], 2)
    with st.container(border=True, width=CARD, height="stretch", gap="xsmall"):
        st.metric(LABELS[metric], texts[0], help=HEADLINE[metric])
        beside = ""
        if other is not None:
            value = findings_groups.amount(metric, other["value"], 2).partition(" years")[0]
            ends = findings_groups.between(metric, other["low"], other["high"], 2)
            beside = f"  \nBeside: {value} ({ends})"
        st.caption(f"{between}  \nn = {int(row['n']):,}  \nBaseline: {texts[1]}{beside}")


def _models(metric):
    """All models on the same test faces."""
    cards = [choices.card_of(name) for name in ui.model_names()]
    data = cards[0]["data"].get("manifest_sha256")
    others = [card["title"] for card in cards if card["data"].get("manifest_sha256") != data]
    cards = [card for card in cards if card["data"].get("manifest_sha256") == data]
    rows = model_rows(cards, metric)
    note = MODELS_NOTE.format(rows.n.iloc[0], model_card.BASELINES.get(metric, "none"))
    left_out = f" Left out, because trained on other splits: {', '.join(others)}." if others else ""
    title = findings.models(rows, metric) if len(rows) > 1 else "There is one model only"
    ui.figure(title, charts.intervals(rows, metric, baseline=True), note + left_out)


def _peers(choice):
    """Our models and their peers on the published list, and the table of all of them."""
    st.subheader("Among others", anchor=False)
    cards = [choices.card_of(name) for name in ui.model_names()]
    always = choice.measured(_guessed, part=peers.CUT, part_=peers.CUT, name_=choice.name)
    rows = peers.among(cards, peers.CUT, always)
    ui.figure(
        findings_metrics.peers(rows, f"models/{choice.name}/card.json"),
        charts.peers(rows),
        PEERS_NOTE.format(choice.card["figures"][peers.CUT]["mae"]["n"]),
    )
    st.markdown("#### All models and their peers")
    part = linked.remembered(
        st.segmented_control, "Faces of the table", list(FACES), format_func=FACES.get, default="test",
        required=True, key="peer_faces", wrap=True,
    )  # fmt: skip
    constant = choice.measured(_guessed, part=part, part_=part, name_=choice.name)
    found = peers.among(cards, part, constant)
    table(
        found.dropna(axis="columns", how="all"), "models_and_peers", about={"figures_on": part},
        shown=_shown(found), columns={"model": st.column_config.TextColumn("model", width=205)},
    )  # fmt: skip
    n = int(found[found.kind == peers.OURS].n.iloc[0])
    st.caption(ALL_NOTE.format(n=n, note=FACES_NOTE[part]))
    with st.expander("Which faces, which protocol, which source"):
        st.table(_sources(found), border="horizontal", hide_index=True)
    rest = peers.read()
    rest = rest[~rest.faces.str.startswith("all ages") & (rest.faces != peers.LIST)]
    said = [
        f"{row.system} ({row.faces}; {row.source}): ≈ {row.mae:.1f}–{row.mae_to:.1f} years"
        for row in rest.dropna(subset=["mae_to"]).itertuples()
    ]
    if said:
        st.caption(f"On other faces: {'; '.join(said)}.")


def _guessed(rows, part_, name_):
    train = choices.rows_of(name_, "train")
    return peers.guessed(rows, train[train.age.between(21, 60)] if "21_60" in part_ else train, draws=DRAWS)


def _shown(rows):
    """The table of all models for reading."""

    def known(name, said):
        return lambda row: UNKNOWN if pd.isna(row[name]) else said(row)

    def error(row):
        value = ends("mae", "mae")(row).replace(" years", "")
        return value if pd.isna(row["n"]) or pd.notna(row["low"]) else f"{value} (n = {row['n']:,.0f})"

    return text(
        rows.reindex(columns=[*rows, *({"ms", "cs5_low", "cs5_high", "sex_low", "sex_high", "n"} - {*rows})]),
        {
            "model": "system",
            "parameters": known("parameters", lambda row: f"{row['parameters'] / 1e6:.1f} M"),
            "MB": known("size_mb", lambda row: f"{row['size_mb']:.2g}" if row["size_mb"] < 1 else f"{row['size_mb']:.1f}"),
            "ms per face": lambda row: "not measured" if pd.isna(row["ms"]) else f"{row['ms']:.1f}",
            "MAE, years": error,
            "CS@5": known("cs5", ends("cs5", "cs5", "cs5_low", "cs5_high")),
            "sex accuracy": known("sex_accuracy", ends("cs5", "sex_accuracy", "sex_low", "sex_high")),
            "kind": "kind",
        },
    )


def _sources(rows):
    """What does not fit into a line."""
    return text(rows, {name: name if name != "model" else "system" for name in ("model", "faces", "protocol", "source")})


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
    digits = pd.concat(
        [exact(choice, part).reset_index().assign(part=part) for part in PARTS], ignore_index=True
    )
    shown = {"": [findings_metrics.BRIEF[metric] for metric in parts["test"].index]}
    for part, rows in parts.items():
        name = f"{PARTS[part]} · {rows.n.iloc[0]:,}"
        shown[name] = [
            findings_groups.described(m, row, 2).rpartition("; ")[0] + ")" for m, row in rows.iterrows()
        ]
    table(
        digits, "figures", about={"model": choice.name}, shown=pd.DataFrame(shown),
    )  # fmt: skip
    st.caption(
        f"Of {choice.title}. In the head of each column its n; in brackets the 95 % interval. The CSV holds every digit "
        "as it comes out of the predictions, and the baselines; the card rounds to three decimals."
    )
