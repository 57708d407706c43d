"""Labels in doubt, the most doubtful first, with what was said of those that somebody looked at."""

import streamlit as st

import ui
from agesex import findings_dataset_more as words
from agesex import suspects
from agesex.errors import AgeSexError
from agesex.findings import percent
from ui import linked
from ui.dataset import about, gallery

DOUBTS = 20  # on a page
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
    """Draw the part; arguments as of `wrong.draw`."""
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
