"""Is everything there and unaltered? What `python -m agesex doctor` reports.

for check in run():
    print(check.ok, check.name, check.message)
"""

import hashlib
import os
import platform
from dataclasses import dataclass
from importlib import metadata

from agesex import __version__, dataset, faces, model, predict, samples, words
from agesex.dataset import store
from agesex.errors import AgeSexError

PACKAGES = (
    "keras", "numpy", "pandas", "pillow", "opencv-python-headless", "mtcnn", "tf-keras-vis",
    "streamlit", "altair", "scikit-image",
)  # fmt: skip
API_PACKAGES = ("fastapi", "uvicorn", "python-multipart", "prometheus-client")


@dataclass(frozen=True)
class Check:
    """One line of the report.

    Attributes:
        name: what was looked at.
        ok: whether it is as it should be.
        message: what was found, and what to do if it is not.
        severity: "missing" if something does not work without it, else "optional".
    """

    name: str
    ok: bool
    message: str
    severity: str = "missing"


def run():
    """Yield every check; the last ones load TensorFlow and take some seconds."""
    yield Check("agesex", True, f"{__version__} on Python {platform.python_version()}")
    yield _tensorflow()
    for package in PACKAGES:
        yield _package(package)
    yield _api()
    yield from _detector()
    yield from _models()
    yield _splits()
    yield _dataset()
    yield _trial()


def _package(name):
    try:
        return Check(name, True, metadata.version(name))
    except metadata.PackageNotFoundError:
        return Check(name, False, "not installed: pip install -r requirements.txt")


def _api():
    there = {package: _package(package) for package in API_PACKAGES}
    gone = [package for package, check in there.items() if not check.ok]
    if gone:
        advice = "pip install -r requirements-api.txt, for `python -m agesex serve`"
        return Check("HTTP API", False, f"{', '.join(gone)} not installed: {advice}", "optional")
    return Check("HTTP API", True, ", ".join(f"{name} {check.message}" for name, check in there.items()))


def _tensorflow():
    for name in ("tensorflow-cpu", "tensorflow"):
        if _package(name).ok:
            return Check("tensorflow", True, f"{metadata.version(name)} ({name})")
    return Check("tensorflow", False, "not installed: pip install -r requirements.txt")


def _detector():
    for file, ok, message in faces.weights_report():
        yield Check(f"detector {os.path.basename(file)}", ok, message)


def _models():
    found = model.names()
    roots = [root for root in model.roots() if root.is_dir()] or model.roots()
    where = ", ".join(map(str, roots))
    advice = "" if found else ": restore the folder or set AGESEX_MODELS"
    yield Check("models", bool(found), f"{len(found)} in {where}{advice}")
    for name in found:
        mark = " (default)" if name == model.DEFAULT else ""
        try:
            card = model.read_card(name)
            data = (model.folder(name) / "model.keras").read_bytes()
            ok = hashlib.sha256(data).hexdigest() == card["sha256"]
            model.read_history(name)
            n = len(model.read_predictions(name))
            said = f"SHA-256 {card['sha256'][:12]}…, {n:,} predictions{mark}"
            yield Check(f"model {name}", ok, said if ok else "model.keras is altered: restore it")
        except (AgeSexError, OSError) as error:
            yield Check(f"model {name}", False, str(error))


def _splits():
    try:
        n = len(dataset.read_manifest())
    except AgeSexError as error:
        return Check("split manifest", False, str(error))
    return Check("split manifest", True, f"{n:,} photos")


def _dataset():
    path = os.environ.get("AGESEX_DATASET")
    try:
        if not path:
            stored = [store.open_stored(name) for name in store.names()]
            if stored:
                said = ", ".join(f"{each.name} ({each.facts['photos']:,} photos)" for each in stored)
                return Check("data set", True, said)
            advice = "none: the app works without; python -m agesex dataset import PATH"
            return Check("data set", False, advice, "optional")
        data = dataset.open_dataset(path)
    except AgeSexError as error:
        return Check("data set", False, str(error), "optional")
    unseen = int((data.table.split == "unseen").sum())
    said = f"{len(data.table):,} photos, {len(data.malformed)} malformed names, {unseen:,} unseen"
    return Check("data set", True, said)


def _trial():
    try:
        portrait = samples.get("astronaut").photo
        answer = predict.predict([faces.largest(faces.find(portrait))], model.load())[0]
    except (AgeSexError, ImportError, KeyError) as error:
        return Check("trial", False, f"no answer for the sample portrait: {error}")
    said = f"the sample portrait (age 36): {answer.age:.1f} years, {answer.sex}; {words.interval(answer)}"
    return Check("trial", True, said)
