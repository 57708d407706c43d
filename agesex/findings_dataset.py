"""What the charts of the view Who show, as sentences computed from the same rows."""

from agesex.findings import percent
from agesex.findings_groups import p_value
from agesex.labels import MAX_AGE
from agesex.metrics import MIN_GROUP

FIELD_NAMES = {"band": "age", "sex": "sex", "race": "race code", "split": "split", "source": "source"}
RARE = 0.01  # a bin with a smaller share of the photos is not pointed at
MEASURE_NAMES = {  # of `census.MEASURES`: in a sentence, on an axis
    "brightness": ("brightness", "mean brightness, 0 black to 255 white"),
    "contrast": ("contrast", "contrast, standard deviation of the grey levels"),
    "sharpness": ("sharpness", "sharpness, logarithm of the strength of edges"),
    "colour": ("colourfulness", "mean chroma, 0 grey to 255"),
    "blur": ("width of edges", "blur, pixels of 200"),
    "light": ("light on the face", "light, grey level of the brightest hundredth of the face"),
    "burnt": ("burnt-out part", "burnt out, share of the face"),
}
FEW = 50  # photos, below which a sentence counts them and concludes nothing
ADULT = 18  # years
COUNTED = 10  # photos, below which no share is given in per cent


def share_of(n, whole, digits=1):
    """A part of some photos: "7.5 %", "fewer than 0.1 %", "none", or "3 of 7" where they are few."""
    if not n:
        return "none"
    if whole < COUNTED:
        return f"{n:,} of {whole:,}"
    least = 10.0**-digits
    return f"fewer than {least:g} %" if 100 * n / whole < least else percent(n / whole, digits)


def few(n, what):
    """That so few photos do not tell something.

    Args:
        n: photos.
        what: that cannot be said, e.g. "which ages are frequent".
    """
    return f"{_photos(n)}: too few to say {what}"


def left_out(sizes):
    """Which groups a chart of shares leaves out; {name: photos}, those below `FEW`. "" where there are none."""
    if not sizes:
        return ""
    named = ", ".join(f"{name} ({_photos(n)})" for name, n in sizes.items())
    return f"Left out, for shares of fewer than {FEW} photos say little: {named}."


def _photos(n):
    return "1 photo" if n == 1 else f"{n:,} photos"


def ages(found):
    """The most frequent age, and where half of the photos lie; result of `who.frequent`."""
    if found["photos"] < FEW:
        return few(found["photos"], "which ages are frequent")
    if found["n"] == found["photos"]:
        return f"All {found['photos']:,} photos show people labelled {found['age']}"
    between = f"{found['low']:.0f} to {found['high']:.0f}" if found["low"] < found["high"] else f"{found['low']:.0f}"
    return (
        f"Half of the photos show people of {between}; the age {found['age']} alone has "
        f"{found['n']:,} of {found['photos']:,}"
    )


def most_frequent(rows):
    """The fullest bin of one group; rows of `who.age_counts`."""
    top = rows.loc[rows.n.idxmax()]
    named = f"{top.start}" if top.end - top.start == 1 else f"{top.start}–{top.end - 1}"
    whole = int(rows.n.sum())
    if whole < FEW:
        return few(whole, "which ages are frequent")
    return f"most often {named} ({share_of(top.n, whole, 0)} of {whole:,})"


def pyramid(rows):
    """Where women and men differ most in number; rows of `who.pyramid`."""
    table = rows.pivot_table(index=["start", "end"], columns="sex", values="n", fill_value=0, aggfunc="sum")
    table = table.reindex(columns=["female", "male"], fill_value=0).reset_index()
    women = table.female.sum() / max(1, table.female.sum() + table.male.sum())
    n = table.female + table.male
    if n.sum() < FEW:
        return few(int(n.sum()), "at which ages women or men are rare")
    start = f"{share_of(table.female.sum(), n.sum(), 0).capitalize()} are labelled female"
    table = table[n >= max(MIN_GROUP, RARE * n.sum())]
    if table.empty or not 0 < women < 1:
        return start
    share = table.female / (table.female + table.male)
    far = (share - women).abs().idxmax()
    row = table.loc[far]
    here = share_of(row.female, row.female + row.male, 0)
    return f"{start}, but {here} of those aged {row.start:.0f}–{row.end - 1:.0f}"


def boxes(rows, by):
    """The youngest and the oldest group by mean; rows of `who.boxes`."""
    if rows.n.sum() < FEW:
        return few(int(rows.n.sum()), "whether the groups differ in age")
    order = rows[rows.n >= MIN_GROUP].sort_values("mean")
    if len(order) < 2:
        return f"Fewer than two groups have {MIN_GROUP} photos"
    young, old = order.iloc[0], order.iloc[-1]
    if old["mean"] - young["mean"] < 0.05:
        return f"By {FIELD_NAMES[by]}, the mean age is the same: {young['mean']:.1f}"
    return (
        f"By {FIELD_NAMES[by]}, the mean age runs from {young['mean']:.1f} ({young['name']}) to "
        f"{old['mean']:.1f} ({old['name']})"
    )


def two_way(rows, first, second):
    """The cell that holds most times what independence would, and the one that holds least: the deepest colours."""
    if rows.n.sum() < FEW:
        return few(int(rows.n.sum()), "who comes with whom")
    over, under = rows[rows["mark"] == "over"], rows[rows["mark"] == "under"]
    if over.empty and under.empty:
        return f"No group of {FIELD_NAMES[first]} and {FIELD_NAMES[second]} stands out"
    parts = []
    for part, best in ((over, "idxmax"), (under, "idxmin")):
        if not part.empty:
            row = part.loc[getattr(part.ratio, best)()]
            named = ", ".join(_cell(field, name) for field, name in ((first, row["first"]), (second, row.second)))
            unrelated = "" if parts else f" as if {FIELD_NAMES[first]} and {FIELD_NAMES[second]} were unrelated"
            times = f"{row.ratio:.1f}" if row.ratio >= 0.1 else f"{row.ratio:.2f}"
            parts.append(f"{named}: {times} times as many{unrelated} ({_photos(row.n)}, not {row.expected:,.0f})")
    return f"Found together: {'; '.join(parts)}"


def _cell(field, name):
    return f"aged {name}" if field == "band" else name


def balance(rows):
    """Whether the splits hold the same people; result of `balance.split_balance`."""
    tested = rows[rows.p_holm.notna()]
    if tested.empty:
        return "There are not two splits with two groups to compare"
    apart = tested[tested.p_holm < 0.05].sort_values("v", ascending=False)
    if apart.empty:
        names = " or ".join(FIELD_NAMES[field] for field in tested.index)
        return f"No difference of {names} between the splits that chance would not explain"
    parts = [f"{FIELD_NAMES[field]} (V = {row.v:.2f}, p {p_value(row.p_holm)})" for field, row in apart.iterrows()]
    return f"The splits differ in {', '.join(parts)}"


def collected(rows):
    """When most photos were collected; rows of `who.collected`."""
    if rows.empty:
        return "No date of collection is known"
    if rows.n.sum() < FEW:
        return few(int(rows.n.sum()), "when most of them were collected")
    top, step = rows.loc[rows.n.idxmax()], rows.attrs["step"]
    form = {"day": "%d %B %Y", "month": "%B %Y", "year": "%Y"}[step]
    days = f"{len(rows):,} {step}s" if len(rows) != 1 else f"one {step}"
    return (
        f"{share_of(top.n, rows.n.sum(), 0).capitalize()} of the dated photos are from {top.start.strftime(form).lstrip('0')}; there "
        f"are photos of {days}"
    )


def histogram(rows, name):
    """Where the middle of a measure lies; rows of `who.histogram`."""
    if rows.n.sum() < FEW:
        return few(int(rows.n.sum()), f"which {MEASURE_NAMES[name][0]} is usual")
    low, high = rows.attrs["middle"]
    return f"Nine in ten photos have a {MEASURE_NAMES[name][0]} of {low:.3g} to {high:.3g}"


def people(ages, sex=None, race=None):
    """A group of people in words: "Women of 50–59", "Boys of 4–9 coded Asian", "People coded Others".

    Args:
        ages: (youngest, oldest), years, both included; None for all.
        sex: "female", "male" or None.
        race: a race code or None.
    """
    young = ages is not None and ages[1] < ADULT
    names = {"female": "Girls", "male": "Boys"} if young else {"female": "Women", "male": "Men"}
    said = names.get(sex, "Children" if young else "People")
    if ages is not None:
        low, high = ages
        said += f" of {low} or more" if high >= MAX_AGE else f" of {low}" if low == high else f" of {low}–{high}"
    return said + (f" coded {race}" if race else "")


def common_harm(who, n, whole, found):
    """That the race code with the largest error in age is not rare; arguments as of `harm`."""
    value, low, high, rest = (f"{found[name]:.1f}" for name in ("value", "low", "high", "rest"))
    return (
        f"Not rare, yet of all race codes furthest behind everybody else: {who[0].lower()}{who[1:]} are {share_of(n, whole)} "
        f"of the photos; their age is off by {value} years (95 % interval {low} to {high}, n = {found['n']:,}), against "
        f"{rest} for everybody else (n = {found['rest_n']:,})"
    )


def harm(who, n, whole, what, found):
    """What a model does to a group that is rare.

    Args:
        who: result of `people`.
        n: chosen photos of the group.
        whole: chosen photos.
        what: "age" (values are years) or "sex" (values are shares that are guessed wrong).
        found: result of `census.harm.apart`.
    """
    if what == "age":
        value, low, high, rest = (f"{found[name]:.1f}" for name in ("value", "low", "high", "rest"))
        told = f"their age is off by {value} years on the test photos"
    else:
        value, low, high, rest = (percent(found[name]) for name in ("value", "low", "high", "rest"))
        told = f"their sex is guessed wrong on {value} of the test photos"
    return (
        f"{who} are {share_of(n, whole)} of the photos; {told} (95 % interval {low} to {high}, n = {found['n']:,}), "
        f"against {rest} for everybody else (n = {found['rest_n']:,})"
    )
