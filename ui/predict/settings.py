"""What a visitor may move on Predict: the model, one to compare it with, interval and threshold."""

from dataclasses import dataclass

import streamlit as st

import ui
from agesex import predict
from ui import linked, model_choice, turns

NOBODY = "none"


@dataclass(frozen=True)
class Settings:
    """How the answers are to be given.

    Attributes:
        name: folder of the model.
        other: folder of a second model, or None.
        level: coverage of the age interval, 0.5 to 0.99.
        threshold: least probability at which a sex is named, 0.5 to 0.99; None for the card's own.
    """

    name: str
    other: str | None
    level: float
    threshold: float | None

    @property
    def models(self):
        """Names of the models that answer."""
        return [self.name, self.other] if self.other else [self.name]

    def threshold_of(self, name):
        """The threshold that a model answers with."""
        own = ui.read_card(name)["calibration"]["unsure"]["threshold"]
        return own if self.threshold is None else self.threshold


def choose():
    """Draw the settings; returns Settings."""
    said = model_choice.labels()
    names = list(said)
    with st.expander("Model, interval and threshold", icon=":material/tune:"):
        left, right = st.columns(2, gap="large")
        with left:
            name = linked.remembered(
                st.selectbox, "Model", names, format_func=said.get, key="model", default=names[0]
            )
            others = [NOBODY, *(other for other in names if other != name)]
            other = linked.remembered(
                st.selectbox, "Compare it with", others, key="other_model", default=NOBODY,
                format_func=lambda one: said.get(one, "no other model"),
            )  # fmt: skip
        usual = _usual(name)
        with right:
            level = linked.remembered(
                st.slider, "The age interval holds … of 100 such faces", 50, 99, key="level", default=90,
                parse=linked.whole(50, 99),
                help="Fitted on faces that no model learned from. A higher promise needs a wider interval.",
            )  # fmt: skip
            threshold = linked.remembered(
                st.slider, "Name a sex if its probability is at least … %", 50, 99, key="threshold", default=usual,
                parse=linked.whole(50, 99),
                help=f"Below it the answer is “unsure”. {usual} % was chosen on validation faces of this model.",
            )  # fmt: skip
            if other != NOBODY and threshold == usual:
                st.caption(f"At {usual} % each model has its own: “{ui.plain(said[other])}” {_usual(other)} %.")
    return Settings(
        name, None if other == NOBODY else other, level / 100,
        None if threshold == usual else threshold / 100,
    )  # fmt: skip


def answers(photo, seen, name, settings):
    """The answers of a model about all faces of a photo, at the chosen level and threshold.

    The network runs once a photo; moving a slider only reads its output anew.
    """
    model = ui.load_model(name)
    output = ui.photo.kept(photo, ("output", name, seen.whole), lambda: turns.output(seen.faces, model))
    return predict.from_output(
        output, model.card["calibration"], level=settings.level, threshold=settings.threshold
    )


def _usual(name):
    """The card's own threshold in whole per cent."""
    return round(100 * ui.read_card(name)["calibration"]["unsure"]["threshold"])
