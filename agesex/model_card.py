"""The model card as text: what the model must not be used for, and where it fails, worst harm first.

    card = with_groups(model.read_card("mobile"), model.read_predictions("mobile"))
    print(markdown(card))

Every number comes from the card. The committed MODEL_CARD.md is this text for the default model
(`make figures`), and the page shows the same.
"""

import pandas as pd

from agesex import findings, labels, metrics, model_files
from agesex.errors import ModelMissing

PARTS = {
    "test": "Test, all ages",
    "test_10_and_over": "Test, ages 10 and over",
    "test_21_60": "Published test list, ages 21–60",
    "test_21_60_clamped": "The same list, ages cut to 21–60",
    "validation": "Validation",
    "train": "Training",
}
BASELINES = {
    "mae": "always the median age",
    "rmse": "always the median age",
    "bias": "always the median age",
    "cs5": "always the median age",
    "sex_accuracy": "always the larger sex",
}
OF = {"occlusion": " of the width, a square"}  # what a strength of the stress test is a part of
SITE = "https://susanqq.github.io/UTKFace/"  # of the authors of the data
LICENSE = "models/LICENSE"  # in the repository
FIGURES, GROUPS = "All figures", "By group, worst first"
USES = """The model is for teaching and research about face-based estimation: to see how such a model is
built, how good it is, for whom, and where it looks. It must **not** be used

- as an age gate: to check anybody's age, or to let somebody in or keep somebody out;
- to verify documents or identities, or for security: to identify, watch or track people;
- for advertising, or to sort people into groups;
- to decide anything about a person, or to tell a person what sex or gender they are;
- on people who did not agree to it;
- commercially: the weights come from research data (`models/LICENSE`)."""
LABELS = f"""- {labels.ORIGIN} The errors above are
  distances from those labels, not from birthdays.
- Sex is 0 or 1. It is not what a person would say of themselves, and people who are neither have no right
  answer here.
- Race is one of five coarse codes. The model never predicts it; it is used only to compare errors between
  groups."""


UPKEEP = """For new photos, or a new idea, in this order:

1. `python -m training.prepare DATASET` extends the split manifest; no old photo changes its split.
2. `python -m training.train --recipe …` trains a candidate.
3. `python -m training.stress --run …` measures what poor photos do to it.
4. `python -m training.promote RUN` compares it with the present model on the same validation faces,
   overall and per group, and refuses where a group of 100 or more gets worse beyond its interval, or
   where nothing is gained.
5. `python -m training.evaluate --run …` calibrates it and measures it on test, once.
6. `make figures` rebuilds what is derived from it; a test fails where figures and weights differ."""


def beside(metric, row):
    """What a figure has to be seen beside: its baseline, or what was promised; "" if nothing."""
    if metric == "coverage":
        return f"Promised: {_level()}"
    if row["baseline"] is None:
        return ""
    return f"{BASELINES[metric].capitalize()}: {findings.amount(metric, row['baseline'], 2)}"


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
        "Data": _linked(card["data"]["source"]),
        "Problems": "Open an issue in the repository that this copy is from, with the version above and no photo of "
        "anybody; about safety, write in private (`SECURITY.md`).",
    }
    return "\n".join(["| | |", "|---|---|", *(f"| **{name}** | {text} |" for name, text in rows.items())])


def summary(card):
    """The first paragraph: what the model does and how well; Markdown."""
    test = card["figures"]["test"]
    return (
        f"From one picture of a face it guesses an age with a {_level()} interval and a sex with a "
        f"probability. On {test['mae']['n']:,} test faces of UTKFace it is off by "
        f"**{_described(test, 'mae')}** on average where always saying the median age is off by "
        f"{findings.amount('mae', test['mae']['baseline'])}, and names the labelled sex in "
        f"**{_described(test, 'sex_accuracy')}**, where always saying the larger one is right in "
        f"{findings.percent(test['sex_accuracy']['baseline'])}. In brackets: 95 % intervals (bootstrap over "
        f"groups of duplicate photos) and the number of faces."
    )


def sections(card):
    """The card's sections in order, worst harm first: {heading: Markdown}."""
    return {
        "What it must not be used for": USES,
        "Where it fails, worst harm first": _harms(card),
        "What the words mean": LABELS,
        FIGURES: figure_table(card["figures"]),
        GROUPS: _groups(card),
        "Data": _data(card),
        "How it was made": _making(card),
        "How it is kept good": UPKEEP,
    }


def figure_table(figures):
    """All figures of a card as a Markdown table, with what the rows mean below it."""
    lines = ["| | value | 95 % | baseline |", "|---|--:|--:|--:|"]
    for name, rows in figures.items():
        lines.append(f"| **{PARTS.get(name, name)}**, n = {rows['mae']['n']:,} | | | |")
        for metric, row in rows.items():
            lines.append(f"| {metrics.NAMES[metric]} | {_cells(metric, row)} | {_baseline(metric, row)} |")
    return "\n".join(lines) + (
        "\n\nYears unless in %. Baseline: always the median age, or the larger sex, of the training faces. "
        "On the published list they are those aged 21–60, and “cut to 21–60” is how others report it. "
        "Validation chose between the last weights and their average; the network has seen the training "
        "faces."
    )


def model_table(cards):
    """Several models side by side: what each is, how large, how long it took; a Markdown table."""
    lines = ["| | what it is | parameters | input | training |", "|---|---|--:|--:|--:|"]
    for card in cards:
        recipe = card["training"]["recipe"]
        lines.append(
            f"| **{card['title']}** (`{card['name']}`) | {recipe.get('about', '')} | "
            f"{card['parameters']:,} | {card['input_size']} px | {card['training']['seconds'] / 60:.0f} min |"
        )
    return "\n".join(lines) + "\n\nTraining: minutes on the machine that did it, other work beside it included."


def limits(card):
    """The honest limits in four short points, for the start page; Markdown."""
    test = card["figures"]["test"]
    youngest = next(
        row
        for row in card["groups"]
        if (row["by"], row["group"], row["metric"])
        == ("age band", metrics.BAND_NAMES[0], "sex_accuracy")
    )
    return "\n".join(
        [
            f"- **It cannot check an age.** One face in {_one_in(test['coverage'])} lies outside even the "
            f"{_level()} interval, which is {findings.amount('width', test['width']['value'])} wide on "
            f"average (n = {test['width']['n']:,}).",
            f"- **It can hardly tell the sex of small children.** At ages {youngest['group']} it is right in "
            f"{findings.described('sex_accuracy', youngest)}, where a coin would be right in half; over all "
            f"ages in {_described(test, 'sex_accuracy')}.",
            f"- **Its truth is second-hand.** {labels.ORIGIN} Nobody in "
            "the photos was asked, and sex is 0 or 1.",
            "- **It is not equally good for everyone**, and photos unlike those it learned from are worse. "
            "The pages Metrics and Model card say for whom and by how much.",
        ]
    )


def _harms(card):
    test, groups = card["figures"]["test"], pd.DataFrame(card["groups"])
    unsure = card["calibration"]["unsure"]

    def extreme(by, metric, place=0):
        """Described worst (place 0) or best (−1) group of a grouping."""
        row = findings.ranked(groups[groups.by == by], metric).iloc[place]
        name = f"ages {row['group']}" if by == "age band" else row["group"]
        return f"{name}, {findings.described(metric, row)}"

    def least_covered(by):
        rows = groups[(groups.by == by) & (groups.metric == "coverage")]
        row = rows[rows.n >= metrics.MIN_GROUP].sort_values("value").iloc[0]
        return f"{row['group']}: {findings.described('coverage', row)}"

    bands = groups[groups.by == "age band"].rename(columns={"group": "band"})
    harms = [
        f"**Somebody's age is checked with it.** Only {_described(test, 'cs5')} of the test faces get an "
        f"age within 5 years; one face in {_one_in(test['coverage'])} lies outside even its {_level()} "
        f"interval, which is {_described(test, 'width')} wide on average. No threshold of age can be "
        f"checked with that. Largest error: {extreme('age band', 'mae')}.",
        f"**Somebody is called the wrong sex.** {findings.percent(1 - test['sex_accuracy']['value'])} of "
        f"the test faces are. Worst by age: {extreme('age band', 'sex_accuracy')}; worst by sex and "
        f"age: {extreme('sex and age band', 'sex_accuracy')}. Below a probability of "
        f"{unsure['threshold']:g}, and for faces that look under {unsure['min_age']}, the app says “unsure”; "
        f"it was then right in "
        f"{findings.percent(unsure['accuracy'])} of the {findings.percent(unsure['answered'])} that it "
        f"answered ({unsure['split']}, ages {unsure['ages']}, n = {unsure['n']:,}).",
        f"**It works less well for some groups.** Age error by race code: {extreme('race', 'mae')}, against "
        f"{extreme('race', 'mae', -1)}. Sex accuracy by race code: {extreme('race', 'sex_accuracy')}, "
        f"against {extreme('race', 'sex_accuracy', -1)}; by sex and race: "
        f"{extreme('sex and race', 'sex_accuracy')}. The groups also differ in age, which explains part "
        f"of it.",
        f"**Guesses are pulled to where the data are.** {findings.pull(bands)}.",
        f"**An interval is believed too much.** The promised {_level()} is a mean over all faces; the "
        f"test faces give {_described(test, 'coverage')}. Least by age: {least_covered('age band')}; by "
        f"race code: {least_covered('race')}.",
        "**A photo is unlike those it learned from.** UTKFace's crops are mostly frontal faces from "
        f"the web.{_poor_photos(card)} Profiles, masks, drawings and real scans of old prints were not "
        "measured; expect more error there, and intervals that promise too much.",
    ]
    return "\n".join(f"{place}. {text}" for place, text in enumerate(harms, start=1))


def _poor_photos(card):
    """A sentence of the stress test, with a leading blank; "" without one."""
    if "stress" not in card:
        return ""
    rows = pd.DataFrame(card["stress"])
    spoilt = rows[(rows.fault != "none") & (rows.strength != "")]
    worst = spoilt.sort_values("cost", ascending=False).drop_duplicates("fault").head(3)
    added = ", ".join(
        f"{row.fault} ({row.strength}{OF.get(row.fault, '')}) {findings.amount('bias', row.cost)}"
        for row in worst.itertuples()
    )
    return (
        f" On {rows.n.iloc[0]:,} validation faces that were spoilt on purpose the age error of "
        f"{findings.amount('mae', rows.mae.iloc[0])} grew most by: {added}. Real photos have several faults "
        f"at once."
    )


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


def _groups(card):
    frame, blocks = pd.DataFrame(card["groups"]), []
    for metric in ("mae", "sex_accuracy"):
        lines = [f"| {metrics.NAMES[metric]} | value | 95 % | n |", "|---|--:|--:|--:|"]
        for by in ("age band", "sex", "race", "sex and race"):
            rows = frame[(frame.by == by) & (frame.metric == metric)]
            small = rows[rows.n < metrics.MIN_GROUP].to_dict("records")
            lines.append(f"| **by {by}** | | | |")
            for row in findings.ranked(rows, metric).to_dict("records") + small:
                lines.append(f"| {row['group']} | {_cells(metric, row)} | {row['n']:,} |")
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + (
        f"\n\nTest faces. Groups under {metrics.MIN_GROUP} faces have no interval and stand last. Race is one "
        "of five coarse codes, sex one of two labels."
    )


def _data(card):
    data, splits = card["data"], card["data"]["splits"]
    dealt = ", ".join(f"{splits[name]:,} {name}" for name in sorted(splits, key=splits.get, reverse=True))
    return (
        f"{_linked(data['source'])}: {data['photos']:,} photos ({dealt}); {data['malformed']} files with "
        f"malformed names are left out. {data['photos_in_groups']:,} photos belong to "
        f"{data['duplicate_groups']:,} groups of near-duplicates, and no group straddles two splits: "
        f"copies of published test photos are dropped. The photos may be used for non-commercial research "
        f"only and are not part of this repository.\n\n"
        f"- inventory SHA-256 `{data['inventory_sha256']}`\n"
        f"- split manifest SHA-256 `{data['manifest_sha256']}`"
    )


def _making(card):
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


def _linked(source):
    """The name of the data with a link to where it is from."""
    return source.replace("UTKFace", f"[UTKFace]({SITE})", 1)


def _described(rows, metric):
    row = rows[metric]
    return findings.described(metric, {**row, "low": _number(row["low"])}, digits=2)


def _cells(metric, row):
    """Value and interval as two table cells."""
    value = findings.amount(metric, row["value"], 2).removesuffix(" years")
    return f"{value} | {findings.interval(metric, _number(row['low']), _number(row['high']), 2)}"


def _baseline(metric, row):
    value = _number(row["baseline"])
    return "" if pd.isna(value) else findings.amount(metric, value, 2).removesuffix(" years")


def _number(value):
    return float("nan") if value is None else value


def _level():
    return findings.percent(findings.LEVEL, 0)


def _one_in(row):
    """10 for a coverage of .9: how many faces per face outside the interval."""
    return f"{1 / max(1e-3, 1 - row['value']):.0f}"
