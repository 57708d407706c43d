"""Making: how the model learned, what it is built of, its recipe, what was tried, and the photos that taught it."""

import pandas as pd
import streamlit as st

import ui
from agesex import architecture, findings, findings_making, making
from ui import charts, linked, model_choice
from ui.metrics import duel, tables

PARTS = {
    "curves": "How it learned", "network": "What it is built of", "recipe": "Recipe and trials",
    "photos": "Photos that teach",
}  # fmt: skip
CURVES = (
    "Curves: the weights as they stood after each epoch. Ring: the best of these epochs on validation. Diamond: the "
    "released weights on validation, with their 95 % interval{mirrored}; {kept}. Training figures are of changed photos "
    "where the recipe spoils or mirrors them, and with dropout, so they may be worse than validation. Dotted: from "
    "here on pictures of that size. One run; another seed would end elsewhere."
)
DRAWING = (
    "From the photo on the left to the answers on the right. A box is a layer with a kernel: as high as its grid, "
    "the wider the more channels; layers beside each other in the network stand one after the other. What works for "
    "one answer only stands above (age) or below (sex). Below: what the layers of one grid give, height × width × "
    "channels; point at a box for its name. Normalisation, activation and pooling are in the table."
)
WORK = (
    "Operations: two for every multiply-add of a convolution or a fully connected layer; all else is left out. "
    "Exact counts, not estimates."
)
TRIED = (
    "Figures on validation, unless said otherwise, and never on test. From `training/EXPERIMENTS.md`, which is kept "
    "by hand: like the figures of others in Overview, which are typed in from publications and from earlier "
    "measurements, no command computes them."
)


def draw(choice):
    """Draw the view."""
    part = linked.remembered(
        st.segmented_control, "Part", list(PARTS), format_func=PARTS.get, default="curves", required=True,
        key="part", label_visibility="collapsed", wrap=True,
    )  # fmt: skip
    {"curves": _learning, "network": _network, "recipe": _recipe, "photos": _lost}[part](choice)


def _learning(choice):
    _curves(choice)
    _all_models(choice)


def _curves(choice):
    history = choice.history
    measures = [name for name in making.MEASURES if {name, f"val_{name}"} <= set(history)]
    places = [*st.columns(3, gap="medium"), *st.columns(2, gap="medium")]
    for place, measure in zip(places, measures, strict=False):
        released = making.released(choice.card, measure)
        said = f" Released weights: {findings_making.end(measure, released)}." if released else ""
        with place:
            ui.figure(
                findings.history(history, measure) if measure in ("age_mae", "sex_accuracy", "loss")
                else findings_making.learned(history, measure),
                charts.best_curve(history, measure, released=released),
                f"n = {len(history)} epochs.{said}",
            )  # fmt: skip
    kept = choice.card["training"].get("finish", {}).get("kept")
    st.caption(
        CURVES.format(
            kept=f"kept: {kept}, of the last epoch" if kept else "which weights were kept, the card does not say",
            mirrored=", answering with the mean over a face and its mirror image" if choice.card.get("mirror") else "",
        )
        + (f" These curves are of {choice.title} only; those of all models stand below." if choice.other else "")
    )
    with st.expander("These curves as a table"):
        tables.table(history, "history", about={"model": choice.name})


def _all_models(choice):
    st.subheader("Beside all other models", anchor=False)
    said, histories, cards = model_choice.labels(), {}, {}
    for name in ui.model_names():
        with ui.guard():  # another model's broken curve costs that curve only
            cards[said[name]] = ui.read_card(name)
            histories[said[name]] = ui.read_history(name)
    if len(histories) < 2:
        return
    measure = linked.remembered(
        st.segmented_control, "Figure", list(making.MEASURES), format_func=making.MEASURES.get,
        default="age_mae", required=True, key="curve", wrap=True,
    )  # fmt: skip
    histories = {t: h for t, h in histories.items() if {measure, f"val_{measure}"} <= set(h)}
    rows = making.all_curves(histories)
    released = {title: making.released(cards[title], measure) for title in histories}
    title_ = findings_making.learning(released, measure)
    st.markdown(f"#### {title_}")
    ends = making.span(rows, measure)
    for place, (title, history) in zip(_places(len(histories)), histories.items(), strict=True):
        with place:
            st.markdown(f"**{title}**")
            ui.picture(
                f"{measure} of {title}", charts.small_curve(history, measure, *ends, released=released[title])
            )
            st.caption(findings_making.ended(history, measure, released[title]))
            ui.saver(f"{measure} of {title}")
    st.caption(
        f"n = {len(histories)} models, one run each, on the same validation faces; the vertical axis is the same for "
        "all, the first epochs may lie above it. Train and validation have the colours from above; ring: the best "
        "epoch of the curve; diamond: the released weights, of which the sentence above speaks: averaged over steps, "
        "renewed or mirrored where that was better, they may do better than every epoch. Epochs are not alike, some see "
        "smaller pictures, and a loss depends on its recipe's weights."
    )
    with st.expander("All curves as a table"):
        tables.table(rows, "history_of_all_models")


def _places(count, across=4):
    """Places of equal width, so many beside each other."""
    return [place for _ in range(0, count, across) for place in st.columns(across, gap="medium")][:count]


def _network(choice):
    found = architecture.read(choice.name)
    if found is None:
        st.caption(
            f"Not described for these weights. `python -m training.architecture {choice.name}` reads it off the model."
        )
        return
    rows, grids = found.drawn(), found.by_grid()
    mirrored = " The model answers with the mean over a face and its mirror image: twice the work." if (
        choice.card.get("mirror")
    ) else ""  # fmt: skip
    ui.figure(
        findings_making.network(found), charts.network(rows),
        f"n = {len(rows)} layers with a kernel, of {len(found.layers)}. {DRAWING} {WORK}{mirrored}{duel.only(choice)}",
    )
    left, right = st.columns([3, 2], gap="large")
    with left:
        ui.figure(findings_making.grids(grids), charts.grids(grids), f"n = {len(found.layers)} layers. {WORK}")
    with right:
        st.markdown("#### By the grid that a layer gives")
        tables.table(
            grids, "grids", about={"model": choice.name}, shown=grids[["grid", "layers", "parameters", "multiply_adds"]],
            columns={
                "parameters": st.column_config.NumberColumn(format="localized"),
                "multiply_adds": st.column_config.NumberColumn("multiply-adds", format="compact"),
            },
        )  # fmt: skip
    other = len(found.layers) - len(rows)
    with st.expander(f"All {len(found.layers)} layers: the {len(rows)} with a kernel, and {other} without"):
        layers = found.layers.assign(inputs=found.layers.inputs.map(", ".join))
        tables.table(layers, "layers", about={"model": choice.name})


def _recipe(choice):
    st.subheader("Its recipe", anchor=False)
    rows = making.recipe(choice.card)
    for card in filter(None, (choice.card, choice.other_card)):
        said = card["training"]
        about = [said["recipe"].get("about", ""), *said.get("remarks", ())]
        st.markdown(f"**{card['title']}.** {' '.join(filter(None, about))}")
    if choice.other:
        other = making.recipe(choice.other_card).set_index("what").value
        other = other[~other.index.duplicated()]
        rows = rows.rename(columns={"value": choice.title})
        beside = rows.what.map(other).fillna("")
        rows[choice.other_title if choice.other_title != choice.title else "beside"] = beside
    long = rows.what.isin(["What it is", "Remark"])  # said above
    about = {"model": choice.name} | ({"beside": choice.other} if choice.other else {})
    tables.table(rows, "recipe", about=about, shown=rows[~long])
    _experiments()


def _experiments():
    st.subheader("What was tried", anchor=False)
    parts = making.experiments()
    if not parts:
        st.caption("The list of experiments is part of the repository, and not of an installed package.")
        return
    st.caption(TRIED)
    for number, (heading, text) in enumerate(parts.items()):
        with st.expander(heading, expanded=number == 0):
            st.markdown(text)


def _lost(choice):
    data = choice.card["data"]
    rows = making.funnel(data)
    train = choice.predictions
    train = train[train.split == "train"]
    twins = int(train.group.duplicated(keep=False).sum())
    names = ", ".join(f"`{name}`" for name in data.get("malformed_names", ()))
    ui.figure(
        findings_making.lost(rows), charts.funnel(rows),
        f"n = {int(rows.n.iloc[0]):,} files of {data['source']}. Counts of the split manifest that trained this model. "
        f"In the data set are {data.get('duplicate_groups', 0):,} groups of copies with "
        f"{data.get('photos_in_groups', 0):,} photos; no group is in two splits. {twins:,} of the photos that teach "
        f"have a copy among them. {'Names that are no labels: ' + names + '.' if names else ''}",
    )  # fmt: skip
    tables.table(
        rows[["step", "n"]], "photos", about={"model": choice.name},
        shown=pd.DataFrame({"step": rows.step, "files": [f"{n:,}" for n in rows.n]}),
    )  # fmt: skip
