"""How long a person waits after `make app`: for the first page, and for the first face on Predict.

    python benchmarks/start.py [--rounds 3]

A fresh server each time, and a Chromium that is open already. From the command to the server's answer and to the
first page drawn; from then on, without a pause, to Predict and to the answer about a sample face, with TensorFlow
loading behind the pages as it does for everybody. Beside it, in the same run, a bare Streamlit app of one line.
"""

import argparse
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from figures import keep

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "browser")]  # so that the command works in a checkout
YEARS = re.compile(r"\d+ years")  # the heading of an answer
DRAWN = """() => document.querySelector('[data-testid="stApp"]')?.dataset.testScriptState === 'notRunning'
    && document.querySelector('[data-testid="stHeading"]')
    && !document.querySelector('[data-stale="true"], [data-testid="stSkeleton"]')"""


def main():
    """Measure and print."""
    from conftest import chromium

    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    with chromium() as browser, tempfile.TemporaryDirectory() as folder:
        bare = Path(folder) / "bare.py"
        bare.write_text("import streamlit as st\nst.title('Bare')\n", "utf-8")
        rows = []
        for _ in range(rounds):
            bare_answers, bare_drawn, _ = _once(browser, bare, Path(folder))
            answers, drawn, predicts = _once(browser, ROOT / "app.py", ROOT, predict=True)
            rows.append((answers, drawn, predicts, bare_answers, bare_drawn))
    for name, column, beside in (
        ("server answers", 0, 3), ("first page drawn", 1, 4), ("a sample face is answered", 2, None),
    ):  # fmt: skip
        times = [row[column] for row in rows]
        middle = statistics.median(times)
        peer = "" if beside is None else statistics.median(row[beside] for row in rows)
        peer = peer and f"   bare app {peer:.2f} s ({middle / peer:.1f} ×)"
        since = "after the first page" if beside is None else "after the command"
        what = {"server answers": "`make app` until the server answers", "first page drawn": "`make app` until the first "
                "page is drawn"}.get(name, "from there to the first face answered on Predict, TensorFlow loading behind")  # fmt: skip
        keep(what, f"{middle:.1f} s", peer.replace("   ", "").replace("bare app", "a bare Streamlit app of one line:"))
        print(f"{name:26}{middle:6.2f} s {since} ({min(times):.2f} to {max(times):.2f}){peer}")


def _once(browser, script, folder, *, predict=False):
    """Seconds to the server's answer, to the first page, and from there to the first face (None without it)."""
    from conftest import Tab

    with _served(script, folder) as (address, started):
        answers = time.perf_counter() - started
        page = Tab(browser).page
        page.goto(address)
        page.wait_for_function(DRAWN, polling=20)
        drawn = time.perf_counter()
        predicts = None
        if predict:
            page.locator('a[href$="/Predict"]').first.click()
            page.get_by_role("heading", name=YEARS).first.wait_for()
            predicts = time.perf_counter() - drawn
        page.context.close()
    return answers, drawn - started, predicts


@contextmanager
def _served(script, folder):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{probe.getsockname()[1]}"
    started = time.perf_counter()
    server = subprocess.Popen(
        [sys.executable, "-m", *(["streamlit", "run", str(script)] if script.name != "app.py" else ["ui"]), "--server.headless=true",
         f"--server.port={address.rpartition(':')[2]}", "--server.address=127.0.0.1"],
        cwd=folder, env={**os.environ, "AGESEX_WARMUP": "1"}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        while time.perf_counter() - started < 60:
            try:
                urllib.request.urlopen(f"{address}/_stcore/health", timeout=5).close()
                break
            except OSError:
                time.sleep(0.02)
        yield address, started
    finally:
        server.kill()
        server.wait()


if __name__ == "__main__":
    main()
