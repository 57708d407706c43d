"""The pictures of README.md, taken from the running app: docs/predict.png, explain.png, metrics.png, dataset.png.

python tests/browser/readme_shots.py [OUT]

They show the free sample portrait, averages and figures only. 128 colours keep a picture under 200 kB.
"""

import io
import sys
from pathlib import Path

from conftest import ROOT, Tab, chromium, serve
from PIL import Image

WIDTH = 1280
SHOTS = {  # address and height, px
    "predict": ("Predict", 1180),
    "explain": ("Explain", 1400),
    "metrics": ("Metrics?view=age", 1400),
    "dataset": ("Dataset", 1400),
}


def main(folder):
    """Take and write them."""
    with serve(AGESEX_DATASET="", AGESEX_HOME=str(ROOT / "no such folder")) as address, chromium() as browser:
        for name, (path, height) in SHOTS.items():
            tab = Tab(browser, width=WIDTH, height=height).open(f"{address}/{path}")
            tab.page.wait_for_timeout(1500)  # charts fade in
            shot = Image.open(io.BytesIO(tab.page.screenshot()))
            shot.convert("RGB").quantize(128).save(Path(folder) / f"{name}.png", optimize=True)
            for problem in tab.outside + tab.errors:
                sys.stderr.write(f"{path}: {problem}\n")
            tab.context.close()


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main(sys.argv[1] if len(sys.argv) > 1 else ROOT / "docs")
