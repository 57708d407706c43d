"""Where a model fails: the harms of its card, worst first, and the limits for the start page."""

import pandas as pd

from agesex import findings, labels, metrics
from agesex.model_card.amounts import described, one_in, promised
from agesex.model_card.wording import OF


def harms(card):
    """What can go wrong, a numbered list in Markdown, worst harm first."""
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
    texts = [
        f"**Somebody's age is checked with it.** Only {described(test, 'cs5')} of the test faces get an "
        f"age within 5 years; one face in {one_in(test['coverage'])} lies outside even its {promised()} "
        f"interval, which is {described(test, 'width')} wide on average. No threshold of age can be "
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
        f"**An interval is believed too much.** The promised {promised()} is a mean over all faces; the "
        f"test faces give {described(test, 'coverage')}. Least by age: {least_covered('age band')}; by "
        f"race code: {least_covered('race')}.",
        "**A photo is unlike those it learned from.** UTKFace's crops are mostly frontal faces from "
        f"the web.{_poor_photos(card)} Profiles, masks, drawings and real scans of old prints were not "
        "measured; expect more error there, and intervals that promise too much.",
    ]
    return "\n".join(f"{place}. {text}" for place, text in enumerate(texts, start=1))


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
            f"- **It cannot check an age.** One face in {one_in(test['coverage'])} lies outside even the "
            f"{promised()} interval, which is {findings.amount('width', test['width']['value'])} wide on "
            f"average (n = {test['width']['n']:,}).",
            f"- **It can hardly tell the sex of small children.** At ages {youngest['group']} it is right in "
            f"{findings.described('sex_accuracy', youngest)}, where a coin would be right in half; over all "
            f"ages in {described(test, 'sex_accuracy')}.",
            f"- **Its truth is second-hand.** {labels.ORIGIN} Nobody in "
            "the photos was asked, and sex is 0 or 1.",
            "- **It is not equally good for everyone**, and photos unlike those it learned from are worse. "
            "The pages Metrics and Model card say for whom and by how much.",
        ]
    )
