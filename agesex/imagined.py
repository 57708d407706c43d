"""Pictures that a model was asked to imagine: what it takes for a 5-year-old, an 80-year-old, a man.

    for picture in read("mobile"):
        picture.title, picture.start      # "80 years", "average face"
        picture.age, picture.p_female     # what the model says about the finished picture
        picture.load()                    # (200, 200, 3) uint8

`python -m training.imagine` makes them from the weights and from averages over at least 50 faces, so
nobody in particular is shown. They say what moves the answer, not what people look like.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from agesex import images, model
from agesex.errors import BadImage, BadModel

FOLDER, INDEX = "imagined", "index.json"
STARTS = ("average face", "noise")


@dataclass(frozen=True)
class Imagined:
    """One picture and what the model says about it.

    Attributes:
        file: path of the picture.
        target: what was asked for: "80 years", "female".
        start: what the picture was before, a name of `STARTS`.
        age: years, the model's answer for the finished picture.
        p_female: calibrated probability of female for it, 0 to 1.
        start_age: years, the answer for the start.
        start_p_female: the same for the probability.
    """

    file: Path
    target: str
    start: str
    age: float
    p_female: float
    start_age: float
    start_p_female: float

    @property
    def title(self):
        """What was asked for and from where, e.g. "80 years, from noise"."""
        return f"{self.target}, from {'the average face' if self.start == STARTS[0] else self.start}"

    def load(self):
        """The picture: uint8 (200, 200, 3).

        Raises:
            BadModel: the file is no picture.
        """
        try:
            return images.decode(self.file)
        except BadImage as error:
            raise BadModel(f"The picture {self.file.name} cannot be read: {error} Restore it.") from error


def read(name):
    """What a model imagined.

    Args:
        name: a model of the registry.

    Returns:
        tuple of Imagined, in the order in which they were asked for; () where `training.imagine` never
        ran, or ran with other weights.

    Raises:
        ModelMissing: no such model.
        BadModel: the index cannot be read, or a picture is missing.
    """
    folder = model.folder(name) / FOLDER
    if not folder.exists():
        return ()
    try:
        facts = json.loads((folder / INDEX).read_text(encoding="utf-8"))
        found = tuple(_record(folder, row) for row in facts["pictures"])
        sha256 = facts["sha256"]
        if not found:
            raise ValueError("it lists no picture")
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise BadModel(
            f"The file {name}/{FOLDER}/{INDEX} cannot be read: {error}. Restore the folder, or run "
            f"`python -m training.imagine {name}`."
        ) from error
    return found if sha256 == model.read_card(name)["sha256"] else ()


def _record(folder, facts):
    file = folder / str(facts["file"])
    if file.parent != folder or not file.is_file():
        raise ValueError(f"the picture {facts['file']!r} is not there")
    if facts["start"] not in STARTS:
        raise ValueError(f"a start is one of {STARTS}, received {facts['start']!r}")
    numbers = [float(facts[key]) for key in ("age", "p_female", "start_age", "start_p_female")]
    return Imagined(file, str(facts["target"]), facts["start"], *numbers)
