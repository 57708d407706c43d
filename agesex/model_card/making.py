"""Where a model comes from: the data of its card, and how it was trained and calibrated."""

from agesex import findings
from agesex.model_card.wording import SITE


def of_data(card):
    """The photos that it was trained and tested on, and the hashes of their lists; Markdown."""
    data, splits = card["data"], card["data"]["splits"]
    dealt = ", ".join(f"{splits[name]:,} {name}" for name in sorted(splits, key=splits.get, reverse=True))
    return (
        f"{linked(data['source'])}: {data['photos']:,} photos ({dealt}); {data['malformed']} files with "
        f"malformed names are left out. {data['photos_in_groups']:,} photos belong to "
        f"{data['duplicate_groups']:,} groups of near-duplicates, and no group straddles two splits: "
        f"copies of published test photos are dropped. The photos may be used for non-commercial research "
        f"only and are not part of this repository.\n\n"
        f"- inventory SHA-256 `{data['inventory_sha256']}`\n"
        f"- split manifest SHA-256 `{data['manifest_sha256']}`"
    )


def of_training(card):
    """Network, recipe, command, calibration and weights; Markdown."""
    training, calibration = card["training"], card["calibration"]
    recipe = training["recipe"]
    stages = ", then ".join(f"{epochs} epochs at {size} px" for size, epochs in recipe["stages"])
    start = f"from `{recipe['init']}`" if recipe["init"] else "from random weights"
    mirror = " An answer is the mean over a face and its mirror image." if card.get("mirror") else ""
    return (
        f"Network {recipe['network']}, {start}; {stages}; trained on {training['trained']} in "
        f"{training['seconds'] / 60:.0f} minutes, other work and pauses included; {training['backend']}.{mirror}\n\n"
        f"    {training['command']}\n\n"
        f"Calibration split (n = {calibration['n']:,}): temperature {calibration['temperature']:g} for "
        f"the probability of the sex; interval by {calibration['interval']['method']}.{_sex(card)}\n\n"
        f"- `model.keras` SHA-256 `{card['sha256']}`\n"
        f"- {card['parameters']:,} parameters, {card['size_bytes'] / 1e6:.1f} MB, input "
        f"{card['input_size']} px, Keras {card['keras']}\n"
        f"- licence: {card['license']}"
    )


def linked(source):
    """The name of the data with a link to where it is from."""
    return source.replace("UTKFace", f"[UTKFace]({SITE})", 1)


def _sex(card):
    """How far the probability of the sex can be believed; "" for cards that do not say."""
    if "sex" not in card:
        return ""
    error, answered = card["sex"]["calibration"], card["sex"]["answered"]
    infants, unsure = answered["infants"], ""
    if infants["n"]:
        share = findings.percent(infants["value"])
        unsure = f", and {share} of the {infants['n']:,} younger faces were “unsure”"
    if not answered["accuracy"]["n"]:
        return ""
    return (
        f"\n\nOn the test faces the sex was named in {findings.percent(answered['share']['value'])} of those "
        f"{answered['ages'].removeprefix('ages ')} (n = {answered['share']['n']:,}) and right in "
        f"{findings.percent(answered['accuracy']['value'])} of these{unsure}. Expected "
        f"calibration error of the probability: {error['value']:.3f} ({error['low']:.3f}–{error['high']:.3f}; "
        f"{error['bins']} bins, n = {error['n']:,}), where chance alone would leave {error['floor']:.3f}."
    )
