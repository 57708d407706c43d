"""Slice: a group built by hand, and every figure of it against all other faces."""

import pandas as pd
import streamlit as st

import ui
from agesex import advice, findings_groups, labels
from agesex.charts import YEARS
from agesex.findings_metrics import BRIEF
from agesex.metrics import MIN_GROUP, slices, versus
from agesex.metrics.overall import HEADLINE, HEADLINE_SHARES
from ui import charts, linked, loaders
from ui.metrics import duel, tables

OLDEST = labels.MAX_AGE
ANY = "any"
QUALITY = {  # column: label, the ends of its slider, the step, how it is written, what it measures
    "blur": (
        "Blur, pixels of 200", 0.0, 5.0, 0.1, "%.1f",
        "about how wide the sharper edges of the face are, in pixels of a crop 200 pixels wide (Predict "
        f"calls a face blurred over {advice.BLURRED:g})",
    ),
    "light": (
        "Light, grey levels", 0.0, 255.0, 1.0, "%.0f",
        "the brightest hundredth of the face begins here, 0 black to 255 white; it depends on the skin, but "
        f"less than a mean does (dark under {advice.DARK})",
    ),
    "burnt": (
        "Burnt out, share", 0.0, 1.0, 0.01, "%.2f",
        f"the share of the face that is (almost) white (over-exposed over {advice.BURNT:g})",
    ),
}  # fmt: skip
NO_QUALITY = (
    "There are no measures of the photos (blur, light) of these faces, so none can be asked for here; what "
    "such faults do stands under Robustness."
)
CAVEATS = (
    "Who looks at many slices finds one that differs by chance: one in twenty does so by its 95 % interval. "
    f"{labels.ORIGIN} Slice and rest differ in "
    "more than what was filtered, so a difference does not say why."
)
DRAWS = 1000


def draw(choice):
    """Draw the view."""
    asked = _filters(choice.rows())
    n = int(choice.measured(_count, **asked))
    total = len(choice.rows())
    st.markdown(f"**{n:,}** of {total:,} {choice.split} faces are in the slice.")
    if n == 0:
        st.info("No face fits these filters. Take one of them back.", icon=":material/filter_alt_off:")
        return
    if n == total:
        st.info("The slice holds every face: there is no rest to compare it with.", icon=":material/info:")
        return
    rows = choice.measured(_figures, **asked)
    if n < MIN_GROUP:
        said = findings_groups.apart(rows, n)
        st.warning(f"{said}.", icon=":material/group_off:")
    _charts(choice, rows, n, total)
    st.subheader("Every figure", anchor=False)
    tables.table(
        rows.reset_index(), "slice", about=tables.of(choice, who=who(**asked)), shown=_as_text(rows),
    )
    st.caption(
        f"Intervals of 95 %, {DRAWS:,} bootstrap draws of whole groups of copies, the same for slice and rest. "
        f"{CAVEATS}"
    )
    if choice.other:
        _beside(choice, asked, n)


def _filters(rows):
    with st.container(border=True, key="slice_filters"):
        with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
            age = linked.remembered(
                st.slider, "Labelled age, years", 0, OLDEST, key="slice_ages", default=(60, OLDEST),
                parse=linked.pair(0, OLDEST), width=320,
            )  # fmt: skip
            sex = linked.remembered(
                st.segmented_control, "Labelled sex", [ANY, *sorted(labels.SEXES)], key="slice_sex", default=ANY,
                required=True,
            )  # fmt: skip
        race = linked.remembered(
            _many, "Race codes (none picked: all)", list(labels.RACES), key="slice_race", default=(), parse=_codes
        )
        quality = _quality(rows)
    return {"age": age, "sex": None if sex == ANY else sex, "race": race or None, "quality": quality}


def _quality(rows):
    """((column, lowest, highest), …) of the measures that are asked for; None is an open end."""
    with ui.guard():
        loaders.read_photo_quality()  # a broken file says so here, and only here
    there = [name for name in QUALITY if name in rows and rows[name].notna().any()]
    if not there:
        st.caption(NO_QUALITY)
        return ()
    asked, notes = [], []
    with st.container(horizontal=True, gap="medium"):
        for name in there:
            label, low, high, step, written, words = QUALITY[name]
            notes.append(f"**{label}**: {words}")
            if rows[name].min() == rows[name].max():
                notes[-1] += f"; {rows[name].max():g} for every face here, so there is nothing to choose"
                continue
            # ends of their own for every split or model would turn a value that was kept into a filter
            start, end = linked.remembered(
                st.slider, label, low, high, step=step, format=written, key=f"slice_{name}",
                default=(low, high), parse=_pair(low, high), width=260,
            )  # fmt: skip
            if (start, end) != (low, high):
                asked.append((name, _within(start, low), _within(end, high)))
    st.caption(f"{'. '.join(notes)}. A slider at its end is open. {_unmeasured(rows[there])}")
    return tuple(asked)


def _pair(low, high):
    """Two ends as an address has them, e.g. "0.0-2.5"."""

    def parse(text):
        start, end = map(float, text.split("-"))
        if not low <= start <= end <= high:  # false for "nan", too
            raise ValueError(text)
        return start, end

    return parse


def _within(value, end):
    """An end of a slider; None where it was left at its own end, beyond which there may be more."""
    return None if value == end else round(value, 3)


def _unmeasured(measures):
    n = int(measures.isna().any(axis=1).sum())
    if n == 0:
        return f"All {len(measures):,} faces have these measures."
    return (
        f"**{n:,}** of {len(measures):,} faces lack a measure: they are in no slice that asks for it, and "
        "among all others then."
    )


def who(age, sex, race, quality):
    """The filters of a slice in words, e.g. "60-120 female Asian blur 2-5"; an open end is left out."""
    words = [f"{age[0]}-{age[1]}", sex, *(race or ())]
    words += [
        f"{name} {'' if low is None else f'{low:g}'}-{'' if high is None else f'{high:g}'}"
        for name, low, high in quality
    ]
    return " ".join(filter(None, words))


def _mask(rows, age, sex, race, quality):
    return slices.select(
        rows, age=age, sex=sex, race=race, quality={name: (low, high) for name, low, high in quality}
    )


def _count(rows, **asked):
    return _mask(rows, **asked).sum()


def _figures(rows, **asked):
    return slices.against_rest(rows, _mask(rows, **asked), draws=DRAWS)


def _charts(choice, rows, n, total):
    note = (
        f"n = {n:,} faces in the slice ({'filled' if n >= MIN_GROUP else 'pale'}), {total - n:,} others (hollow), "
        f"{choice.split} split. Bar: 95 % interval."
    )
    places = st.columns(2, gap="large")
    with places[0]:
        title = findings_groups.apart(rows, n) if n >= MIN_GROUP else "The figures in years"
        ui.figure(title, charts.slice_dots(rows, YEARS, kind=choice.split), note)
    with places[1]:
        title = findings_groups.apart_shares(rows) if n >= MIN_GROUP else "The figures that are shares"
        ui.figure(
            title, charts.slice_dots(rows, HEADLINE_SHARES, kind=choice.split), note
        )


def _as_text(rows):
    def said(metric, row, start, value):
        return _with_ends(metric, row[value], row[f"{start}low"], row[f"{start}high"], "diff" in start)

    return pd.DataFrame(
        {
            "figure": [BRIEF[metric] for metric in rows.index],
            "the slice": [said(metric, row, "", "value") for metric, row in rows.iterrows()],
            "all others": [said(metric, row, "rest_", "rest") for metric, row in rows.iterrows()],
            "difference": [said(metric, row, "difference_", "difference") for metric, row in rows.iterrows()],
            "clearly apart": [
                "yes" if row.difference_low > 0 or row.difference_high < 0 else "" for _, row in rows.iterrows()
            ],
        }
    )


def _with_ends(metric, value, low, high, signed):
    text = findings_groups.amount(metric, value, 2, signed=signed)
    ends = findings_groups.between(metric, low, high, 2, signed=signed)
    return text if ends == "none" else f"{text} ({ends})"


def _beside(choice, asked, n):
    """The same slice by the model beside."""
    st.subheader(f"The slice by {choice.other_title}", anchor=False)
    first, second = choice.rows(), choice.other_rows()
    first = first[_mask(first, **asked)]
    rows = versus.compare(first, second, metrics=tuple(HEADLINE), draws=300)
    shown = pd.DataFrame(
        {
            "figure": [BRIEF[metric] for metric in rows.metric],
            "difference (95 %)": [
                _with_ends(row.metric, row.difference, row.low, row.high, True) for row in rows.itertuples()
            ],
            "better": rows.better.map({"first": choice.title, "second": choice.other_title, "": "undecided"}),
            choice.title: [findings_groups.amount(m, v, 2) for m, v in zip(rows.metric, rows["first"], strict=True)],
            f"{choice.other_title} ": [
                findings_groups.amount(m, v, 2) for m, v in zip(rows.metric, rows.second, strict=True)
            ],
        }
    )
    tables.table(
        duel.named(rows, choice), "slice_of_two", about=tables.of(choice, both=True, who=who(**asked)),
        shown=shown,
    )
    st.caption(f"n = {n:,} faces, the same for both; paired differences, 300 draws.")


def _many(label, options, **kwargs):
    """Pills of which several may be chosen: a tuple, in the order of the options."""
    chosen = st.pills(label, options, selection_mode="multi", **kwargs)
    return tuple(option for option in options if option in chosen)


def _codes(text):
    """The race codes that an address names, e.g. "Asian-Black"."""
    named = text.split("-") if text else []
    if not set(named) <= set(labels.RACES):
        raise ValueError(text)
    return tuple(code for code in labels.RACES if code in named)
