"""The operations that are killed: how each begins, what it does, and what has to be true afterwards.

    operation = OPERATIONS["import"]
    operation.prepare(source)            # once: what it reads, into a folder
    operation.begin(source, folder)      # a fresh place to work in
    operation.work(folder)               # in a process that may die
    operation.look(folder)               # after a kill: raises AssertionError for what is half-written but used
    operation.lost(folder, kept)         # at the end: what was kept, and done again all the same; or ""
    operation.result(folder)             # at the end: the same for every run that came to it
"""

import hashlib
import json
import os

import numpy as np

from killing.common import environment, hashed, names_in
from killing.learning import Promote, Train


class Import:
    """`agesex dataset import` of drawn photos, in chunks of 50."""

    def prepare(self, source, n=600):
        from drawn import write_utkface

        write_utkface(source / "UTKFace", n=n)

    def begin(self, source, folder):
        folder.mkdir()
        (folder / "source").symlink_to(source)

    def work(self, folder):
        os.environ["AGESEX_HOME"] = str(folder / "home")
        from agesex import cli
        from agesex.dataset import importing

        importing.CHUNK, real = 50, importing.import_from

        def noted(*args, **options):
            report = real(*args, **options)
            (folder / "resumed").write_text(str(report.taken if report.unchanged else report.resumed))
            return report

        importing.import_from = noted
        return cli.main(["dataset", "import", str(folder / "source" / "UTKFace")])

    def look(self, folder):
        with environment(AGESEX_HOME=folder / "home"):
            from agesex.dataset import check, store
            from agesex.dataset.unfinished import unfinished

            kept = sum(left.photos for left in unfinished())
            assert all(left.command for left in unfinished() if left.photos), "no command goes on"
            for name in store.names():
                bad = [f.kind for f in check.check(name, full=True) if f.severity == "fault" and f.kind != "missing"]
                assert not bad, f"the data set {name} is there, but: {bad}"
            return kept

    def lost(self, folder, kept):
        resumed = int((folder / "resumed").read_text())
        return f"{kept} photos were kept and {resumed} of them taken over" if resumed < kept else ""

    def result(self, folder):
        home = folder / "home" / "datasets"
        with environment(AGESEX_HOME=folder / "home"):
            from agesex.dataset import store

            stored = store.open_stored("utkface")
            table = stored.table.to_json(orient="records", date_format="iso")
            photos = hashlib.sha256((home / "utkface" / store.PHOTOS).read_bytes()).hexdigest()
            return hashed(table, photos, json.dumps(stored.facts), *names_in(home))


class Score:
    """`agesex predict … --output out.csv --resume`, four faces at a time, with a model of a few lines."""

    def prepare(self, source, n=300):
        from PIL import Image

        (source / "photos").mkdir(parents=True)
        for i in range(n):
            colour = np.random.default_rng(i).integers(0, 255, 3)
            picture = Image.new("RGB", (200, 200), tuple(map(int, colour)))
            picture.save(source / "photos" / f"{i:04}.png", compress_level=0)
        (source / "photos" / "0007.png").write_bytes(b"no picture")

    def begin(self, source, folder):
        folder.mkdir()
        (folder / "source").symlink_to(source)
        (folder / "out").mkdir()

    def work(self, folder):
        from stub import StubModel

        from agesex import cli, model, score

        stub = StubModel()
        model.load, score.BATCH = lambda name=None: stub, 4
        out = folder / "out" / "ages.csv"
        status = cli.main(
            ["predict", str(folder / "source" / "photos"), "--aligned", "--output", str(out), "--resume"]
        )
        (folder / "asked").write_text(str(sum(stub.seen)))
        return 0 if status == 1 or out.exists() and status == 2 else status  # one photo is none; whole already

    def look(self, folder):
        out = folder / "out" / "ages.csv"
        n = 1 + len(list((folder / "source" / "photos").iterdir()))
        rows = out.read_text().count("\n") if out.exists() else 0
        assert rows in (0, n), f"ages.csv is there with {rows} lines"
        part = out.with_name("ages.csv.part")
        return part.read_text().count("\n") if part.exists() else 0

    def lost(self, folder, kept):
        """The head and the last photo, which is done again, apart; the first line may be the head only."""
        asked, n = int((folder / "asked").read_text()), len(list((folder / "source" / "photos").iterdir())) - 1
        return f"{kept} lines were kept and {asked} of {n} faces asked for again" if asked > n - kept + 3 else ""

    def result(self, folder):
        return hashed((folder / "out" / "ages.csv").read_text(), *names_in(folder / "out"))


OPERATIONS = {"import": Import(), "score": Score(), "train": Train(), "promote": Promote()}
