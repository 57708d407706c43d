"""What the views of photos, copies, doubts and averages show, as sentences computed from the same figures."""

from agesex import findings
from agesex.dataset.measures import FLAGS
from agesex.findings import percent
from agesex.findings_dataset import FEW, few, share_of

MEANING = {  # of `measures.FLAGS`: what fits after “the photo is”
    "dark": "dark", "bright": "very bright", "flat": "without contrast", "blurred": "blurred", "tiny": "tiny",
    "grey": "grey, without colours",
}  # fmt: skip
AGREE = "same age and sex"


def quality(one):
    """What stands out in a photo, and its measures; of a row as a dict, "" where it was not measured."""
    if one.get("brightness") is None:
        return ""
    flags = [name for name in FLAGS if name in one["flags"].split(",")]
    said = f"It is {_listed([MEANING[name] for name in flags])}" if flags else "Nothing stands out"
    said += (
        f": brightness {one['brightness']:.0f}, contrast {one['contrast']:.0f}, sharpness "
        f"{one['sharpness']:.2f}, colourfulness {one['colour']:.0f}"
    )
    if one.get("blur") is not None:
        said += f"; of the face, blur {one['blur']:.1f} pixels, light {one['light']:.0f}"
        said += f", burnt out {percent(one['burnt'], 0)}"
    return said


def predicted(row):
    """What the model said of a photo, and how far that is from its label; of a prediction as a dict."""
    off = row["age_pred"] - row["age"]
    way = "older than the label" if off > 0 else "younger than the label"
    far = f"{abs(off):.0f} years {way}" if round(abs(off)) else "as labelled"
    sex = "female" if row["p_female"] >= 0.5 else "male"
    sure = max(row["p_female"], 1 - row["p_female"])
    right = "as labelled" if sex == row["sex"] else f"labelled {row['sex']}"
    return (
        f"It guesses {row['age_pred']:.0f} years ({row['age_low']:.0f}–{row['age_high']:.0f} at 90 %), "
        f"{far}, and {sex} with {_sure(sure)}, {right}"
    )


def doubted(found):
    """What predictions without this photo make of its label.

    Args:
        found: dict of the columns of `suspects.read`, age_rank, sex_rank, n, age and sex (labels).
    """
    p_label = found["p_female_oof"] if found["sex"] == "female" else 1 - found["p_female_oof"]
    return (
        f"Judged without this photo and its copies: {found['age_oof']:.0f} years, usually off by "
        f"{found['age_expected_error']:.0f}, so the age ranks {found['age_rank']:,} of {found['n']:,} in "
        f"doubt; the labelled sex gets {_sure(p_label)}, rank {found['sex_rank']:,}"
    )


def copies_of(one, rows):
    """How the labels of the copies of a photo differ.

    Args:
        one: the photo, a dict.
        rows: its copies, without it.
    """
    ages = [one["age"], *rows.age]
    sexes = {one["sex"], *rows.sex} - {"unknown"}
    races = {one["race"], *rows.race} - {"unknown"}
    n = f"{len(rows)} other {'copy' if len(rows) == 1 else 'copies'} of this photo"
    apart = max(ages) - min(ages)
    said = [f"the ages are {_years(apart)} apart" if apart else "the ages agree"]
    said.append("the sexes disagree" if len(sexes) > 1 else "the sexes agree")
    if len(races) > 1:
        said.append("the race codes disagree")
    return f"{n}: {_listed(said)}"


def group(row):
    """How far the labels of one duplicate group differ; a row of `Faces.groups`."""
    said = []
    if row.sexes > 1:
        said.append("two sexes")
    if row.years:
        said.append(f"{_years(row.years)} apart")
    if row.races > 1:
        said.append(f"{row.races} race codes")
    return f"{row.n} copies, {_listed(said) or AGREE}"


def copies(found):
    """How often two labels of one photo disagree; rows of `Faces.groups`."""
    n = len(found)
    if not n:
        return "No photo of this choice has a copy"
    photos, there = int(found.n.sum()), groups(n)
    if photos < FEW:
        return few(photos, f"how often labels disagree, in {there} of copies")
    return findings.copies(found)


def groups(n):
    """A number of duplicate groups."""
    return "1 group" if n == 1 else f"{n:,} groups"


def leakage(facts):
    """What random splits would have let through; result of `leakage.read`."""
    first = facts["random"][0]
    mine = facts["this_split"]
    held = "none of" if not mine["copied"] else f"{mine['copied']:,} of"
    return (
        f"A random split would have trained on a copy of {percent(first['mean'])} of its test photos; here "
        f"{held} the {mine['test']:,} test photos has one in train"
    )


def label_noise(facts):
    """How far two labels of one photo differ; the part "labels" of `leakage.read`."""
    mean, median = facts["age_mean"], facts["age_median"]
    sex = facts["sex_disagrees"]
    return (
        f"Two labels of one photo are {mean['value']:.1f} years apart on average over all pairs of copies (95 % interval "
        f"{mean['low']:.1f} to {mean['high']:.1f}), half of them at most {median['value']:.0f}; "
        f"{percent(sex['value'])} name another sex ({percent(sex['low'])} to {percent(sex['high'])})"
    )


def verdict(kind, judged, control):
    """What one look found among the labels in doubt, and among random ones.

    Args:
        kind: "age" or "sex".
        judged: result of `suspects.counts` for it.
        control: the same of random photos.
    """
    if not judged["n"]:
        return f"Nobody has looked at the first labels in doubt by {kind}"
    said = (
        f"Of the first {judged['n']:,} in doubt by {kind}, one look by an author calls {judged['wrong']:,} plainly wrong "
        f"(roughly {percent(judged['share'], 0)}, 95 % interval {percent(judged['low'], 0)} to "
        f"{percent(judged['high'], 0)})"
    )
    if control["n"]:
        said += f"; of {control['n']:,} random photos mixed in, {control['wrong']:,}"
    return said


def flagged(counts, n):
    """Which flags there are; {name: photos} and the number of all photos."""
    there = [(name, counts[name]) for name in FLAGS if counts.get(name)]
    if not there:
        return f"None of the {n:,} photos stands out as a picture"
    there.sort(key=lambda entry: -entry[1])
    said = _listed([f"{share_of(count, n)} {MEANING[name].partition(',')[0]}" for name, count in there])
    return (
        f"Few photos stand out as pictures: {said}"
        if sum(k for _, k in there) < n / 10
        else f"As pictures: {said}"
    )


def averages_differ(first, second, region, value, chance):
    """Where two averages differ most.

    Args:
        first: name of the first group.
        second: name of the other.
        region: a name of `averages.REGIONS`.
        value: mean difference there, signed, grey levels.
        chance: result of `averages.chance`.
    """
    way = "lighter" if value > 0 else "darker"
    said = f"{first} is {way} than {second} above all around {region}: by {abs(value):.0f} grey levels of 255"
    if chance is not None:
        said += f"; pixel by pixel, chance alone would make about {chance:.1f}"
    return said


def mapped(shown, n, by):
    """What the map shows: the number of points, of how many photos, and the colour."""
    some = "" if shown == n else f" of {n:,}"
    return f"{shown:,}{some} photos, near where the model takes them for alike, coloured by {by}"


def _sure(p):
    """A probability without “0.0 %” or “100.0 %”, which nobody can know."""
    return "less than 0.1 %" if p < 0.001 else "more than 99.9 %" if p > 0.999 else percent(p)


def _years(n):
    return f"{n} year" if n == 1 else f"{n} years"


def _listed(words):
    """“a, b and c”."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))
