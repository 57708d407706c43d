"""What every view of Explain is about: one face, one model, and what the class may see."""

from dataclasses import dataclass, replace

import streamlit as st

import ui
import ui.photo
from agesex import explain, words
from ui import linked, model_choice, turns

TITLES = {"older": "Older", "younger": "Younger", "female": "Female", "male": "Male"}
HIDE_SEX = "For classes that talk about age only: no question, answer or label about sex is shown."
FOLDED = {"samples": "samples", "data set": "data set"}  # sources whose choice is folded away
FOLD_HELP = "Choose another sample face, upload a photo or take one with the camera."
POOR = (
    "**{words}.** Answer and map follow that as much as the face. Take a closer, brighter or sharper photo."
)


@dataclass(frozen=True, eq=False)
class Scene:
    """One face to explain.

    Attributes:
        photo: a `ui.photo.Photo`.
        seen: a `ui.photo.Seen`, what was found in it.
        index: which of the faces, from 0.
        name: folder of the model.
        model: a `agesex.model.Model`.
        answer: `agesex.predict.Prediction` of this model about this face.
        hide_sex: True where nothing about sex is to be shown.
    """

    photo: ui.photo.Photo
    seen: ui.photo.Seen
    index: int
    name: str
    model: object
    answer: object
    hide_sex: bool

    @property
    def face(self):
        """The `faces.Face`."""
        return self.seen.faces[self.index]

    @property
    def crop(self):
        """uint8 (200, 200, 3), the aligned face."""
        return self.face.crop

    @property
    def targets(self):
        """Names of the targets that may be asked for."""
        return {k: v for k, v in TITLES.items() if not (self.hide_sex and k in ("female", "male"))}

    @property
    def questions(self):
        """“age”, and “sex” where it may be shown."""
        return ["age"] if self.hide_sex else ["age", "sex"]

    def kept(self, key, compute, *, lane="long"):
        """Compute something about this face once; it is forgotten with the photo.

        Args:
            key: hashable, tells the results about one face apart.
            compute: function without arguments.
            lane: a name of `turns.LANES`.
        """
        mine = ("explain", self.name, self.seen.whole, self.index, key)
        return ui.photo.kept(self.photo, mine, compute, lane=lane)

    def explained(self, target, method, layer=None, **options):
        """The `Explanation` by a method, computed once, with a progress bar where it takes long."""
        key = (target, method, layer, tuple(sorted(options.items())))
        lane = "long" if explain.METHODS[method].progress else "quick"
        return self.kept(key, lambda: self._explain(target, method, layer, options), lane=lane)

    def _explain(self, target, method, layer, options):
        chosen = explain.METHODS[method]
        with st.spinner(f"{chosen.title}: {chosen.asks} of the model …", show_time=True):
            bar = st.progress(0.0) if chosen.progress and options else None
            found = explain.explain(
                self.model, self.crop, target, method, layer=layer,
                progress=bar.progress if bar else None, **options,
            )  # fmt: skip
            if bar:
                bar.empty()
        return found

    def says(self):
        """The answer in words, without the sex where that is hidden."""
        age = words.age(self.answer)
        return age if self.hide_sex else f"{age}, {words.sex(self.answer)}"

    def with_model(self, name):
        """The same face with another model."""
        model, answers = _answers(self.photo, self.seen, name)
        return replace(self, name=name, model=model, answer=answers[self.index])


def settings():
    """Draw what holds for all views: which model, and whether sex is hidden.

    Returns:
        (name of the model, hide_sex).
    """
    titles = model_choice.labels()
    names = list(titles)
    name = linked.remembered(
        st.selectbox, "Model", names, format_func=titles.get, key="model", default=names[0], width=220
    )
    hidden = linked.remembered(
        st.toggle, "Hide sex", key="hide_sex", default=False, parse=linked.flag, help=HIDE_SEX
    )
    return name, hidden


def place(hide):
    """The fold beside the settings that the choice of a face is drawn in, named after the present one.

    Args:
        hide: what its name must not give away: "sex", "age", both or nothing.

    Returns:
        A container; None where the visitor's own photo comes in: its field, and what listens for pasted and
        live pictures, has to stay on the page, see `open_place`.
    """
    source = linked.held("source", default="samples", parse=FOLDED.__getitem__)
    if source not in FOLDED:
        return None
    present = "of the data set"
    if source == "samples":
        labels = ui.sample_labels(tuple(sorted(hide)))
        present = labels[linked.held("sample", default=next(iter(labels)), parse=ui.photo.sample_of)]
    with st.popover(f"Face or photo: {present}", key="face_fold", help=FOLD_HELP):
        return st.container(key="other_face")


def open_place(folded):
    """What the choice of a photo of one's own is drawn in.

    Args:
        folded: True draws it folded, where only the present photo matters; it stays open until there is one.
    """
    mine = st.session_state.get("photo")
    there = mine is not None and mine.source == linked.value("source")
    return st.expander("Choose another face", key="other_photo") if folded and there else st.container()


def of(photo, name, hide_sex, *, quiet=False):
    """The scene of a photo.

    Args:
        photo: a `ui.photo.Photo`.
        name: folder of the model.
        hide_sex: see `Scene`.
        quiet: True draws a picker without ages, for those who are to guess.

    Returns:
        Scene, or None where no face was found (which is said).

    Raises:
        AgeSexError: the file is no picture, or the model cannot be loaded.
    """
    seen = ui.photo.look(photo, whole=ui.photo.wants_whole(photo))
    if not seen.faces:
        st.warning(
            "**No face was found in this picture**, so there is nothing to explain. Choose another one, or "
            "take the whole picture for a face.",
            icon=":material/search_off:",
        )
        st.button(
            "Take the whole picture for a face", icon=":material/crop_free:", key="whole_picture",
            on_click=ui.photo.toggle_whole, args=(photo,),
        )  # fmt: skip
        return None
    model, answers = _answers(photo, seen, name)
    index = _pick(seen, answers, quiet)
    if notes := seen.advice(index, name):
        said = ui.plain("; ".join(note.words for note in notes))
        st.warning(POOR.format(words=said[0].upper() + said[1:]), icon=":material/warning:")
    return Scene(photo, seen, index, name, model, answers[index], hide_sex)


def _answers(photo, seen, name):
    """(model, its answers about all faces of the photo), computed once a photo."""
    with st.spinner("Loading the model …"):
        model = ui.load_model(name)
    if name not in ui.model_names()[1:]:
        return model, seen.answers
    key = ("answers", name, seen.whole)
    return model, ui.photo.kept(photo, key, lambda: turns.answers(seen.faces, model))


def _pick(seen, answers, quiet):
    """Which of several faces; returns its index, counted from 0."""
    if len(seen.faces) == 1:
        return 0
    left, right = st.columns([2, 3], vertical_alignment="center")
    left.image(seen.picture, alt="The photo, its faces numbered", output_format="JPEG")
    said = {i: f"{i + 1}" if quiet else f"{i + 1} · {words.age(a)}" for i, a in enumerate(answers)}
    with right:
        return linked.remembered(
            st.pills, "Which face?", list(said), format_func=said.get, default=0, required=True,
            key="which", wrap=True,
        )  # fmt: skip
