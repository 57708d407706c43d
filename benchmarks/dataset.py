"""How fast the page Dataset answers, with the labels of UTKFace and with a million rows, and what memory it takes.

    python benchmarks/dataset.py [--no-browser] [--rows 1000000]

For each size in a process of its own: the table read, the page drawn for the first time, the run after a filter that
nobody has set before (Streamlit's AppTest, whose run is that of the server without the network), the gallery, and the
questions of the page alone, asked of DuckDB and of the same table in pandas. The large table is made here: labels and
measures of UTKFace, drawn again with a seed, under other names; it has no pictures. Where AGESEX_HOME holds an imported
data set, its gallery of 40 photos is timed, too. At last a fresh server and a real Chromium, from the address to the
last chart. Beside each time stands that of the processors (all cores together), which other work on the machine does
not lengthen.
"""

import argparse
import logging
import os
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import product
from pathlib import Path

from figures import keep

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "browser")]  # so that the command works in a checkout
os.environ["AGESEX_WARMUP"] = "0"  # the app would load TensorFlow behind the first page
ROUNDS = 3
PAGE = "pages/1_Dataset.py"


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--no-browser", action="store_true")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--here", choices=["labels", "stored", "large"], help="one size, in this process")
    args = parser.parse_args()
    logging.disable(logging.WARNING)  # Streamlit's, about running without a server
    if args.here:
        _size(args.here)
        return
    with tempfile.TemporaryDirectory() as folder:
        large, empty = Path(folder, "large"), Path(folder, "empty")
        if args.rows:
            _write_large(large, args.rows)
        _run("labels", empty)
        if os.environ.get("AGESEX_HOME"):
            _run("stored", os.environ["AGESEX_HOME"])
        if args.rows:
            _run("large", large)
        if not args.no_browser:
            for name, home in (("labels", empty), ("large", large))[: 2 if args.rows else 1]:
                times = [_chromium(home)[0] - 0.6 for _ in range(ROUNDS)]  # Tab.open waits so long for quiet
                print(f"{name:8} Chromium, fresh server, whole page {statistics.median(times):6.2f} s "
                      f"({min(times):.2f} to {max(times):.2f})", flush=True)  # fmt: skip


def _run(size, home):
    command = [sys.executable, __file__, "--here", size]
    subprocess.run(command, check=True, env={**os.environ, "AGESEX_HOME": str(home), "AGESEX_DATASET": ""})


def _write_large(home, n):
    """A stored data set of n rows."""
    import json

    import numpy as np
    import pandas as pd

    from agesex import census, photo_quality

    start = time.perf_counter()
    known = census.known(quality=photo_quality.read())
    rng = np.random.default_rng(0)
    parts = []
    for block in range(-(-n // len(known))):
        drawn = known.iloc[rng.integers(0, len(known), len(known))].reset_index(drop=True)
        names = {"file": f"{block:03d}_" + known.file, "group": f"{block:03d}_" + known.group}
        parts.append(drawn.assign(**names))
    rows = pd.concat(parts, ignore_index=True).head(n).sort_values("file", ignore_index=True)
    folder = home / "datasets" / "large"
    folder.mkdir(parents=True)
    rows.to_parquet(folder / "table.parquet", row_group_size=100_000)
    facts = {"name": "large", "source": "utkface", "from": "labels drawn again", "photos": n, "taken": n}
    (folder / "facts.json").write_text(json.dumps({**facts, "refused": {}, "format": 1, "made": "2026-01-01"}))
    size = (folder / "table.parquet").stat().st_size / 1e6
    print(f"made {n:,} rows in {time.perf_counter() - start:.1f} s ({size:.0f} MB of Parquet)", flush=True)


def _size(name):
    """Everything about the data set that AGESEX_HOME holds."""
    from streamlit.testing.v1 import AppTest

    from ui import dataset

    app = AppTest.from_file(ROOT / "app.py", default_timeout=600)
    app.run()
    cold = _timed(lambda: app.switch_page(PAGE).run())
    assert not app.exception, app.exception
    faces = dataset.faces()

    def line(what, times, more="", *, kept=name != "stored"):
        wall, cpu = (statistics.median(column) * 1e3 for column in zip(*times, strict=True))
        if kept:
            keep(f"Dataset, {faces.n:,} rows: {what}", f"{wall:.0f} ms", more)
        print(f"{name:8}{faces.n:>10,} rows   {what:44}{wall:7.0f} ms{cpu:7.0f} ms of processor  {more}", flush=True)

    line("page Who for the first time, table read", [cold])
    times = [_filter(app, *one) for one in product((["female"], ["male"]), (["White"], ["Asian"], ["Indian"]))]
    line("page Who after a new filter, 6 of them", times, f"longest {max(times)[0] * 1e3:.0f} ms")
    line("page Who after the same again", [_timed(app.run) for _ in range(ROUNDS)])
    _galleries(app, faces, line)
    _questions(faces, line)
    if name != "stored":
        keep(f"Dataset, {faces.n:,} rows: memory of the process, at most", f"{_peak():.2f} GB")
    print(f"{name:8} memory of the process, at most {_peak():.2f} GB; TensorFlow imported: "
          f"{'yes' if 'tensorflow' in sys.modules else 'no'}", flush=True)  # fmt: skip


def _filter(app, sexes, races):
    groups = {group.key: group for group in app.button_group}
    groups["of_sex"].set_value(sexes)
    groups["of_race"].set_value(races)
    times = _timed(app.run)
    assert not app.exception, app.exception
    return times


def _galleries(app, faces, line):
    app.query_params.clear()
    app.switch_page("pages/5_Model_card.py").run()
    app.query_params["view"] = "pictures"
    first = _timed(lambda: app.switch_page(PAGE).run())
    assert not app.exception, app.exception
    pictures = sum("(data:image" in button.label for button in app.button)
    line(f"view Pictures, {pictures} of them, first page", [first], kept=pictures > 0)
    line("view Pictures, again", [_timed(app.run) for _ in range(ROUNDS)], kept=pictures > 0)


def _questions(faces, line):
    """What the page asks, without the page, of DuckDB and of pandas, in turn."""
    from agesex.census import Choice

    table = faces.rows(columns=("age", "sex", "race", "split", "source", "copies", "flag_bits", "years_apart", "sexes_apart", "band",
                               "place"))
    duck, peer = [], []
    choices = [Choice(ages=(low, low + 30), sexes=(sex,)) for low in (0, 20, 40) for sex in ("female", "male")]
    for choice in choices:
        answers = []
        duck.append(_timed(lambda c=choice, a=answers: a.append(_by_duckdb(faces, c))))
        peer.append(_timed(lambda c=choice, a=answers: a.append(_by_pandas(table, c))))
        assert answers[0] == answers[1], (choice, *answers)
    wall = statistics.median(wall for wall, _ in peer) * 1e3
    line("the questions of a filter, DuckDB", duck, f"the same by pandas: {wall:.0f} ms")
    ratio = statistics.median(cpu for _, cpu in peer) / statistics.median(cpu for _, cpu in duck)
    line("the same by pandas", peer, f"{ratio:.1f} times the processor time", kept=False)
    late = int(0.9 * faces.n)
    for order in ("file", "age", "random"):
        times = [_timed(lambda n=n, order=order: faces.page(order=order, offset=late + n)) for n in range(5)]
        line(f"40 rows by {order} at offset {late:,}", times, kept=False)


def _by_duckdb(faces, choice):
    from agesex.census import who

    options = faces.options(choice)
    ages = who.age_counts(faces, choice, by="sex")
    boxes = who.boxes(faces, choice, "race").sort_values("name")
    cells = who.cells(faces, choice, "race", "band")
    page = faces.page(choice, "age", offset=100)
    return (
        faces.totals(choice)["photos"], sum(map(sum, (counts.values() for counts in options.values()))),
        len(ages), boxes.q50.round(3).tolist(), len(cells), page.place.tolist(),
    )  # fmt: skip


def _by_pandas(table, choice):
    ages = table.age.between(*choice.ages)
    sexes = table.sex.isin(choice.sexes)
    rows = table[ages & sexes]
    options = table[ages].sex.value_counts().sum()
    options += sum(int(rows[field].value_counts().sum()) for field in ("race", "split", "source"))
    options += sum(int((rows.flag_bits & (1 << bit) > 0).sum()) for bit in range(7))
    agree = int(_disagree(rows))
    options += len(rows) + int((rows.copies > 1).sum()) + int((rows.copies == 1).sum()) + agree
    counts = rows.groupby(["sex", "age"], observed=True).size()
    by_race = rows.groupby("race", observed=True).age
    medians = by_race.quantile([0.05, 0.25, 0.5, 0.75, 0.95]).unstack()[0.5]
    by_race.mean()
    cells = rows.groupby(["race", "band"], observed=True).size()
    page = rows.sort_values(["age", "place"]).iloc[100:140]
    medians.index = medians.index.astype(str)
    return (
        len(rows), int(options), len(counts), medians.sort_index().round(3).tolist(), len(cells), page.place.tolist(),
    )  # fmt: skip


def _disagree(rows):
    return ((rows.years_apart > 0) | (rows.sexes_apart > 1)).sum()


def _chromium(home):
    from conftest import Tab, chromium, serve

    with serve(AGESEX_HOME=str(home), AGESEX_DATASET="") as address, chromium() as browser:
        tab = Tab(browser)
        return _timed(lambda: tab.open(f"{address}/Dataset"))


def _peak():
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e9 if sys.platform == "darwin" else 1e6)


def _timed(call):
    """(seconds, seconds of all processors)."""
    start, cpu = time.perf_counter(), time.process_time()
    call()
    return time.perf_counter() - start, time.process_time() - cpu


if __name__ == "__main__":
    main()
