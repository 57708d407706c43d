"""Where the public finds the data sets that can be downloaded, and under which licence.

    pick("utkface")         # Mirror(kind="huggingface", id="py97/UTKFace-Cropped", …)

None of the authors publishes a checksum; a mirror that names one with the file is checked against it.
"""

import importlib.util
from dataclasses import dataclass

from agesex.errors import BadDataset

ETH = "https://data.vision.ee.ethz.ch/cvl/rrothe/imdb-wiki/"
PACKAGES = {"https": "pooch", "huggingface": "huggingface_hub", "kaggle": "kagglehub"}


@dataclass(frozen=True)
class Mirror:
    """One place that has a data set.

    Attributes:
        kind: "https", "huggingface" or "kaggle".
        id: the address, or the name of the repository there.
        file: what arrives, a file or folder name.
        holds: what it is, as a clause.
        page: address for a browser.
        size: about, in bytes; 0 if nobody here knows.
        revision: the version that was looked at, where the mirror keeps versions.
        known_hash: a published checksum as pooch writes it, "sha256:…", or None.
        by_hand: the file that a browser gets there, where that is not `file`.
    """

    kind: str
    id: str
    file: str
    holds: str
    page: str
    size: int = 0
    revision: str | None = None
    known_hash: str | None = None
    by_hand: str = ""


# The order is the order of preference. Sizes are those that the pages state.
MIRRORS = {
    "utkface": (
        Mirror(
            "huggingface", "py97/UTKFace-Cropped", "UTKFace.tar.gz",
            "the aligned and cropped photos, one archive",
            "https://huggingface.co/datasets/py97/UTKFace-Cropped", 107_000_000,
            revision="e80f21fb21fa3631380c3cb634b79be3ac2f4cba",
        ),
        Mirror(
            "kaggle", "jangedoo/utkface-new", "utkface-new",
            "the aligned and cropped photos, some of them two or three times, in folders",
            "https://www.kaggle.com/datasets/jangedoo/utkface-new", by_hand="archive.zip",
        ),
    ),
    "wiki": (
        Mirror(
            "https", f"{ETH}static/wiki_crop.tar", "wiki_crop.tar", "the faces from Wikipedia", ETH,
            1_000_000_000,
        ),
    ),
    "imdb": (
        Mirror(
            "https", f"{ETH}static/imdb_crop.tar", "imdb_crop.tar", "the faces from IMDb", ETH,
            7_000_000_000,
        ),
    ),
}  # fmt: skip
_IMDB_WIKI = (
    "IMDB-WIKI is made available by its authors for academic research only; the photos belong to their "
    "owners."
)
LICENCES = {
    "utkface": (
        "UTKFace is made available by its authors for non-commercial research only; the photos belong to "
        "their owners and may not be passed on. A licence that a mirror states is not the authors'."
    ),
    "wiki": _IMDB_WIKI,
    "imdb": _IMDB_WIKI,
}


def pick(name, kind=None):
    """The mirror to use.

    Args:
        name: one of `MIRRORS`.
        kind: "https", "huggingface" or "kaggle"; the first whose package is installed without it.

    Returns:
        Mirror.

    Raises:
        BadDataset: no such data set or mirror.
    """
    if name not in MIRRORS:
        raise BadDataset(f"there is no download called {name!r}. Expected one of {', '.join(MIRRORS)}.")
    mirrors = MIRRORS[name]
    if kind is None:
        return next((mirror for mirror in mirrors if installed(mirror)), mirrors[0])
    for mirror in mirrors:
        if mirror.kind == kind:
            return mirror
    kinds = ", ".join(mirror.kind for mirror in mirrors)
    raise BadDataset(f"{name} has no mirror of the kind {kind}. Expected one of: {kinds}.")


def installed(mirror):
    """Whether the package that a mirror needs is there."""
    return importlib.util.find_spec(PACKAGES[mirror.kind]) is not None


def import_command(name, path):
    """What to type to import what arrived."""
    return f'python -m agesex dataset import "{path}" --source {name}'


def shown(size):
    """A number of bytes for a person: about 1.0 GB."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:,.0f} MB"
