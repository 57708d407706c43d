"""The Streamlit code that pages share.

    import ui

    ui.page("Predict")
    with ui.guard():
        model = ui.load_model()

`frame` holds menu, title and notice, `loaders` the caches, `pieces` what several pages draw, and `photo`
the picture that Predict and Explain share.
"""

from ui.frame import MENU, NOTICE, Entry, guard, link, page, plain, run
from ui.loaders import (
    by_group,
    dataset_facts,
    detector,
    full_card,
    label_table,
    load_model,
    read_card,
    read_history,
    read_predictions,
    read_stress,
    sample_labels,
    warm_up,
)
from ui.pieces import average_faces, big_figure, figure

__all__ = [
    "MENU", "NOTICE", "Entry", "average_faces", "big_figure", "by_group", "dataset_facts", "detector",
    "figure", "full_card", "guard", "label_table", "link", "load_model", "page", "plain", "read_card",
    "read_history", "read_predictions", "read_stress", "run", "sample_labels", "warm_up",
]  # fmt: skip
