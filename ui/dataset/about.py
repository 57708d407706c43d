"""What is true of the connected photos, by their source; the name of a data set says nothing.

    about.ages(faces)          # "Age, sex and race of UTKFace were estimated by a program (DEX) and checked by a person."
    about.in_tables(faces)     # (photos of UTKFace that the repository's split names, all photos)
"""

from agesex.census import kept
from agesex.labels import ORIGIN

UTKFACE = ("utkface", "utkface-wild", "csv48")  # sources whose labels are those of UTKFace
TABLED = "utkface"  # the source whose files the committed tables name
KINDS = {**dict.fromkeys(UTKFACE, "utkface"), "imdb": "imdb-wiki", "wiki": "imdb-wiki", "fairface": "fairface"}
AGES = {
    "utkface": ORIGIN,
    "imdb-wiki": "The ages of IMDB-WIKI are the year of the photo less that of a birth date.",
    "fairface": "The ages of FairFace are ranges; each photo counts at the middle of its range.",
}
SEXES = {"utkface": "Sex is a label (UTKFace: 0 male, 1 female)."}
SEX = "Sex is what the source wrote down."
RACES = {
    "utkface": "Race is one of five coarse codes",
    "fairface": "FairFace has seven groups, which are mapped to five coarse codes",
}
DATES = {
    "utkface": "UTKFace's date is in the file's name and says when the picture was collected, not when it was taken.",
    "imdb-wiki": "Of IMDB-WIKI the year is known in which a photo was said to be taken; it stands as 1 July.",
}
LABELS = {
    "utkface": f"**Where the labels come from.** {ORIGIN} Nobody in the photos was asked. Sex is 0 or 1; race is White, Black, Asian, Indian or "
    "“Others”, which lumps everybody else together. Ages are whole years, and some are far more "
    "frequent than their neighbours.",
    "imdb-wiki": "**Where the labels come from.** The ages of IMDB-WIKI are the year of a photo less that of a birth date, "
    "so they are as wrong as the guess which face on the photo is whose, and as its year. Sex is that of the page's "
    "subject. There is no race code.",
    "fairface": "**Where the labels come from.** Paid annotators labelled FairFace: ages as ranges, sex, and race in seven "
    "groups, which are mapped to five codes here.",
}


@kept
def kinds(faces):
    """Which kinds of sources there are: names of `LABELS` in their order, "" for others at the end."""
    names = faces.ask("SELECT DISTINCT source AS name FROM faces ORDER BY 1").name.astype(str)
    there = {KINDS.get(name, "") for name in names}
    return [name for name in (*LABELS, "") if name in there]


def of_utkface(faces):
    """Whether all photos are of UTKFace."""
    return kinds(faces) == ["utkface"]


def ages(faces):
    """Where the ages come from."""
    return _told(AGES, faces)


def sexes(faces):
    """What sex means in this data."""
    return _told(SEXES, faces) or SEX


def races(faces):
    """What the race codes are in this data."""
    said = "; ".join(RACES[name] for name in kinds(faces) if name in RACES)
    return f"{said}; it is never predicted for a visitor." if said else ""


def dates(faces):
    """What a date means in this data."""
    return _told(DATES, faces)


def labels(faces):
    """Where the labels come from; a list of Markdown, one per kind of source."""
    return [LABELS[name] for name in kinds(faces) if name in LABELS]


@kept
def in_tables(faces):
    """How many photos the committed tables of UTKFace are about.

    Returns:
        (int, int): photos of UTKFace that the split manifest names, and all photos.
    """
    row = faces.ask(
        "SELECT count(*) FILTER (source = ? AND split <> 'unseen') AS named, count(*) AS n FROM faces", [TABLED]
    ).iloc[0]
    return int(row.named), int(row.n)


@kept
def scored(faces, choice, column):
    """How many of the chosen photos a joined column says something of."""
    if column not in faces.columns:
        return 0
    return int(faces.about(choice, f'SELECT count("{column}") AS n FROM {{chosen}}').n.iloc[0])


def _told(said, faces):
    return " ".join(said[name] for name in kinds(faces) if name in said)
