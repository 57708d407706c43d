"""What every view of Metrics is about: one model, perhaps a second one beside it, and a split of the faces.

choice.rows()                                               # predictions of the split
choice.measured(metrics.ages.age_groups, width=10)          # a question to them, computed once
choice.compared(metrics.versus.compare, columns=("race",))  # a question to both models
"""

from dataclasses import dataclass

import streamlit as st

import ui
from agesex import metrics, model
from ui import linked, loaders

SPLITS = {
    "test": "Test faces were never used to train, choose or calibrate.",
    "validation": "Validation chose the epoch: figures on it flatter a little.",
    "train": "The network has seen the training faces: figures on them flatter.",
}
PARTS = ("test_21_60", "test_21_60_clamped")  # parts of test that have figures of their own
NOBODY = "none"  # in the address


@dataclass(frozen=True)
class Choice:
    """What is asked about.

    Attributes:
        name: folder of the model.
        other: folder of the model beside it, or None.
        split: a name of `SPLITS`.
        card: card.json of the model (dict).
        title: what people call the model.
    """

    name: str
    other: str | None
    split: str
    card: dict
    title: str

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
        """card.json of the model beside it; None without one."""
        return ui.read_card(self.other) if self.other else None

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
        return rows_of(self.name, self.split)

    def other_rows(self):
        """Those of the model beside it; None without one."""
        return rows_of(self.other, self.split) if self.other else None

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
        return loaders.answer(
            (ui.read_card(name)["sha256"],), part, _named(function), tuple(sorted(options.items())),
            lambda: function(rows_of(name, part), **options),
        )  # fmt: skip

    def compared(self, function, **options):
        """A question to both models, e.g. `metrics.versus.compare`; arguments as of `measured`."""
        shas = tuple(ui.read_card(name)["sha256"] for name in (self.name, self.other))
        return loaders.answer(
            shas, self.split, _named(function), tuple(sorted(options.items())),
            lambda: function(self.rows(), self.other_rows(), **options),
        )  # fmt: skip


def _named(function):
    return f"{function.__module__}.{function.__qualname__}"


def rows_of(name, part):
    """The predictions of one model for a split or a name of `PARTS`, with band and pred_band."""
    rows = loaders.split_rows(name, "test" if part in PARTS else part)
    if part not in PARTS:
        return rows
    rows = rows[rows.published]
    return metrics.clamped(rows) if part == "test_21_60_clamped" else rows


def title_of(name):
    """What people call a model; the folder's name where its card cannot be read."""
    from agesex.errors import AgeSexError

    try:
        return ui.read_card(name)["title"]
    except AgeSexError:
        return name


def labels():
    """{folder: title} of all models, the default first and marked, equal titles told apart."""
    names = ui.model_names() or [model.DEFAULT]  # whose absence is then said
    titles = [title_of(name) for name in names]
    told = [t if titles.count(t) == 1 else f"{t} ({n})" for n, t in zip(names, titles, strict=True)]
    return {n: f"{t} · default" if i == 0 else t for i, (n, t) in enumerate(zip(names, told, strict=True))}


def pick():
    """Draw the pickers: model, the one beside it, split.

    Returns:
        Choice.

    Raises:
        AgeSexError: there is no model, or its card cannot be read.
    """
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
        split = linked.remembered(
            st.segmented_control, "Faces", list(SPLITS), key="split", default="test", required=True
        )
    card = ui.read_card(name)
    return Choice(name, None if other == NOBODY else other, split, card, title_of(name))
