"""Compare: two methods, two models or two faces side by side, with the same question on both sides."""

from dataclasses import dataclass, replace

import pandas as pd
import streamlit as st

import ui
import ui.photo
from agesex import annotate, explain, samples, words
from agesex.explain import regions, sanity
from ui import linked, model_choice, turns
from ui.explain import map_view
from ui.explain import scene as scenes

VERSUS = {"methods": "Two methods", "models": "Two models", "faces": "Two faces"}
OTHERS = {"samples": "A sample face", "same": "Another face of this photo"}
STRENGTH = 0.6
MEANING = {
    "methods": (
        "Agreement does not make both right: methods that read the same layer, or follow the same edges, agree "
        "whatever the model has learned. Disagreement does not say which one is wrong."
    ),
    "models": (
        "The same places do not mean the same reasons, and models that were taught on the same photos share what "
        "is wrong with them. Different places do not say which model is the better one."
    ),
}
NEIGHBOURS = (
    "Both maps were compared as they are shown, enlarged to 200×200 and without what speaks against the target. "
    "Neighbouring points repeat each other, so no error margin is given for one pair of maps."
)
FACES = (
    "Maps of two faces have no correlation here: the same place of the picture is another wrinkle, or a strand of "
    "hair, in the other face. Compare them region by region, and remember that each map is stretched to its own "
    "strongest place."
)


@dataclass(frozen=True, eq=False)
class Side:
    """One side of the comparison: a title, a `scene.Scene` and a name of `explain.METHODS`."""

    title: str
    scene: scenes.Scene
    method: str


@dataclass(frozen=True, eq=False)
class Second(scenes.Scene):
    """Another face beside the first; what is computed about it is kept and forgotten with the first's photo.

    Attributes:
        beside: the `scene.Scene` of the first face.
    """

    beside: scenes.Scene = None

    def kept(self, key, compute, *, lane="long"):
        """As `Scene.kept`, in the place of the first photo."""
        return self.beside.kept(("second face", self.photo.key, key), compute, lane=lane)


def draw(scene):
    """Draw the view."""
    versus = linked.remembered(
        st.segmented_control, "Compare", VERSUS, format_func=VERSUS.get, default="methods", required=True,
        key="versus", label_visibility="collapsed",
    )  # fmt: skip
    target = map_view.target_picker(scene)
    usable = explain.usable(scene.model.network)
    method = map_view.method_picker(usable)
    choose = {"methods": _two_methods, "models": _two_models, "faces": _two_faces}[versus]
    titles, build = choose(scene, method, usable)
    if build is None:
        return
    left, right = st.columns(2, gap="large")
    with left:
        a, b = _side(Side(titles[0], scene, method), target, "left"), None
    with right, ui.guard():
        second = build(titles[1])
        b = second and _side(second, target, "right")
    if b:
        _agreement(versus, a, b)
        _regions(a, b)


def _two_methods(scene, method, usable):
    """Returns ((title, title), function title -> Side of the right)."""
    other = map_view.method_picker(usable, key="method_b", default="smoothgrad", label="Method on the right")
    if other == method:
        st.caption("Both sides show the same method. Choose another one for the right.")
    titles = explain.METHODS[method].title, explain.METHODS[other].title
    return titles, lambda title: Side(title, scene, other)


def _two_models(scene, method, usable):
    titles = model_choice.labels()
    names = [name for name in titles if name != scene.name]
    if not names:
        st.info("There is only one model, so there is none to compare it with.", icon=":material/info:")
        return (), None
    other = linked.remembered(
        st.selectbox, "The other model", names, format_func=titles.get, key="model_b", default=names[0],
        width=330,
    )  # fmt: skip
    return (titles[scene.name], titles[other]), lambda title: Side(title, scene.with_model(other), method)


def _two_faces(scene, method, usable):
    several, where = len(scene.seen.faces) > 1, "samples"
    if several:
        where = linked.remembered(
            st.segmented_control, "The other face", OTHERS, format_func=OTHERS.get, default="same",
            required=True, key="other", shared=not scene.photo.mine,
        )  # fmt: skip
    mine = f"Face {scene.index + 1}" if several else scene.photo.title
    if where == "same":
        indices = [i for i in range(len(scene.seen.faces)) if i != scene.index]
        index = linked.remembered(
            st.pills, "Which one?", indices, format_func=lambda i: f"Face {i + 1}", default=indices[0],
            required=True, key="which_b", shared=not scene.photo.mine,
        )  # fmt: skip
        other = replace(scene, index=index)
        return (mine, f"Face {index + 1}"), lambda title: Side(title, other.with_model(scene.name), method)
    hide = ("sex",) if scene.hide_sex else ()
    labels = ui.sample_labels(hide)
    key = linked.remembered(
        st.pills, "The other face", list(labels), format_func=labels.get, default=list(labels)[-1],
        required=True, key="sample_b", parse=ui.photo.sample_of, text=ui.photo.sample_number,
    )  # fmt: skip
    photo = _sample(key, hide)
    return (mine, photo.title), lambda title: _with_sample(title, scene, photo, method)


def _sample(key, hide):
    """A sample as a `ui.photo.Photo`."""
    sample = samples.get(key)
    return ui.photo.Photo(
        key, ui.sample_title(sample, hide), sample.note, "samples", sample.photo, sample.average,
        aligned=sample.average,
    )  # fmt: skip


def _with_sample(title, scene, photo, method):
    """The right side with a sample face; None where no face is found in it."""
    # `ui.photo.look` would make this the photo of the session, and drop what is known of the first
    seen = scene.kept(("second face", photo.key), lambda: ui.photo.found_in(photo, photo.aligned), lane="quick")
    if not seen.faces:
        st.warning("No face was found in this sample.", icon=":material/search_off:")
        return None
    (answer,) = scene.kept(
        ("second answer", photo.key), lambda: turns.answers(seen.faces[:1], scene.model), lane="quick"
    )
    other = Second(photo, seen, 0, scene.name, scene.model, answer, scene.hide_sex, beside=scene)
    return Side(title, other, method)


def _side(side, target, where):
    """Overlay, raw map, answer and meaning; returns the Explanation."""
    scene, chosen = side.scene, explain.METHODS[side.method]
    st.markdown(f"#### {ui.plain(side.title)}")
    layer = explain.default_layer(scene.model.network, target, side.method)
    found = scene.explained(target, side.method, layer)
    rows, columns = found.raw.shape
    pictures = (
        (explain.overlay(scene.crop, found, STRENGTH),
         f"The face on the {where} with the map of {chosen.title} towards “{target}”", "**The face with the map.**"),
        (annotate.cells(found.raw), f"The raw map on the {where}, {rows}×{columns} cells",
         f"**The map as computed**, {rows}×{columns} cells."),
    )  # fmt: skip
    for column, (picture, alt, text) in zip(st.columns(2), pictures, strict=True):
        column.image(picture, alt=alt, width="stretch", output_format="PNG")
        column.caption(text)
    sure = "" if scene.photo.average else f" {words.interval(scene.answer)}."
    st.markdown(f"It says **{scene.says()}**.{sure}")
    hot = chosen.hot.format(target=target, opposite=explain.OPPOSITE[target])
    st.caption(ui.plain(found.note) if found.empty else f"{chosen.title}: {hot}.")
    return found


def _agreement(versus, a, b):
    """The rank correlation of two maps of the same face, and what it does not say."""
    if versus == "faces":
        st.caption(FACES)
        return
    both = sanity.rank_correlation(a.map, b.map)
    if both != both:
        st.markdown("**One of the two maps is empty**, so they have no correlation.")
    else:
        value = f"{both:.2f}".replace("-", "−")
        st.markdown(
            f"**Rank correlation of the two maps: {value}** (1 = the same order of places, 0 = no common order, "
            "−1 = the reverse)."
        )
    st.caption(f"{MEANING[versus]} {NEIGHBOURS}")


def _regions(a, b):
    """Density of both maps on each region, side by side."""
    both = regions.table(a)[["region", "density"]].merge(regions.table(b)[["region", "density"]], on="region")
    both.columns = ["region", "left", "right"]
    st.markdown(f"#### {_widest(both)}")
    texts = {name.capitalize(): [_times(value) for value in both[name]] for name in ("left", "right")}
    st.table(pd.DataFrame(texts, index=pd.Index(both.region.str.capitalize(), name="Region")))
    st.caption(
        "How much of each map falls on a region, per pixel of it: 1× is what its area alone would get. The regions "
        "are those of an average aligned face."
    )


def _widest(both):
    """On which region two maps differ most, a sentence."""
    gaps = (both.left - both.right).abs()
    if gaps.isna().all():
        return "An empty map falls on no region"
    row = both.loc[gaps.idxmax()]
    if _times(row.left) == _times(row.right):
        return "Both maps fall on the regions alike"
    return f"They differ most on the {row.region}: {_times(row.left)} on the left, {_times(row.right)} on the right"


def _times(density):
    """A density as text; a dash where the map is empty."""
    return "–" if pd.isna(density) else f"{density:.1f}×"
