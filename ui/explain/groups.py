"""Groups: where the model looks on average, by age band and sex, and what it imagines."""

import pandas as pd
import streamlit as st

import ui
from agesex import charts, explain
from agesex.explain import findings, grouped, regions
from agesex.explain.report import ALL, BANDS, MIN_GROUP
from ui import linked
from ui.explain import imagined_view
from ui.explain.scene import TITLES
from ui.explain.trust_report import MISSING

WHO = {ALL: "both", "female": "labelled female", "male": "labelled male"}
NONE = "nobody"
STRIP = (
    "Each picture is the mean of the maps of at least {least} {split} faces of that labelled age, every "
    "map first divided by its own sum, laid over an average face of those ages. Colours mean the same in "
    "the whole row. The average face is drawn from other photos and shows nobody."
)
REGIONS = (
    "How many times what its area alone would get falls on each region; 1 is even. Regions lie where an "
    "average aligned adult's features lie; in small children they are off by some pixels, so part of a "
    "difference between ages is a difference of proportions."
)
DIFFERENCE = (
    "The strongest colour is the largest difference between these two groups, however small; the sentence "
    "above gives it in figures. Groups differ in photos, light and pose, too, not only in age{sex}."
)


def draw(name, hide_sex):
    """Draw the view; it needs no face.

    Args:
        name: folder of the model.
        hide_sex: True shows both sexes together and the questions of age only.

    Raises:
        BadModel: the report or a picture cannot be read.
    """
    st.subheader("Where does it look in children, where in the old?", anchor=False)
    report = ui.explain_report(name)
    if report is None or not report.groups:
        st.caption(MISSING.format(name=name))
    else:
        _maps(report, hide_sex)
    imagined_view.draw(name, hide_sex)


def _maps(report, hide_sex):
    known = [g for g in report.groups if not hide_sex or (g.sex == ALL and g.target in ("older", "younger"))]
    if not known:
        st.caption(f"No group has {MIN_GROUP} faces.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="group_options"):
        target = _choice(st.segmented_control, "What speaks for …", "target", known, "target", TITLES)
        known = [group for group in known if group.target == target]
        kind = _kind(known)
        known = [group for group in known if (group.method, group.layer) == kind]
        sex = ALL if hide_sex else _choice(st.segmented_control, "Faces", "faces", known, "sex", WHO)
    row = [group for group in known if group.sex == sex]
    row.sort(key=lambda group: BANDS.index(group.band))
    _strip(report, row, hide_sex)
    _two(known, hide_sex)


def _choice(widget, label, key, groups, field, titles):
    """A picker of what some groups have in a field, in the order of `titles`."""
    there = {getattr(group, field) for group in groups}
    options = [name for name in titles if name in there]
    return linked.remembered(
        widget, label, options, format_func=titles.get, default=options[0], required=True, key=key
    )


def _kind(groups):
    """(method, layer) of the maps to show."""
    kinds = {}
    for group in groups:
        rows, columns = group.map.shape
        title = f"{explain.METHODS[group.method].title} · {rows}×{columns} cells"
        kinds[f"{group.method}/{group.layer}"] = ((group.method, group.layer), title)
    name = linked.remembered(
        st.selectbox, "Map", list(kinds), format_func=lambda name: kinds[name][1], default=next(iter(kinds)),
        key="group_map", width=290,
    )  # fmt: skip
    return kinds[name][0]


def _strip(report, groups, hide_sex):
    with st.container(horizontal=True, gap="small", key="strip"):
        for group, picture in zip(groups, grouped.overlays(groups), strict=True):
            with st.container(width=140, gap="xsmall"):
                alt = f"The average map towards “{group.target}” of {_name(group, hide_sex)}"
                st.image(picture, alt=alt, width="stretch", output_format="PNG")
                empty = f", {group.empty:,} more empty" if group.empty else ""
                st.caption(f"**{group.band}** · n = {group.n:,}{empty}")
    st.caption(STRIP.format(least=MIN_GROUP, split=report.split))
    if missing := [band for band in BANDS if band not in {group.band for group in groups}]:
        st.caption(f"Fewer than {MIN_GROUP} faces: {', '.join(missing)}.")
    rows = pd.concat([_table(group).assign(band=group.band, n=group.n) for group in groups])
    ui.figure(findings.bands(rows, groups[0].target), charts.group_regions(rows), REGIONS)


def _two(groups, hide_sex):
    """Two groups side by side, and their difference."""
    st.subheader("Two groups", anchor=False)
    names = {_key(group): group for group in sorted(groups, key=_order)}
    titles = {key: f"{_name(group, hide_sex)} · n = {group.n:,}" for key, group in names.items()}
    pooled = [key for key, group in names.items() if group.sex == ALL] or list(names)
    with st.container(horizontal=True, gap="medium", key="two_groups"):
        one = linked.remembered(
            st.selectbox, "Group A", list(names), format_func=titles.get, default=pooled[0], key="group_a",
            width=300,
        )  # fmt: skip
        titles[NONE] = "No second group"
        other = linked.remembered(
            st.selectbox, "Group B", [*names, NONE], format_func=titles.get, default=pooled[-1],
            key="group_b", width=300,
        )  # fmt: skip
    a, b = names[one], names.get(other)
    shown = [(a, f"**A:** {titles[one]}")] + ([(b, f"**B:** {titles[other]}")] if b else [])
    columns = st.columns(3)
    pictures = grouped.overlays([group for group, _ in shown])
    for column, (group, text), picture in zip(columns, shown, pictures, strict=False):
        alt = f"The average map towards “{group.target}” of {_name(group, hide_sex)}"
        column.image(picture, alt=alt, width="stretch", output_format="PNG")
        column.caption(text)
    if b is None:
        st.markdown(f"{findings.regions(_table(a), a.target)}.")
        return
    alt = f"Orange where {_name(a, hide_sex)} have more of their map, blue where {_name(b, hide_sex)} have"
    columns[2].image(grouped.difference(a, b), alt=alt, width="stretch", output_format="PNG")
    columns[2].caption("**A less B**")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption("more of B's map (blue)", width="content")
        st.image(grouped.scale_bar(), alt="Palette from blue over grey to orange", width=220)
        st.caption("more of A's map (orange)", width="content")
    st.markdown(f"{findings.differ(_table(a), _table(b))}.")
    st.caption(DIFFERENCE.format(sex="" if hide_sex else " or sex"))


def _table(group):
    return regions.table(explain.from_raw(group.map, group.target, group.method, group.layer))


def _name(group, hide_sex):
    who = "" if hide_sex or group.sex == ALL else f", {WHO[group.sex]}"
    return f"ages {group.band}{who}"


def _key(group):
    return group.band if group.sex == ALL else f"{group.band} {group.sex}"


def _order(group):
    return list(WHO).index(group.sex), BANDS.index(group.band)
