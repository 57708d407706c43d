"""Fairness: any figure for any group, the largest gap, what chance leaves of it, and an age gate."""

import pandas as pd
import streamlit as st

import ui
from agesex import findings_groups, labels
from agesex.metrics import adults, fairness, overall, versus
from agesex.metrics.overall import HEADLINE, PROMISE
from ui import charts, linked
from ui.metrics import duel, tables

BY = {
    "sex": "sex", "race": "race", "band": "age", "sex-race": "sex × race", "sex-band": "sex × age",
    "race-band": "race × age", "sex-race-band": "all three",
}  # fmt: skip
SHOWN = 12  # groups of each end of a long list
CAVEATS = (
    f"{labels.ORIGIN} Race is one of five coarse codes. The groups "
    "also differ in age, and may in light and in where their photos were found, so a gap does not say why."
)
READING = (
    "Bar: 95 % interval ({draws:,} bootstrap draws of whole groups of copies). Dashed: {reference}. Pale and "
    "hollow: fewer than 30 faces, no interval, no test. ✱: differs from all other faces, p below 0.05 after "
    "Holm's correction over the groups."
)
GATE = (
    "What an age gate built on this model would do, which it must never be. Bar: Wilson's 95 % interval, "
    "counting a photo and its copies once. Pale and hollow: fewer than 30 such faces."
)
BOTH = "it takes both sexes in a group, so groups of one sex have none. Choose groups without sex."
DRAWS = 1000
COUNTS = {name: st.column_config.NumberColumn(format="localized") for name in ("faces", "wrong")}


def draw(choice):
    """Draw the view."""
    metric, by = _controls()
    columns = tuple(by.split("-"))
    found = choice.measured(fairness.compare, columns=columns, metric=metric, draws=DRAWS)
    if found.rows.value.notna().any():
        _gap(found)
        _groups(choice, found, metric, columns)
        if choice.other:
            _against(choice, metric, columns)
    else:
        st.info(f"{HEADLINE[metric]}: {BOTH}", icon=":material/info:")
    _gate(choice)


def _controls():
    left, right = st.columns([1, 2], gap="medium", vertical_alignment="bottom")  # on a phone one below the other
    with left:
        metric = linked.remembered(
            # not "figure": that of Overview knows fewer, and would take back what was chosen here
            st.selectbox, "Figure", list(HEADLINE), format_func=HEADLINE.get, default="mae", key="group_figure"
        )
    with right:
        by = linked.remembered(
            st.segmented_control, "By", list(BY), format_func=BY.get, default="race", required=True, key="by",
            wrap=True,
        )
    return metric, by


def _gap(found):
    gap = fairness.largest_gap(found)
    with st.container(border=True):
        st.markdown(f"**{fairness.sentence(gap)}**")
        if gap is not None:
            st.caption(
                "These two were picked because they lie furthest apart, which flatters the gap and its "
                f"interval; the comparison with chance does not (p {findings_groups.p_value(gap.p_value)}, "
                "the largest of all pairs). A gap says that the groups differ, not why."
            )


def _groups(choice, found, metric, columns):
    rows = findings_groups.order(found.rows, metric)
    whole = choice.measured(_whole, metric=metric)
    reference = PROMISE if metric == "coverage" else whole["value"]
    line = "the 90 % that the interval promises" if metric == "coverage" else "all faces together"
    shown, left_out = _ends(rows)
    note = f"n = {whole['n']:,} {choice.split} faces. {READING.format(draws=DRAWS, reference=line)} {CAVEATS}"
    if left_out:
        note = f"The {SHOWN} worst and the {SHOWN} best of {len(rows)} groups. {note}"
    ui.figure(
        findings_groups.differing(rows),
        charts.group_dots(shown, metric, kind=choice.split, reference=reference), note,
    )  # fmt: skip
    kept = [*columns, "n", "value", "low", "high", "difference", "p_value", "p_holm"]
    tables.table(
        rows[kept], "fairness", about=tables.of(choice, figure=metric, by="-".join(columns)),
        shown=_as_text(rows, metric), columns=COUNTS,
    )


def _ends(rows):
    """The rows to draw, and how many are left out of a long list."""
    if len(rows) <= 2 * SHOWN + 2:
        return rows, 0
    every = linked.remembered(
        st.toggle, f"All {len(rows)} groups in the chart", key="every", default=False, parse=linked.flag
    )
    large = rows[~rows.pale]
    if every or len(large) < 2:
        return rows, 0
    if len(large) <= 2 * SHOWN:
        return large, len(rows) - len(large)
    return pd.concat([large.head(SHOWN), large.tail(SHOWN)]), len(rows) - 2 * SHOWN


def _as_text(rows, metric):
    ends = zip(rows.low, rows.high, strict=True)
    return pd.DataFrame(
        {
            "group": rows.group,
            f"{HEADLINE[metric]} (95 %)": [
                findings_groups.amount(metric, value, 2) if pd.isna(low) else
                f"{findings_groups.amount(metric, value, 2)} ({findings_groups.between(metric, low, high, 2)})"
                for value, (low, high) in zip(rows.value, ends, strict=True)
            ],
            "faces": rows.n,
            "against all others": [findings_groups.amount(metric, v, 2, signed=True) for v in rows.difference],
            "p": [findings_groups.p_value(p) for p in rows.p_value],
            "p after Holm": [findings_groups.p_value(p) for p in rows.p_holm],
            "clearly different": ["yes" if p < findings_groups.LEVEL else "" for p in rows.p_holm],
        }
    )


def _whole(rows, metric):
    """The figure of all faces."""
    return overall.one(overall.measure(rows, [0] * len(rows), 1, (metric,), draws=1), metric)


def _against(choice, metric, columns):
    st.subheader("Which of the two, for whom?", anchor=False)
    rows = choice.compared(versus.compare, columns=columns, metrics=(metric,), draws=DRAWS)
    names = rows[list(columns)].astype(str)
    if "band" in columns:
        names["band"] = "ages " + names["band"]
    rows = rows.assign(label=names.agg(", ".join, axis=1)).sort_values(["pale", "difference"], kind="stable")
    large = rows[~rows.pale]
    shown = rows if len(rows) <= 2 * SHOWN + 2 or large.empty else large
    ui.figure(
        findings_groups.against(rows, choice.title, choice.other_title),
        charts.differences(shown, metric, choice.title, choice.other_title),
        f"n = {int(rows.n.sum()):,} {choice.split} faces, the same for both. Bar: 95 % interval of the paired "
        f"difference ({DRAWS:,} draws), not corrected for the number of groups; dashed: no difference. Groups "
        f"under 30 faces: {'pale' if len(shown) == len(rows) else 'left out of the chart'}.",
    )
    tables.table(
        duel.named(rows.drop(columns=["label", "pale"]), choice), "versus",
        about=tables.of(choice, both=True, figure=metric, by="-".join(columns)),
        shown=duel.shown(rows, choice.title, choice.other_title, by="label"),
    )
    st.caption(f"Difference: {choice.other_title} − {choice.title}.")


def _gate(choice):
    st.subheader("Taken for an adult, taken for a child", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="gate_options"):
        age = linked.remembered(
            st.slider, "Threshold, years", 10, 65, key="gate", default=18, parse=linked.whole(10, 65), width=320
        )
        pairs = linked.remembered(
            st.toggle, "Sex and race together", key="gate_pairs", default=False, parse=linked.flag
        )
    by = ((), ("sex", "race")) if pairs else ((), ("sex",), ("race",))
    rows = choice.measured(adults.confusion, threshold=age, by=by)
    st.markdown(f"**{findings_groups.gate(rows, age)}.**")
    for place, error in zip(st.columns(2, gap="large"), (adults.UNDER, adults.OVER), strict=True):
        kind = f"under {age} taken for {age} or over" if error == adults.UNDER else (
            f"{age} or over taken for under {age}"
        )  # fmt: skip
        with place:
            title = f"{kind.capitalize()}. {findings_groups.gate_worst(rows, error)}"
            if rows[rows.error == error].n.sum():
                n = int(rows[(rows.error == error) & (rows.by == "all")].n.sum())
                ui.figure(
                    title, charts.gate_dots(rows, error),
                    f"n = {n:,} {choice.split} faces {'under' if error == adults.UNDER else 'of'} {age}"
                    f"{'' if error == adults.UNDER else ' or over'}.",
                )  # fmt: skip
            else:
                st.caption(f"{kind.capitalize()}: there is no such face.")
    st.caption(GATE + (f" These figures are of {choice.title} only." if choice.other else ""))
    tables.table(
        rows, "age_gate", about=tables.of(choice, threshold=age), shown=_gate_text(rows), columns=COUNTS
    )


def _gate_text(rows):
    return pd.DataFrame(
        {
            "group": rows.group,
            "share (95 %)": [tables.ends("cs5")(row) for row in rows.to_dict("records")],
            "error": rows.error,
            "faces": rows.n,
            "wrong": rows.wrong,
        }
    )
