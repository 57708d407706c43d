"""Making: how the model learned, what it is built of, its recipe, what was tried, and the photos that taught it."""

import streamlit as st

import ui
from agesex import architecture, charts, findings, findings_making, making
from ui import linked, loaders
from ui.metrics import choice as choosing
from ui.metrics import tables

PARTS = {
    "curves": "How it learned", "network": "What it is built of", "recipe": "Recipe and trials",
    "photos": "Photos that teach",
}  # fmt: skip
CURVES = (
    "Training figures are of changed photos where the recipe spoils or mirrors them, and with dropout, so they may "
    "be worse than validation. Dotted: from here on pictures of that size. Ring: the best epoch on validation. "
    "One run; another seed would end elsewhere."
)
DRAWING = (
    "From the photo on the left to the answers on the right. A box is a layer with a kernel: as high as its grid, "
    "the wider the more channels; layers beside each other in the network stand one after the other. What works for "
    "one answer only stands above (age) or below (sex). Normalisation, activation and pooling are in the table."
)
WORK = (
    "Operations: two for every multiply-add of a convolution or a fully connected layer; all else is left out. "
    "Exact counts, not estimates."
)
TRIED = (
    "Figures on validation, unless said otherwise, and never on test. From `training/EXPERIMENTS.md`, which is kept "
    "by hand: the only figures of this page that no command computes."
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
    kept = choice.card["training"].get("finish", {}).get("kept")
    released = f" Released: the weights of the last epoch ({kept})." if kept else ""
    places = [*st.columns(3, gap="medium"), *st.columns(2, gap="medium")]
    for place, measure in zip(places, measures, strict=False):
        with place:
            ui.figure(
                findings.history(history, measure) if measure in ("age_mae", "sex_accuracy", "loss")
                else findings_making.learned(history, measure),
                _kept(choice, charts.best_curve, history, measure),
                f"n = {len(history)} epochs.{released}" if measure == measures[0] else f"n = {len(history)} epochs.",
            )  # fmt: skip
    st.caption(CURVES)
    with st.expander("These curves as a table"):
        tables.table(history, f"history_{choice.name}")


def _kept(choice, chart, table, *args, of=""):
    """A chart that is built once for a model: building takes longer than all else in this view."""
    sha256 = choice.card["sha256"]
    return loaders.answer((sha256,), of, chart.__name__, args, lambda: chart(table, *args))


def _all_models(choice):
    st.subheader("Beside all other models", anchor=False)
    said, histories = choosing.labels(), {}
    for name in ui.model_names():
        with ui.guard():  # another model's broken curve costs that curve only
            histories[said[name]] = ui.read_history(name)
    if len(histories) < 2:
        return
    measure = linked.remembered(
        st.segmented_control, "Figure", list(making.MEASURES), format_func=making.MEASURES.get,
        default="age_mae", required=True, key="curve", wrap=True,
    )  # fmt: skip
    histories = {t: h for t, h in histories.items() if {measure, f"val_{measure}"} <= set(h)}
    rows = making.all_curves(histories)
    st.markdown(f"#### {findings_making.learning(rows, measure)}")
    ends = making.span(rows, measure)
    for place, (title, history) in zip(_places(len(histories)), histories.items(), strict=True):
        with place:
            st.markdown(f"**{title}**")
            ui.picture(f"{measure} of {title}", _kept(choice, charts.small_curve, history, measure, *ends, of=title))
            st.caption(findings_making.overfitting(history, measure))
            ui.saver(f"{measure} of {title}")
    st.caption(
        f"n = {len(histories)} models, one run each, on the same validation faces; the vertical axis is the same for "
        "all, the first epochs may lie above it. Train and validation have the colours from above; ring: the best "
        "epoch. Epochs are not alike, some see smaller pictures, and a loss depends on its recipe's weights."
    )
    with st.expander("All curves as a table"):
        tables.table(rows, "history_all_models")


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
        findings_making.network(found), _kept(choice, charts.network, rows), f"n = {len(rows)} layers. {DRAWING} {WORK}{mirrored}"
    )
    left, right = st.columns([3, 2], gap="large")
    with left:
        ui.figure(findings_making.grids(grids), _kept(choice, charts.grids, grids), f"n = {len(found.layers)} layers. {WORK}")
    with right:
        st.markdown("#### By the grid that a layer gives")
        tables.table(
            grids, f"grids_{choice.name}", shown=grids[["grid", "layers", "parameters", "multiply_adds"]],
            columns={
                "parameters": st.column_config.NumberColumn(format="localized"),
                "multiply_adds": st.column_config.NumberColumn("multiply-adds", format="compact"),
            },
        )  # fmt: skip
    with st.expander(f"All {len(found.layers)} layers"):
        layers = found.layers.assign(inputs=found.layers.inputs.map(", ".join))
        tables.table(layers, f"layers_{choice.name}")


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
    tables.table(rows, f"recipe_{choice.name}", shown=rows[~long])
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
    tables.table(rows[["step", "n"]], f"photos_{choice.name}")
