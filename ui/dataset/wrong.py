"""What is wrong with it: copies that disagree, doubtful labels, photos that stand out, odd names."""

from dataclasses import replace

import pandas as pd
import streamlit as st

import ui
from agesex import census, labels, leakage, suspects
from agesex import findings_dataset_more as words
from agesex.charts import copies
from agesex.charts.dots import dots
from agesex.dataset import store
from agesex.errors import AgeSexError
from agesex.findings import percent
from ui import linked
from ui.dataset import about, clicks, gallery, photos

PARTS = {"copies": "Copies", "doubts": "Labels in doubt", "photos": "Photos", "names": "Names and labels"}
GROUPS, DOUBTS, FLAGGED = 6, 20, 20  # on a page
MEMBERS = 12  # photos of one group
SHOWN = 5  # names of refused files per reason
BY = {"age": "age", "sex": "sex"}
CHECKED = (
    "That was one pass over the photos by one of the project's authors, no expert, who saw the label but not the model's "
    "guess, knew that most of these labels were in doubt (random ones were mixed in), and said “wrong” only where the age is "
    "15 years off or more, or the other sex is plain to see. So read the share as rough; the interval says what chance "
    "does to it, and nothing of the author's errors."
)
HOW_DOUBTED = (
    "Five-fold predictions by heads that were trained without the photo and its copies, on features of a "
    "network that never saw a label of UTKFace. In doubt is what lies far from its prediction, measured by "
    "how far predictions like it are usually off. That is a reason to look, no proof: rare faces, make-up, "
    "poor light and unusual poses come up, too."
)


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
    {"copies": _copies, "doubts": _doubts, "photos": _photos, "names": _names}[part](faces, choice)


def remember():
    """Keep the part of this view in the address while a face is shown."""
    linked.held("fault", default="copies", parse={name: name for name in PARTS}.__getitem__)
    linked.held("doubt", default="age", parse={name: name for name in BY}.__getitem__)


def _copies(faces, choice):
    clicks.figure(_of_copies(faces, choice), key="apart", choice=choice, after=clicks.apart)
    groups = faces.groups(choice)
    if len(groups):
        _groups(faces, choice, groups)
    named, n = about.in_tables(faces)
    if named:
        _leakage()
    if named < n:
        st.caption(
            f"What copies do to a test was worked out for the photos of UTKFace that the repository's split names: "
            f"{named:,} of the {n:,} here. `python -m training.leakage` makes it."
        )


@census.kept
def _of_copies(faces, choice):
    groups, free = faces.groups(choice), faces.groups(choice.but("apart"))
    classes = census.disagreements(free.assign(disagreement=census.disagreement(free.years)))
    low, high = choice.apart or census.ALL_AGES
    whole = f" ({len(faces.groups()):,} in all)" if choice != census.EVERYBODY else ""
    return clicks.made(
        words.copies(groups),
        copies.apart(classes.assign(chosen=classes.low.ge(low) & classes.high.le(high))),
        f"n = {words.groups(len(free))} of near-duplicates with a photo shown{whole}, by the difference of "
        f"their oldest and youngest label. {clicks.HOW} What it does to a model: part of its error is the labels' own (how "
        "much cannot be read off here, for photos with copies are no random sample), and a copy in both "
        "training and test would flatter it; in the split of UTKFace no group is in both.",
    )


def _groups(faces, choice, groups):
    st.subheader("The same photo, labelled again", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        start = gallery.pager("groups", len(groups), GROUPS, about=choice)
    shown = groups.iloc[start : start + GROUPS]
    rows = pd.concat([_members(faces, row) for row in shown.itertuples()], ignore_index=True)
    if not photos.sources(faces):
        said = {(row.dataset, row.group): words.group(row) for row in shown.itertuples()}
        gallery.draw(faces, rows, key="groups", text=lambda row: said[row["dataset"], row["group"]])
        return
    pictures = photos.small(faces, rows)
    st.html(gallery.LOOK)
    with st.container(horizontal=True, gap="small"):
        for number, row in enumerate(shown.itertuples()):
            mine = rows[(rows.dataset == row.dataset) & (rows.group == row.group)]
            with st.container(border=True, width="content", key=f"gallery_group_{number}", gap="xsmall"):
                st.markdown(f"**{words.group(row)}**")
                with st.container(horizontal=True, gap="xsmall", width="content"):
                    for one in mine.to_dict("records"):
                        address = pictures.get((one["dataset"], one["file"]))
                        gallery.button(faces, one, address, key=f"group_{number}", text=_member)
                    if row.n > len(mine):
                        st.caption(f"… and {row.n - len(mine):,} more", width="content")
    st.caption(
        "Groups whose labels differ most come first: two sexes, then years. Under each photo: age, sex, race "
        f"code, split. The photos of a group are shown (at most {MEMBERS}), whatever the filters leave of it."
    )


def _members(faces, group):
    return faces.ask(
        f'SELECT {", ".join(gallery.CARD)} FROM faces WHERE dataset = ? AND "group" = ? '
        "ORDER BY place LIMIT ?",
        [group.dataset, group.group, MEMBERS],
    )


def _member(row):
    return f"**{gallery.labelled(row)}**  \n{row['race']}, {row['split']}"


def _leakage():
    facts = leakage.read()
    if facts is None:
        st.caption("The figures about leakage are not there. `python -m training.leakage` makes them.")
        return
    st.subheader("What copies do to a test", anchor=False)
    mine = facts["this_split"]
    rows = [
        {
            "label": f"random {percent(row['train'], 0)} / {percent(row['test'], 0)}", "value": row["mean"],
            "low": row["low"],
            "high": row["high"], "n": round(row["test"] * facts["photos"]), "kind": "train",
            "between": f"{percent(row['low'])} to {percent(row['high'])} of 95 in 100 splits",
        }
        for row in facts["random"]
    ]  # fmt: skip
    rows.append(
        {
            "label": "this split", "value": mine["share"], "low": None, "high": None, "n": mine["test"],
            "kind": "test", "between": "counted, not drawn",
        }
    )  # fmt: skip
    table = pd.DataFrame(rows).astype({"low": float, "high": float})
    table = table.assign(pale=False, text=[percent(value) for value in table.value])
    ui.figure(
        words.leakage(facts),
        dots(table, "test photos with a copy in train", share=True, zero=True),
        f"n = {facts['photos_in_groups']:,} photos in {facts['groups']:,} groups of copies, of "
        f"{facts['photos']:,}; {facts['random'][0]['draws']:,} random splits each, lines: 95 % of them. What "
        "it does to a model: on a photo that it was trained on it seems better than it is.",
    )
    noise = facts["labels"]
    st.markdown(f"#### {words.label_noise(noise).replace(' %', chr(160) + '%')}")
    st.caption(
        f"n = {noise['pairs']:,} pairs of copies in {noise['groups']:,} groups; whole groups are drawn for "
        f"the intervals. {percent(noise['age_differs']['value'])} differ in age at all, "
        f"{percent(noise['race_disagrees']['value'])} in race code. Two labels of one photo cannot both be "
        "right, so on average the labels of these photos are at least half as wrong as they differ; an error "
        "that both share is not seen."
    )


def _doubts(faces, choice):
    if not {"age_score", "sex_score"} <= faces.columns or not about.scored(faces, choice, "age_score"):
        st.info(
            "Labels in doubt were searched among the photos of UTKFace that the repository's split names: none of "
            "those chosen is among them. `python -m training.suspects` makes the search.",
            icon=":material/search_off:",
        )
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        by = linked.remembered(
            st.segmented_control,
            "In doubt",
            list(BY),
            format_func=BY.get,
            key="doubt",
            default="age",
            required=True,
        )
        ranked = about.scored(faces, choice, f"{by}_score")
        start = gallery.pager("doubts", ranked, DOUBTS, about=(choice, by))
    try:
        judged, control = suspects.counts(by), suspects.counts(f"random {by}")
        said = suspects.verdicts().set_index(["file", "kind"]).verdict.to_dict()
        known = suspects.read().set_index("file")
    except AgeSexError as error:
        st.caption(ui.plain(str(error)))
        return
    st.markdown(f"#### {words.verdict(by, judged, control).replace(' %', chr(160) + '%')}")
    rows = faces.page(choice, f"{by}_score", start, DOUBTS)
    rows = rows[rows.value.notna()]
    ranks = known[f"{by}_score"].rank(method="first").astype(int)

    def text(row):
        found = known.loc[row["file"]]
        answer = f"guess {found.age_oof:.0f} ± {found.age_expected_error:.0f}"
        if by == "sex":
            sex, p = (
                ("female", found.p_female_oof)
                if found.p_female_oof >= 0.5
                else ("male", 1 - found.p_female_oof)
            )
            answer = f"guess {sex} {percent(p, 0)}".replace(" %", "\u00a0%")
        verdict = said.get((row["file"], by))
        return f"**{gallery.labelled(row)}**  \n{answer}  \nno. {ranks[row['file']]:,}" + (
            f": {verdict}" if verdict else ""
        )

    gallery.draw(faces, rows, key="doubts", text=text)
    if missing := faces.totals(choice)["photos"] - ranked:
        was = "was" if missing == 1 else "were"
        st.caption(f"{missing:,} of the chosen photos {was} not in the search, and cannot be ranked here.")
    st.caption(
        "Under each photo its label, the guess without it "
        f"({'± the error to expect' if by == 'age' else 'and how sure'}), its rank among all {len(known):,} "
        f"photos and what that look said. {HOW_DOUBTED}"
    )
    if judged["n"]:
        rest = ", ".join(f"{judged[name]:,} {name}" for name in suspects.VERDICTS if judged[name])
        st.caption(f"Of the {judged['n']:,} looked at: {rest}. {CHECKED}")


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
