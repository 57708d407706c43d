"""What the charts of the view Who show, as sentences computed from the same rows."""

from agesex.findings import percent
from agesex.findings_groups import p_value
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


def ages(found):
    """The most frequent age, and where half of the photos lie; result of `who.frequent`."""
    between = f"{found['low']:.0f} to {found['high']:.0f}" if found["low"] < found["high"] else f"{found['low']:.0f}"
    return (
        f"Half of the photos show people of {between}; the age {found['age']} alone has "
        f"{found['n']:,} of {found['photos']:,}"
    )


def most_frequent(rows):
    """The fullest bin of one group; rows of `who.age_counts`."""
    top = rows.loc[rows.n.idxmax()]
    named = f"{top.start}" if top.end - top.start == 1 else f"{top.start}–{top.end - 1}"
    return f"most often {named} ({percent(top.n / rows.n.sum(), 0)} of {rows.n.sum():,})"


def pyramid(rows):
    """Where women and men differ most in number; rows of `who.pyramid`."""
    table = rows.pivot_table(index=["start", "end"], columns="sex", values="n", fill_value=0, aggfunc="sum")
    table = table.reindex(columns=["female", "male"], fill_value=0).reset_index()
    women = table.female.sum() / max(1, table.female.sum() + table.male.sum())
    start = f"{percent(women, 0)} are labelled female"
    n = table.female + table.male
    table = table[n >= max(MIN_GROUP, RARE * n.sum())]
    if table.empty or not 0 < women < 1:
        return start
    share = table.female / (table.female + table.male)
    far = (share - women).abs().idxmax()
    row = table.loc[far]
    return f"{start}, but {percent(share[far], 0)} of those aged {row.start:.0f}–{row.end - 1:.0f}"


def boxes(rows, by):
    """The youngest and the oldest group by mean; rows of `who.boxes`."""
    order = rows[rows.n >= MIN_GROUP].sort_values("mean")
    if len(order) < 2:
        return f"Fewer than two groups have {MIN_GROUP} photos"
    young, old = order.iloc[0], order.iloc[-1]
    return (
        f"By {FIELD_NAMES[by]}, the mean age runs from {young['mean']:.1f} ({young['name']}) to "
        f"{old['mean']:.1f} ({old['name']})"
    )


def two_way(rows, first, second):
    """The cell that is furthest above what independence would hold, and the one furthest below."""
    over, under = rows[rows["mark"] == "over"], rows[rows["mark"] == "under"]
    if over.empty and under.empty:
        return f"No group of {FIELD_NAMES[first]} and {FIELD_NAMES[second]} stands out"
    parts = []
    for part, best in ((over, "idxmax"), (under, "idxmin")):
        if not part.empty:
            row = part.loc[getattr(part.adjusted, best)()]
            parts.append(f"{row['first']} and {row.second} {row.ratio:.1f} times as often")
    return f"Found together: {'; '.join(parts)} as if {FIELD_NAMES[first]} and {FIELD_NAMES[second]} were unrelated"


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
    top, step = rows.loc[rows.n.idxmax()], rows.attrs["step"]
    form = {"day": "%d %B %Y", "month": "%B %Y", "year": "%Y"}[step]
    days = f"{len(rows):,} {step}s" if len(rows) != 1 else f"one {step}"
    return (
        f"{percent(top.n / rows.n.sum(), 0)} of the dated photos are from {top.start.strftime(form).lstrip('0')}; there "
        f"are photos of {days}"
    )


def histogram(rows, name):
    """Where the middle of a measure lies; rows of `who.histogram`."""
    shares = rows.share.cumsum()
    low, high = rows[shares >= 0.05].iloc[0], rows[shares >= 0.95].iloc[0]
    return f"Nine in ten photos have a {MEASURE_NAMES[name][0]} of {low.start:.3g} to {high.end:.3g}"


def rarest_ages(rows):
    """The band with the fewest photos; rows: band, n. (sentence, band)."""
    row, whole = rows.loc[rows.n.idxmin()], rows.n.sum()
    top = rows.loc[rows.n.idxmax()]
    return (
        f"People aged {row.band} are {percent(row.n / whole)} of the photos, those aged {top.band} "
        f"{percent(top.n / whole)}",
        row.band,
    )


def rarest_race(rows):
    """The race code with the fewest photos; rows: race, n. (sentence, race)."""
    row, top, whole = rows.loc[rows.n.idxmin()], rows.loc[rows.n.idxmax()], rows.n.sum()
    return (
        f"{percent(row.n / whole)} of the photos are coded {row.race}, {percent(top.n / whole)} {top.race}",
        row.race,
    )


def rarest_sex(rows):
    """The age band in which one sex is rarest; rows: band, sex, n. (sentence, band, sex)."""
    table = rows.pivot_table(index="band", columns="sex", values="n", fill_value=0, aggfunc="sum", observed=True)
    table = table[table.sum(axis=1) >= MIN_GROUP]
    share = table.div(table.sum(axis=1), axis=0).stack()
    band, sex = share.idxmin()
    return f"Of those aged {band}, {percent(share.min())} are labelled {sex}", band, sex


def consequence(what, slice_value, whole_value, n, sex=None):
    """What the model does in such a slice of the test faces.

    Args:
        what: "mae" or "sex_accuracy".
        slice_value: the figure of the slice; years or a share.
        whole_value: that of all test faces.
        n: test faces in the slice.
        sex: "female" or "male", where the slice is of one sex.
    """
    if n < MIN_GROUP:
        return f"Only {n:,} test faces are like that: too few to say how well the model does"
    them = {"female": "these women", "male": "these men"}.get(sex, "these people")
    if what == "mae":
        harder = slice_value > whole_value
        said = f"The age of {them} the model misses by {slice_value:.1f} years on average, that of all by {whole_value:.1f}"
    else:
        harder = slice_value < whole_value
        said = f"The sex of {them} the model gets right in {percent(slice_value)}, that of all in {percent(whole_value)}"
    return f"{said} (n = {n:,} test faces): {'it does worse there' if harder else 'it does no worse there'}"
