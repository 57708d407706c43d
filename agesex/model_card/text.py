"""A card put together: its head, its summary, its sections in order, worst harm first."""

from agesex import findings, metrics, model_files
from agesex.errors import ModelMissing
from agesex.model_card import harms, making, tables
from agesex.model_card.amounts import described, promised
from agesex.model_card.wording import FIGURES, GROUPS, LABELS, LICENSE, UPKEEP, USES


def with_groups(card, predictions, stress=None):
    """The card with `groups`, the figures of every group of test faces, and the stress test.

    Args:
        card: dict; returned as it is if nothing is to be added.
        predictions: the model's own `predictions.parquet`, from which missing groups are computed; None where
            the card has them.
        stress: its `model.read_stress`, or None.
    """
    if "groups" not in card:
        card = card | {"groups": metrics.groups(predictions[predictions.split == "test"])}
    return card if stress is None else card | {"stress": stress.to_dict("records")}


def license_text(name):
    """The licence of a model's weights, the file LICENSE beside the model's folder.

    Raises:
        ModelMissing: no such model, or no licence beside it.
    """
    path = model_files.folder(name).parent / "LICENSE"
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ModelMissing(
            f"the licence of the weights is missing: expected {path}. Restore it from the "
            f"repository before you pass the weights on."
        ) from error


def markdown(card, *, level=1):
    """Write the model card.

    Args:
        card: dict as in card.json, with `groups` (see `with_groups`).
        level: of the first heading, 1 to 4.

    Returns:
        str, Markdown.
    """
    mark = "#" * level
    title = f"{mark} Model card: {card['title']} (`{card['name']}`)"
    parts = [f"{mark}# {heading}\n\n{text}" for heading, text in sections(card).items()]
    return "\n\n".join([title, head(card), summary(card), *parts]) + "\n"


def head(card, license=LICENSE):
    """Which model this is, of when, under which terms, and where to write to; a Markdown table.

    Args:
        card: dict as in card.json.
        license: where the link to the licence's text leads.
    """
    rows = {
        "Model": f"{card['title']} (`{card['name']}`)",
        "Version": f"`{card['sha256'][:12]}`, the start of the SHA-256 of `model.keras`",
        "Trained": card["training"]["trained"],
        "Licence": f"[non-commercial research and teaching]({license}); the code is under the MIT licence",
        "Data": making.linked(card["data"]["source"]),
        "Problems": "Open an issue in the repository that this copy is from, with the version above and no photo of "
        "anybody; about safety, write in private (`SECURITY.md`).",
    }
    return "\n".join(["| | |", "|---|---|", *(f"| **{name}** | {text} |" for name, text in rows.items())])


def summary(card):
    """The first paragraph: what the model does and how well; Markdown."""
    test = card["figures"]["test"]
    return (
        f"From one picture of a face it guesses an age with a {promised()} interval and a sex with a "
        f"probability. On {test['mae']['n']:,} test faces of UTKFace it is off by "
        f"**{described(test, 'mae')}** on average where always saying the median age is off by "
        f"{findings.amount('mae', test['mae']['baseline'])}, and names the labelled sex in "
        f"**{described(test, 'sex_accuracy')}**, where always saying the larger one is right in "
        f"{findings.percent(test['sex_accuracy']['baseline'])}. In brackets: 95 % intervals (bootstrap over "
        f"groups of duplicate photos) and the number of faces."
    )


def sections(card):
    """The card's sections in order, worst harm first: {heading: Markdown}."""
    return {
        "What it must not be used for": USES,
        "Where it fails, worst harm first": harms.harms(card),
        "What the words mean": LABELS,
        FIGURES: tables.figure_table(card["figures"]),
        GROUPS: tables.group_table(card),
        "Data": making.of_data(card),
        "How it was made": making.of_training(card),
        "How it is kept good": UPKEEP,
    }
