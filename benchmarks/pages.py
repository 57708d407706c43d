"""How fast the page Metrics answers a click, what it imports, and how long Chromium waits for it at first.

    python benchmarks/pages.py [--no-browser]

For every view, with 23,700 predictions: the run after a click that nobody made before (another split, another
model) and after one that somebody made (its figures are kept), in this process by Streamlit's AppTest, whose
run is that of the server without the network. Beside it, in the same run, a bare page: the same table read, grouped
by sex and drawn as one chart. Then a fresh server and a real Chromium, from the address to the last chart.
"""

import argparse
import logging
import os
import statistics
import sys
import time
from pathlib import Path

from figures import keep

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "browser")]  # so that the command works in a checkout
os.environ["AGESEX_WARMUP"] = "0"  # the app would load TensorFlow behind the first page
VIEWS = ("overview", "age", "sex", "intervals", "fairness", "failures", "robustness", "making", "slice")
ROUNDS = 3


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--no-browser", action="store_true")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    args = parser.parse_args()
    logging.disable(logging.WARNING)  # Streamlit's, about running without a server
    bare = _bare()
    print(f"{'bare page: read, group, one chart':38}{bare * 1e3:8.0f} ms")
    found = {}
    for view in VIEWS:
        fresh, known, rows = _view(view, args.rounds)
        print(f"{view:12}{rows:>8,} rows   new question{fresh * 1e3:7.0f} ms   asked before{known * 1e3:7.0f} ms "
              f"({known / bare:.1f} bare pages)", flush=True)  # fmt: skip
        found[view] = fresh, known
    for place, what in ((0, "after a question that nobody asked before"), (1, "after one that was asked before")):
        view, times = max(found.items(), key=lambda entry: entry[1][place])
        times_all = sorted(times[place] for times in found.values())
        middle = statistics.median(times_all)
        keep(f"Metrics {what}, median view of {len(found)}", f"{middle * 1e3:.0f} ms",
             f"slowest: {view} {times[place] * 1e3:.0f} ms; a bare page {bare * 1e3:.0f} ms")  # fmt: skip
    print(f"TensorFlow imported: {'yes' if 'tensorflow' in sys.modules else 'no'}")
    if not args.no_browser:
        times = [_chromium() for _ in range(ROUNDS)]
        print(f"Chromium, fresh server, whole page{statistics.median(times):8.2f} s "
              f"({min(times):.2f} to {max(times):.2f})")  # fmt: skip


def _bare():
    from streamlit.testing.v1 import AppTest

    def script():
        import altair as alt
        import streamlit as st

        from agesex import model

        rows = model.read_predictions(model.DEFAULT)
        rows = rows.assign(error=(rows.age_pred - rows.age).abs()).groupby("sex", as_index=False).error.mean()
        st.altair_chart(alt.Chart(rows).mark_bar().encode(x="error", y="sex"))

    page = AppTest.from_function(script, default_timeout=120).run()
    return statistics.median(_timed(page.run) for _ in range(5))


def _view(view, rounds):
    """(seconds after a new question, after one that was asked before, rows of all splits)."""
    import streamlit as st
    from streamlit.testing.v1 import AppTest

    from agesex import model

    fresh, known = [], []
    for _ in range(rounds):
        st.cache_data.clear()
        app = AppTest.from_file(ROOT / "app.py", default_timeout=300)
        app.query_params["view"] = view
        app.run()
        app.switch_page("pages/2_Metrics.py").run()
        assert not app.exception, app.exception
        for times in (fresh, known):
            for split in ("validation", "train", "test"):
                faces = [group for group in app.button_group if group.key == "split"]
                if faces:  # views about faces of their own have another model instead
                    faces[0].set_value(split)
                else:
                    names = model.names()
                    (models,) = [box for box in app.selectbox if box.key == "model"]
                    models.set_value(names[1 + ("validation", "train", "test").index(split)])
                times.append(_timed(app.run))
                assert not app.exception, app.exception
    return statistics.median(fresh), statistics.median(known), len(model.read_predictions(model.DEFAULT))


def _chromium():
    from conftest import Tab, chromium, serve

    with serve() as address, chromium() as browser:
        tab = Tab(browser)
        return _timed(lambda: tab.open(f"{address}/Metrics")) - 0.6  # Tab.open waits so long for quiet


def _timed(call):
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
