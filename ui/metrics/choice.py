"""What every view of Metrics is about: one model, perhaps a second one beside it, and a split of the faces.

choice.rows()                                               # predictions of the split
choice.measured(metrics.ages.age_groups, width=10)          # a question to them, computed once
choice.compared(metrics.versus.compare, columns=("race",))  # a question to both models
"""

from dataclasses import dataclass, field

import streamlit as st

import ui
from agesex import metrics, model
from agesex.errors import AgeSexError
from ui import linked, model_tables
from ui.model_choice import labels, title_of

SPLITS = {
    "test": "Test faces were never used to train, choose or calibrate.",
    "validation": "Validation chose the epoch: figures on it flatter a little.",
    "train": "The network has seen the training faces: figures on them flatter.",
}
PARTS = ("test_21_60", "test_21_60_clamped")  # parts of test that have figures of their own
OWN_FACES = ("making", "robustness")  # views that ask about other faces, and say about which
NOBODY = "none"  # in the address


@dataclass(frozen=True)
class Choice:
    """What is asked about.

    Attributes:
        name: folder of the model.
        other: folder of the model beside it, or None.
        split: a name of `SPLITS`.
        card: card.json of the model (dict), its figures those of the predictions (see `model_tables.agreed`).
        title: what people call the model.
    """

    name: str
    other: str | None
    split: str
    card: dict
    title: str
    _read: dict = field(default_factory=dict, init=False, repr=False, compare=False)  # of this run

    @property
    def caveat(self):
        """What has to be known about the split, one sentence."""
        return SPLITS[self.split]

    @property
    def draws(self):
        """Bootstrap draws that leave the page quick: fewer on the training faces, which are many."""
        return 200 if self.split == "train" else 1000

    @property
    def drawn(self):
        """What has to be known about the intervals, one sentence."""
        return f"Intervals: bootstrap over groups of duplicate photos, {self.draws:,} draws."

    @property
    def other_card(self):
        """That of the model beside it; None without one."""
        return card_of(self.other) if self.other else None

    @property
    def other_title(self):
        """What people call the model beside it; None without one."""
        return title_of(self.other) if self.other else None

    @property
    def history(self):
        """One row per epoch of the model (DataFrame)."""
        return ui.read_history(self.name)

    @property
    def predictions(self):
        """All predictions of the model, of every split (DataFrame)."""
        return ui.read_predictions(self.name)

    def rows(self):
        """The predictions of the split, with band and pred_band (age bands)."""
        return self._rows(self.name, self.split)

    def other_rows(self):
        """Those of the model beside it; None without one."""
        return self._rows(self.other, self.split) if self.other else None

    def _rows(self, name, part):
        """`rows_of`, read once in a run; the table is the asker's own."""
        if (name, part) not in self._read:
            self._read[name, part] = rows_of(name, part)
        return self._read[name, part].copy(deep=False)

    def measured(self, function, *, name=None, part=None, **options):
        """A question of `agesex.metrics` to the faces of the split, computed once per server.

        Args:
            function: takes the predictions and `options`; a function of a module, no lambda.
            name: folder of another model.
            part: "train", … for another split; a name of `PARTS`; the split without it.
            **options: hashable.

        Returns:
            What the function returns.
        """
        name, part = name or self.name, part or self.split
        return model_tables.answer(
            (model_tables.identity(name),), part, _named(function), tuple(sorted(options.items())),
            lambda: function(self._rows(name, part), **options),
        )  # fmt: skip

    def compared(self, function, **options):
        """A question to both models, e.g. `metrics.versus.compare`; arguments as of `measured`."""
        models = tuple(map(model_tables.identity, (self.name, self.other)))
        return model_tables.answer(
            models, self.split, _named(function), tuple(sorted(options.items())),
            lambda: function(self.rows(), self.other_rows(), **options),
        )  # fmt: skip


def _named(function):
    return f"{function.__module__}.{function.__qualname__}"


def rows_of(name, part):
    """The predictions of one model for a split or a name of `PARTS`, with band and pred_band."""
    rows = model_tables.split_rows(name, "test" if part in PARTS else part)
    if part not in PARTS:
        return rows
    rows = rows[rows.published]
    return metrics.clamped(rows) if part == "test_21_60_clamped" else rows


def card_of(name):
    """The card of a model, its figures those of the predictions; raises AgeSexError."""
    return model_tables.agreed(name)[0]


def pick(view):
    """Draw the pickers: model, the one beside it, split; and say what is wrong with any model.

    Args:
        view: name of the view, which decides what has to be said and what the second model must have.

    Returns:
        Choice, or None where no model can be used, which is said.

    Raises:
        ModelMissing: there is no model at all.
    """
    usable, broken = model_tables.models()
    for sentence in broken.values():
        st.error(ui.plain(sentence), icon=":material/error:")
    if not usable:
        if not broken:
            model.folder(model.DEFAULT)  # says where models are looked for
        return None
    _unknown({**labels(), **broken})
    said = labels()
    names = list(said)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="choice"):
        name = linked.remembered(
            st.selectbox, "Model", names, format_func=said.get, key="model", default=names[0], width=290
        )
        others = [NOBODY, *(other for other in names if other != name)]
        other = linked.remembered(
            st.selectbox, "Compare with", others, format_func=lambda key: said.get(key, "no other model"),
            key="beside", default=NOBODY, width=290,
        )  # fmt: skip
        if view in OWN_FACES:
            split = linked.held("split", default="test", parse={name: name for name in SPLITS}.__getitem__)
        else:
            split = linked.remembered(
                st.segmented_control, "Faces", list(SPLITS), key="split", default="test", required=True
            )
    other = _comparable(name, other, split, view) if other != NOBODY else None
    for shown in names if view == "overview" else filter(None, (name, other)):
        if sentence := model_tables.agreed(shown)[1]:
            st.warning(ui.plain(sentence), icon=":material/rule:")
    return Choice(name, other, split, card_of(name), title_of(name))


def _unknown(there):
    """Say that an address asks for models that do not exist, and which do."""
    asked = {st.query_params.get(key) for key in ("model", "beside")} if linked.moved() else set()
    for name in sorted(asked - {None, NOBODY, *there}):
        st.warning(
            ui.plain(f"There is no model {name!r}. Models that are there: {', '.join(there)}."),
            icon=":material/search_off:",
        )


def _comparable(name, other, split, view):
    """The model beside, or None where it cannot be drawn beside the first one; why is said."""
    try:
        if view == "robustness":
            ui.read_stress(other)
        elif view != "making":
            model_tables.split_rows(other, split)
            with_first = _readable(name, split)
            if with_first:
                return other if _some_shared(name, other, split) else None
    except AgeSexError as error:
        st.error(
            ui.plain(f"{title_of(other)} is not drawn beside {title_of(name)}. {error}"), icon=":material/error:"
        )
        return None
    return other


def _readable(name, split):
    """Whether the first model has such predictions; where not, the view itself says so."""
    try:
        return not model_tables.split_rows(name, split).empty
    except AgeSexError:
        return False


def _some_shared(name, other, split):
    """Whether two models have faces in common; what a comparison leaves out is said."""
    both, one, two = model_tables.shared(name, other, split)
    if both == one == two:
        return True
    left_out = (
        f"{one:,} {split} faces stand in {name}/predictions.parquet, {two:,} in {other}/predictions.parquet, "
        f"{both:,} in both"
    )
    if both:
        st.info(
            ui.plain(
                f"{left_out}: differences between the two models are of those {both:,}, which leaves out "
                f"{one - both:,} and {two - both:,}; a curve or figure of one model is of all its own faces."
            ),
            icon=":material/join_inner:",
        )
    else:
        st.warning(
            ui.plain(
                f"{left_out}, so {title_of(other)} is not drawn beside {title_of(name)}. Compare models that were "
                f"evaluated on the same faces, or make the tables again with `python -m training.evaluate`."
            ),
            icon=":material/join_inner:",
        )
    return bool(both)
