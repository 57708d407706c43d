"""What is wrong with it: copies that disagree, doubtful labels, photos that stand out, odd names."""

from dataclasses import replace

import streamlit as st

import ui
from agesex import findings_dataset_more as words
from agesex import labels
from agesex.dataset import store
from ui import linked
from ui.dataset import about, copies, doubts, gallery

PARTS = {"copies": "Copies", "doubts": "Labels in doubt", "photos": "Photos", "names": "Names and labels"}
FLAGGED = 20  # on a page
SHOWN = 5  # names of refused files per reason


def draw(faces, choice):
    """Draw the view.

    Args:
        faces: `agesex.census.Faces`.
        choice: `agesex.census.Choice`.
    """
    part = linked.remembered(
        st.segmented_control, "What", list(PARTS), format_func=PARTS.get, key="fault", default="copies",
        required=True, label_visibility="collapsed",
    )  # fmt: skip
    {"copies": copies.draw, "doubts": doubts.draw, "photos": _photos, "names": _names}[part](faces, choice)


def remember():
    """Keep the part of this view in the address while a face is shown."""
    linked.held("fault", default="copies", parse={name: name for name in PARTS}.__getitem__)
    linked.held("doubt", default="age", parse={name: name for name in doubts.BY}.__getitem__)


def _photos(faces, choice):
    free = choice.but("flags")
    counts, n = faces.options(free)["flags"], faces.totals(free)["photos"]
    if not faces.ask("SELECT count(brightness) AS n FROM faces").n.iloc[0]:
        st.info("These photos have not been measured: import them to have that done.", icon=":material/info:")
        return
    st.markdown(f"#### {words.flagged(counts, n).replace(' %', chr(160) + '%')}")
    st.caption(
        f"n = {n:,} photos, whatever their flag. The limits come from looking at UTKFace; dark means that "
        "even the brightest hundredth of the photo is dark, so that dark skin alone is no dark photo. A "
        "photo that stands out may still be labelled well; a model guesses worse on it, see Robustness on "
        "Metrics."
    )
    there = [name for name in words.MEANING if counts.get(name)]
    if not there:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        first = next((name for name in choice.flags if name in there), there[0])
        flag = linked.remembered(
            st.segmented_control, "Show", there, format_func=lambda name: f"{name} {counts[name]:,}",
            key="stands_out", default=first, required=True,
        )  # fmt: skip
        chosen = replace(choice, flags=(flag,))
        start = gallery.pager("flagged", counts[flag], FLAGGED, about=chosen)
    gallery.draw(faces, faces.page(chosen, "file", start, FLAGGED), key="flagged")


def _names(faces, choice):
    for text in about.labels(faces):
        st.markdown(text)
    stored = [name for name in faces.datasets if name in store.names()]
    if stored:
        _refused(stored)
        return
    facts = ui.dataset_facts()
    st.markdown(
        f"**Malformed names.** The label of a photo is its file name, and {facts['malformed']} names are no "
        "labels. They are reported and left out, never guessed:"
    )
    _, malformed = labels.parse_all(facts["malformed_names"])
    st.markdown(
        "\n".join(
            f"- `{error.name}`: {error.reason}."
            + (f" Probably meant: `{error.mending}`" if error.mending else " What was meant cannot be told.")
            for error in malformed
        )
    )


def _refused(names):
    """What imports left out, and why."""
    for name in names:
        facts = store.open_stored(name).facts
        refused = facts.get("refused", {})
        total = sum(refused.values())
        st.markdown(
            f"**{name}: {_files(total)} refused, {facts['photos']:,} taken.** What is no label or no "
            "picture is reported and left out, never guessed."
        )
        if not total:
            continue
        examples = facts.get("refused_examples", [])
        lines = []
        for reason, n in sorted(refused.items(), key=lambda entry: -entry[1]):
            mine = [one["name"] for one in examples if one["reason"] == reason][:SHOWN]
            named = ": " + ", ".join(map(ui.plain, mine)) if mine else ""
            more = " …" if mine and n > len(mine) else ""
            lines.append(f"- {n:,} × {ui.plain(reason)}{named}{more}")
        st.markdown("\n".join(lines))


def _files(n):
    return "1 file was" if n == 1 else f"{n:,} files were"
