"""Where imported data sets live: one folder outside the repository.

home()                  # AGESEX_HOME, else the platform's folder for user data
datasets()              # home() / "datasets", one folder per data set
"""

import os
from pathlib import Path

import platformdirs


def home():
    """The folder for everything that agesex keeps; it need not exist yet.

    Returns:
        Path: `AGESEX_HOME` where that is set, else the platform's folder for user data.
    """
    chosen = os.environ.get("AGESEX_HOME", "").strip()
    return Path(chosen).expanduser().absolute() if chosen else platformdirs.user_data_path("agesex")


def datasets():
    """The folder of the stored data sets; it need not exist yet."""
    return home() / "datasets"
