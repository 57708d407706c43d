"""The model card as text: what the model must not be used for, and where it fails, worst harm first.

    card = with_groups(model.read_card("mobile"), model.read_predictions("mobile"))
    print(markdown(card))

Every number comes from the card. The committed MODEL_CARD.md is this text for the default model
(`make figures`), and the page shows the same. `text` puts the card together, `harms` holds its failures and
limits, `tables` its figures, `making` where it comes from, `wording` the words that no number changes.
"""

from agesex.model_card.harms import limits
from agesex.model_card.tables import beside, figure_table
from agesex.model_card.text import head, license_text, markdown, sections, summary, with_groups
from agesex.model_card.wording import BASELINES, FIGURES, GROUPS, LICENSE, PARTS

__all__ = [
    "BASELINES", "FIGURES", "GROUPS", "LICENSE", "PARTS", "beside", "figure_table", "head", "license_text",
    "limits", "markdown", "sections", "summary", "with_groups",
]  # fmt: skip
