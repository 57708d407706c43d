"""Faces: a table of any size that questions are asked of by DuckDB; the photos are not in it."""

from agesex.census.choice import ALL_AGES, COPIES, FLAGS, MEASURES, UNFLAGGED, Choice
from agesex.census.kept import Store, kept
from agesex.census.source import COLUMNS, Source, known, load

EVERYBODY = Choice()
KEPT = 256  # answers to questions in SQL; a page asks about forty
WORKED_OUT = 1024  # figures made of them; a page shows about thirty
LONGEST = 5000  # rows of a kept answer; a longer list is asked for once
ORDERS = {  # what a gallery can be ordered by: SQL of one column each
    "file": "place", "age": "age", "random": "hash(place + CAST(? AS BIGINT) * 1000003)", "copies": "copies",
    "disagreement": "years_apart", "taken": "taken", "bytes": "bytes",
    **{name: name for name in MEASURES},
}  # fmt: skip
FACETS = {"sexes": "sex", "races": "race", "splits": "split", "sources": "source"}
_CARD = (
    "place, dataset, file, age, sex, race, split, source, \"group\", copies, years_apart, sexes_apart, flags"
)


class Faces:
    """The faces of one or several data sets.

    Attributes:
        n: how many there are.
        datasets: names of the data sets, a tuple.
        columns: names of the columns of the table, a frozenset.
        oldest: the highest label, years.
        store: what was worked out about them, see `census.kept`.
    """

    def __init__(self, source=None):
        """Read the tables into memory.

        Args:
            source: `Source`; a DataFrame with file, age, … (see `source.known`); or None for the labels of
                UTKFace that the repository carries, with the measures of its photos.

        Raises:
            BadDataset: a table cannot be read.
        """
        import duckdb

        if source is None:
            from agesex import photo_quality

            source = known(quality=photo_quality.read())
        if not isinstance(source, Source):
            source = Source({"utkface": source})
        self._connection = duckdb.connect(
            ":memory:", config={"threads": 2, "memory_limit": "1GB", "temp_directory": ""}
        )
        self._connection.execute("SET enable_progress_bar = false")
        load(self._connection, source)
        self._connection.execute("SET enable_external_access = false")  # from here on it reads no file
        self._answers, self.store = Store(KEPT), Store(WORKED_OUT)
        self.datasets = tuple(source.tables)
        self.columns = frozenset(self.ask("SELECT * FROM faces LIMIT 0").columns)
        self.n, oldest = self.ask("SELECT count(*) AS n, max(age) AS oldest FROM faces").iloc[0]
        self.n, self.oldest = int(self.n), int(oldest) if self.n else ALL_AGES[1]

    def ask(self, sql, values=()):
        """The answer to a question in SQL; several threads may ask at once.

        Args:
            sql: of the table `faces`, with a `?` for every value.
            values: what stands for them.

        Returns:
            DataFrame of the asker's own.
        """
        key = (sql, tuple(values))
        found = self._answers.get(key)
        if found is None:
            found = self._connection.cursor().execute(sql, list(values)).df()
            if len(found) <= LONGEST:
                self._answers.put(key, found)
        return found.copy(deep=False)

    def about(self, choice, sql, before=(), after=()):
        """`ask` of the chosen faces.

        Args:
            choice: `Choice`.
            sql: in which `{chosen}` stands for the table and the filters, e.g. "SELECT … FROM {chosen} AND …".
            before: values of each `?` that comes before the filters.
            after: values of those after them.
        """
        where, bound = choice.where()
        return self.ask(sql.format(chosen=f"faces WHERE {where}"), [*before, *bound, *after])

    def tuples(self, choice, sql, before=(), after=()):
        """As `about`, each row as a plain tuple: made sooner than a table, and not kept."""
        where, bound = choice.where()
        sql = sql.format(chosen=f"faces WHERE {where}")
        return self._connection.cursor().execute(sql, [*before, *bound, *after]).fetchall()

    @kept
    def totals(self, choice=EVERYBODY):
        """How many: dict with photos, female, male, unknown (sex), copies (photos that have one), dropped."""
        (counts,) = self.tuples(
            choice,
            "SELECT count(*), count(*) FILTER (sex = 'female'), count(*) FILTER (sex = 'male'), "
            "count(*) FILTER (sex = 'unknown'), count(*) FILTER (copies > 1), count(*) FILTER (split = 'dropped') "
            "FROM {chosen}",
        )
        return dict(zip(("photos", "female", "male", "unknown", "copies", "dropped"), counts, strict=True))

    @kept
    def options(self, choice=EVERYBODY):
        """How many faces each option of each filter would leave, the other filters as they are.

        Returns:
            dict by attribute of `Choice` (sexes, races, splits, sources, flags, copies) of {name: n}; names of
            sexes, races, splits and sources that no face of the whole table has are left out.
        """
        found = {}
        for field, column in FACETS.items():
            counts = dict(self.tuples(choice.but(field), f"SELECT {column}, count(*) FROM {{chosen}} GROUP BY 1"))
            found[field] = {name: counts.get(name, 0) for name in self._names(column)}
        # some dozens of different sums of bits, taken apart here: quicker than a test of every bit of every face
        sums = self.tuples(choice.but("flags"), "SELECT flag_bits, count(*) FROM {chosen} GROUP BY 1")
        found["flags"] = {
            name: sum(n for bits, n in sums if bits & (1 << bit)) for bit, name in enumerate((*FLAGS, UNFLAGGED))
        }
        kinds = self.tuples(
            choice.but("copies"),
            "SELECT copies > 1, years_apart > 0 OR sexes_apart > 1, count(*) FROM {chosen} GROUP BY ALL",
        )
        wanted = (lambda copied, apart: True, lambda copied, apart: copied, lambda copied, apart: not copied,
                  lambda copied, apart: apart)  # fmt: skip
        found["copies"] = {
            name: sum(n for *kind, n in kinds if wants(*kind)) for name, wants in zip(COPIES, wanted, strict=True)
        }
        return found

    @kept
    def _names(self, column):
        """What a column of names holds, in the order of its type."""
        return [name for (name,) in self.tuples(EVERYBODY, f"SELECT DISTINCT {column} FROM {{chosen}} ORDER BY 1")]

    @kept
    def orders(self):
        """What `page` can order by: names of `ORDERS` and of the joined columns, those that hold nothing left out."""
        numbers = [name for name in ORDERS if name in self.columns and name not in ("file", "age", "copies")]
        extra = sorted(self._extra())
        filled = ", ".join(f'count("{name}")' for name in [*numbers, *extra])
        counts = self.ask(f"SELECT {filled} FROM faces").iloc[0]
        there = {name for name, n in zip([*numbers, *extra], counts, strict=True) if n}
        return [name for name in [*ORDERS, *extra] if name in there or name not in [*numbers, *extra]]

    def page(self, choice=EVERYBODY, order="file", offset=0, limit=40, *, down=False, seed=0):
        """A page of the gallery.

        Args:
            choice: `Choice`.
            order: a name of `orders`; faces without a value come last, equals in the order of the files.
            offset: how many faces come before the page.
            limit: how many it holds.
            down: the highest first.
            seed: of the order "random".

        Returns:
            DataFrame: place, dataset, file, age, sex, race, split, source, group, copies, years_apart,
            sexes_apart, flags, and value (what it is ordered by).

        Raises:
            KeyError: there is no such order.
        """
        if order not in ORDERS and order not in self._extra():
            raise KeyError(f"no order {order!r}; there are {', '.join(self.orders())}")
        value = ORDERS.get(order, f'"{order}"')
        values = [int(seed)] if order == "random" else []
        by = "value DESC NULLS LAST" if down else "value NULLS LAST"
        # only two narrow columns are sorted; the texts of the other faces are never touched
        return self.about(
            choice,
            f"WITH picked AS (SELECT place, {value} AS value FROM {{chosen}} ORDER BY {by}, place "
            f"LIMIT ? OFFSET ?) SELECT {_CARD}, value FROM picked JOIN faces USING (place) ORDER BY {by}, place",
            values,
            [int(limit), max(0, int(offset))],
        )

    def rows(self, choice=EVERYBODY, columns=("file",), limit=None, seed=0):
        """Some columns of the chosen faces, in the order of the files.

        Args:
            choice: `Choice`.
            columns: names of `columns`.
            limit: at most so many, drawn by `seed`; all without it.
            seed: of the draw.

        Returns:
            DataFrame.
        """
        if missing := set(columns) - self.columns:
            raise KeyError(f"no column {sorted(missing)[0]!r}; there are {', '.join(sorted(self.columns))}")
        named = ", ".join(f'"{name}"' for name in columns)
        if limit is None:
            return self.about(choice, f"SELECT {named} FROM {{chosen}} ORDER BY place")
        return self.about(
            choice,
            f"WITH picked AS (SELECT place FROM {{chosen}} ORDER BY {ORDERS['random']}, place LIMIT ?) "
            f"SELECT {named} FROM picked JOIN faces USING (place) ORDER BY place",
            after=[int(seed), int(limit)],
        )

    def files(self, choice=EVERYBODY, limit=None, seed=0):
        """Names of the chosen photos, a list; `limit` and `seed` as of `rows`."""
        return self.rows(choice, ("file",), limit, seed).file.tolist()

    def one(self, file, dataset=None):
        """Everything that is known of one face.

        Args:
            file: name of the photo.
            dataset: name of the data set; the first that has the file without it.

        Returns:
            dict of the columns (None where nothing is known), or None where there is no such face.
        """
        rows = self.ask(
            "SELECT * FROM faces WHERE file = ? AND (? IS NULL OR dataset = ?) ORDER BY place LIMIT 1",
            [file, dataset, dataset],
        )
        if rows.empty:
            return None
        values = {name: None if rows[name].isna().iloc[0] else rows[name].iloc[0] for name in rows}
        return {name: value.item() if hasattr(value, "item") else value for name, value in values.items()}

    def copies_of(self, file, dataset=None):
        """The other photos of the duplicate group of a face: rows as of `page`, without value."""
        face = self.one(file, dataset)
        if face is None or face["copies"] == 1:
            return self.ask(f"SELECT {_CARD} FROM faces LIMIT 0")
        return self.ask(
            f'SELECT {_CARD} FROM faces WHERE dataset = ? AND "group" = ? AND place <> ? ORDER BY place',
            [face["dataset"], face["group"], int(face["place"])],
        )

    def groups(self, choice=EVERYBODY, *, offset=0, limit=None):
        """The duplicate groups of which a chosen face is one, those that disagree most first.

        Returns:
            DataFrame: dataset, group, n (photos), years (oldest minus youngest label), sexes and races (how
            many different ones); all of a group's photos count, chosen or not.
        """
        return self.about(
            choice,
            'SELECT dataset, "group", any_value(copies) AS n, any_value(years_apart) AS years, '
            "any_value(sexes_apart) AS sexes, any_value(races_apart) AS races FROM {chosen} AND copies > 1 "
            'GROUP BY dataset, "group" ORDER BY sexes DESC, years DESC, dataset, "group" LIMIT ? OFFSET ?',
            after=[limit, max(0, int(offset))],
        )

    def _extra(self):
        """Names of the joined columns."""
        return self.columns - COLUMNS
