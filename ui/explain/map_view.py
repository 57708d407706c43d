"""Map: one face, one question, one method — the map, what it means, and what it leaves open."""

import streamlit as st

import ui
from agesex import annotate, charts, explain
from agesex.explain import figure, findings, independent, regions
from ui import linked

LEGEND = (
    "Every map is stretched to its own strongest place, so two maps cannot be compared by colour. It shows "
    "**where**, not **why**: a hot forehead may mean wrinkles, hair, light or a hat."
)
SECOND = (
    "tf-keras-vis is other people's code for the same methods. Where both agree, a mistake in our programming "
    "is unlikely; whether the *method* says something true about the model is another question, see “Trust it?”."
)


def draw(scene):
    """Draw the view."""
    with st.container(gap="xsmall", key="controls"):
        target, method, layer, options, strength = _controls(scene)
        found = scene.explained(target, method, layer, **options)
    _pictures(scene, found, strength)
    if found.completeness:
        _completeness(found)
    left, right = st.columns([3, 2], gap="large")
    with left:
        _regions(found)
    with right:
        _second_opinion(scene, found, options)
        _downloads(scene, found)
        st.button(
            "Can this picture be trusted?", icon=":material/verified:", key="to_trust",
            on_click=linked.put, args=("view", "trust"),
        )  # fmt: skip


def _controls(scene):
    """Returns target, method, layer, options of the method, and the strength of the colours."""
    usable = explain.usable(scene.model.network)
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="options")
    with row:
        target = target_picker(scene)
        strength = linked.remembered(
            st.slider, "Strength of the colours, %", 0, 100, step=5, default=60, key="strength", width=220,
            parse=linked.whole(0, 100),
        )  # fmt: skip
    method = method_picker(usable)
    chosen, layer, options = explain.METHODS[method], None, {}
    if chosen.layer:
        with row:  # beside the question, so that the face begins on the first screen
            layer = layer_picker(scene, target, method)
            if method == "score-cam":
                count = explain.channels(scene.model.network, layer)
                every = linked.remembered(
                    st.toggle, f"All {count:,} channels", key="all_channels", default=False, parse=linked.flag,
                    help="128 of the highest variance otherwise. All of them take several times as long.",
                )  # fmt: skip
                options = {"channels": None} if every else {}
    if len(usable) < len(explain.METHODS):
        st.info(
            "This model has no layer with a grid of cells, so methods that look at one are left out. These "
            f"remain: {', '.join(explain.METHODS[name].title for name in usable)}.",
            icon=":material/grid_off:",
        )
    return target, method, layer, options, strength


def target_picker(scene, key="target"):
    """Which answer is explained."""
    return linked.remembered(
        st.segmented_control, "What speaks for …", list(scene.targets), format_func=scene.targets.get,
        default="older", required=True, key=key,
    )  # fmt: skip


def method_picker(usable, key="method", default=None, label="Method"):
    """By which method."""
    return linked.remembered(
        st.pills, label, usable, format_func=lambda name: explain.METHODS[name].title,
        default=default or usable[0], required=True, key=key, wrap=True,
    )  # fmt: skip


def layer_picker(scene, target, method, key="layer"):
    """At which layer, finest last; the method's own choice at first."""
    sizes = explain.layers(scene.model.network, target)
    own = explain.default_layer(scene.model.network, target, method)
    names = list(reversed(sizes))

    def label(name):
        height, width = sizes[name]
        return f"{height}×{width} cells · {name}{' (usual)' if name == own else ''}"

    return linked.remembered(
        st.selectbox, "Layer", names, format_func=label, key=f"{key}_{method}", default=own, width=330,
        help="Early layers have many cells and see edges; the last one has few and sees what decides.",
    )  # fmt: skip


def _pictures(scene, found, strength):
    rows, columns = found.raw.shape
    chosen = explain.METHODS[found.method]
    speaks = "What speaks for" if chosen.directed else "Where a change moves"
    overlay = explain.overlay(scene.crop, found, strength / 100)
    pictures = (
        (scene.crop, "The face", f"**What the model sees.** It says {scene.says()}."),
        (overlay, f"The face with the map of {chosen.title} towards “{found.target}”",
         f"**{speaks} “{found.target}”**, by {chosen.title}."),
        (annotate.cells(0 * found.raw if found.empty else found.raw), f"The raw map, {rows}×{columns} cells",
         f"**The map as computed**, {rows}×{columns} cells, nothing smoothed."),
    )  # fmt: skip
    for column, (picture, alt, text) in zip(st.columns(3), pictures, strict=True):
        column.image(picture, alt=alt, width="stretch", output_format="PNG")
        column.caption(text)
    if found.empty:
        st.info(ui.plain(found.note), icon=":material/info:")
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption("nothing" if not chosen.directed else f"nothing for “{found.target}”", width="content")
        st.image(annotate.scale_bar(), alt="Palette from black to bright yellow", width=220)
        st.caption("most of this map", width="content")
    st.markdown(f"{ui.plain(found.note)} {LEGEND}")
    twice = ", for the face and for its mirror image" if scene.model.mirror else ""
    st.caption(f"{chosen.title}: {chosen.source}. It asks the model for {chosen.asks}{twice}.")


def _completeness(found):
    parts, unit = found.completeness, explain.unit(found.target)
    st.info(
        f"**The parts add up to {parts.total:+.2f} {unit}**; the photo differs from its blurred copy by "
        f"{parts.expected:+.2f} {unit} towards “{found.target}” (completeness error {parts.error:.2f} {unit}).",
        icon=":material/functions:",
    )


def _regions(found):
    table = regions.table(found)
    if found.empty:
        return
    ui.figure(
        findings.regions(table, found.target),
        charts.map_regions(table),
        "How much of the map falls on each region, per pixel of it: 1 is what its area alone would get. "
        f"Regions are those of an average aligned face, not of this one. {coarse(found)}",
    )


def coarse(found):
    """A warning where a cell of the map is wider than an eye; "" where it is not."""
    rows, columns = found.raw.shape
    if min(rows, columns) > 12:
        return ""
    return (
        f"A cell of this map covers {200 // columns}×{200 // rows} of 200 pixels, more than an eye or a mouth: "
        "how it is shared out between neighbours is made up by the smoothing."
    )


def _second_opinion(scene, found, options):
    wanted = linked.remembered(
        st.toggle, "Second opinion: an independent implementation", key="second", default=False,
        parse=linked.flag, help=SECOND,
    )  # fmt: skip
    if not wanted:
        return
    if found.method not in independent.KNOWN:
        st.caption(f"tf-keras-vis has no {explain.METHODS[found.method].title}. {SECOND}")
        return
    channels = 10**6 if options else 128
    with st.spinner("tf-keras-vis is at work; it compiles nothing, so it takes its time …", show_time=True):
        theirs = scene.kept(
            ("second", found.target, found.method, found.layer, channels),
            lambda: independent.independent(
                scene.model, scene.crop, found.target, found.method, layer=found.layer, channels=channels
            ),
        )
    both = independent.agreement(found.raw, theirs)
    st.image(annotate.cells(theirs), alt="The raw map by tf-keras-vis", width=160, output_format="PNG")
    if both != both:
        st.markdown("**One of the two maps is empty**, so there is no correlation.")
    else:
        drawn = " Both draw their own noise, so they cannot agree wholly." if found.method == "smoothgrad" else ""
        st.markdown(f"**Correlation of both maps: {both:.4f}.**{drawn}")
    st.caption(SECOND)


def _downloads(scene, found):
    name = f"{found.target}-{found.method}"
    title = scene.model.card["title"]
    answer = scene.answer
    with st.container(horizontal=True):
        st.download_button(
            "Figure (PNG)",
            lambda: figure.png(title, scene.crop, found, answer, average=scene.photo.average,
                               hide_sex=scene.hide_sex),
            f"{name}.png", "image/png", icon=":material/download:", on_click="ignore",
        )  # fmt: skip
        st.download_button(
            "Numbers (CSV)", lambda: figure.csv(found), f"{name}.csv", "text/csv",
            icon=":material/download:", on_click="ignore",
        )  # fmt: skip
