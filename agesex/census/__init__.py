"""Who is in the data: questions to a table of faces of any size, and what is known of UTKFace as a whole.

    faces = Faces()                                   # the labels of UTKFace that the repository carries
    choice = Choice(ages=(0, 9), sexes=("female",))   # filters; frozen, hashable
    faces.totals(choice)                              # dict: photos, female, male, unknown, copies, dropped
    faces.options(choice)                             # live counts beside each option of each filter
    faces.page(choice, "random", offset=40, limit=40, seed=1)   # DataFrame, a page of the gallery
    faces.files(choice, limit=400, seed=0)            # names of photos, drawn by a seed
    faces.rows(choice, ("file", "age", "sex"), limit=30_000)    # some columns of them
    faces.one(file), faces.copies_of(file)            # dict or None; DataFrame
    faces.groups(choice, limit=20)                    # duplicate groups, those that disagree most first
    faces.orders()                                    # what a page can be ordered by
    faces.about(choice, "SELECT sex, count(*) AS n FROM {chosen} GROUP BY 1")   # any other question
    @kept                                             # of a function (faces, …): worked out once for all visitors

`choice` says what is asked about, `source` where the table comes from and which columns it has, `faces` asks it by
DuckDB, `kept` keeps what was worked out, `who` and `balance` hold the questions of the view Who, `tables` those to a DataFrame at hand.
"""

from agesex.census import tables
from agesex.census.choice import ALL_AGES, COPIES, FLAGS, MEASURES, UNFLAGGED, UNKNOWN, Choice
from agesex.census.faces import EVERYBODY, Faces
from agesex.census.kept import kept
from agesex.census.source import Source, known
from agesex.census.tables import (
    DISAGREEMENT_NAMES,
    copies,
    disagreement,
    disagreements,
    facts,
)

__all__ = [
    "ALL_AGES", "COPIES", "DISAGREEMENT_NAMES", "EVERYBODY", "FLAGS", "MEASURES", "UNFLAGGED", "UNKNOWN",
    "Choice", "Faces", "Source", "copies", "disagreement", "disagreements",
    "facts", "kept", "known", "tables",
]  # fmt: skip
