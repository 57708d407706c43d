"""Pictures of every page, light and dark, 1440 and 400 px wide, for looking at.

python tests/browser/shots.py OUT [Predict ...]
"""

import sys
from pathlib import Path

from conftest import ROOT, Tab, chromium, serve

PATHS = ["", "Dataset", "Metrics", "Predict", "Explain", "Model_card"]


def main(folder, paths):
    """Save <page>-<light|dark>-<width>.png for each page into `folder`."""
    with serve() as address, chromium() as browser:
        for path in paths:
            for dark in (False, True):
                for width in (1440, 400):
                    tab = Tab(browser, width=width, height=900, dark=dark)
                    tab.open(f"{address}/{path}")
                    theme = "dark" if dark else "light"
                    tab.save(Path(folder) / f"{path or 'Overview'}-{theme}-{width}.png")
                    for problem in tab.outside + tab.errors:
                        sys.stderr.write(f"{path or 'Overview'}: {problem}\n")
                    tab.context.close()


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.path.insert(0, str(ROOT))
    main(sys.argv[1], sys.argv[2:] or PATHS)
