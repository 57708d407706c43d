"""What a benchmark found, kept for the table of README.md: `python benchmarks/run.py` collects it.

    keep("a photo of 640×480 to an answer", "74 ms", "mtcnn and model.predict: 512 ms, 6.9 times as long")
"""

import json
import os


def keep(what, figure, beside=""):
    """Add a row to the file that AGESEX_FIGURES names; nothing without it.

    Args:
        what: what was measured.
        figure: the figure with its unit.
        beside: the peer in the same run and the ratio, or the goal.
    """
    if file := os.environ.get("AGESEX_FIGURES"):
        with open(file, "a", encoding="utf-8") as rows:
            rows.write(json.dumps([what, figure, beside], ensure_ascii=False) + "\n")
