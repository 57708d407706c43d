"""The Streamlit code that pages share.

    import ui

    ui.page("Predict")
    with ui.guard():
        model = ui.load_model()

`frame` holds menu, title and notice, `loaders` and `model_tables` the caches, `model_choice` what models are
called, `pieces` what several pages draw, `photo` the picture that Predict and Explain share, `linked` the values
that live in the address, and `explain` the views of the page of that name.
"""

from ui.frame import MENU, NOTICE, Entry, guard, link, page, plain, run
from ui.loaders import (
    connected,
    dataset_facts,
    detector,
    explain_report,
    label_table,
    load_model,
    sample_labels,
    sample_title,
    utkface,
    warm_up,
)
from ui.model_tables import (
    by_group,
    card_texts,
    full_card,
    model_names,
    read_card,
    read_history,
    read_predictions,
    read_stress,
)
from ui.pieces import average_faces, big_figure, figure, picture, saver

__all__ = [
    "MENU", "NOTICE", "Entry", "average_faces", "big_figure", "by_group", "card_texts", "connected",
    "dataset_facts",
    "detector", "explain_report", "figure", "full_card", "guard", "label_table", "link", "load_model",
    "model_names", "page", "picture", "plain", "read_card", "read_history", "read_predictions", "read_stress",
    "run", "sample_labels", "sample_title", "saver", "utkface", "warm_up",
]  # fmt: skip
