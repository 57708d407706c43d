"""The whole way from a photo to answers in one object, for programs.

    from agesex import AgeSex
    for answer in AgeSex().predict("photo.jpg"):
        print(answer.box, answer.age, answer.interval, answer.sex, answer.p_female)

The model is loaded by the first question, once, whatever the number of threads.
"""

import functools
import threading
from dataclasses import dataclass, field

from agesex import faces, images, words
from agesex import model as models
from agesex import predict as predicting
from agesex.errors import CannotExplain, NoFace

LEVELS = (0.5, 0.99)  # of the interval: what the cards' calibration was fitted for
THRESHOLDS = (0.5, 1.0)
NO_FACE = (
    "No face was found. Try a sharper or larger photo, or `aligned` if the picture is a face that is cropped "
    "like UTKFace's own."
)


@dataclass(frozen=True, eq=False)  # eq=False: arrays inside have no single truth value
class Answer:
    """What the model says about one face of a photo.

    Attributes:
        box: (x, y, width, height) in pixels of the upright photo.
        confidence: 0 to 1, how sure the detector is that this is a face.
        age: years.
        interval: (low, high) in years, which holds the true age of `level` of such faces.
        level: the promise of the interval.
        sex: "female", "male" or "unsure".
        p_female: calibrated probability of female, 0 to 1.
        face: the `faces.Face`, with crop and landmarks.
        prediction: the `predict.Prediction`, with the distribution over years.
    """

    box: tuple[float, float, float, float]
    confidence: float
    age: float
    interval: tuple[float, float]
    level: float
    sex: str
    p_female: float
    face: faces.Face = field(repr=False)
    prediction: predicting.Prediction = field(repr=False)


class AgeSex:
    """Age and sex of every face in a photo. May be shared by threads.

    Attributes:
        model: the loaded `model.Model`; the first use loads it.
        level: coverage of the age interval.
        threshold: least probability at which a sex is named, None for the card's own.
    """

    def __init__(self, model=None, level=0.9, threshold=None):
        """Choose a model; nothing is loaded yet.

        Args:
            model: a name of `model.names()` or a loaded `model.Model`; the default one without it.
            level: coverage of the age interval, 0.5 to 0.99.
            threshold: least probability at which a sex is named, 0.5 to 1; the card's own without it.

        Raises:
            ValueError: level or threshold lies outside its range.
        """
        _within("level", level, LEVELS)
        if threshold is not None:
            _within("threshold", threshold, THRESHOLDS)
        self.level, self.threshold = level, threshold
        named = model is None or isinstance(model, str)
        self._name, self._model = (model, None) if named else (None, model)
        self._lock = threading.Lock()

    @property
    def model(self):
        """The loaded model; raises ModelMissing or BadModel."""
        with self._lock:
            if self._model is None:
                self._model = models.load(self._name)
            return self._model

    def predict(self, source, aligned=False) -> list[Answer]:
        """Answer for every face of a photo.

        Args:
            source: a path, the bytes of a file, an open binary file, or an array (H, W, 3) uint8 RGB.
            aligned: take the whole picture as a face that is cropped like UTKFace's own.

        Returns:
            list of Answer, left to right; [] where no face was found.

        Raises:
            BadImage: no picture that can be read; the message says why.
            ModelMissing, BadModel: the model cannot be used.
        """
        return self._answers(find(images.decode(source), aligned))

    def explain(self, source, target="older", method="grad-cam", *, layer=None, face=None, aligned=False):
        """Where the model looks in one face.

        Args:
            source: as in `predict`.
            target: "older", "younger", "female" or "male".
            method: a name of `explain.METHODS`.
            layer: for methods that look at one; their own choice without it.
            face: which face, from 1, left to right; must be named where there are several.
            aligned: as in `predict`.

        Returns:
            `explain.Explanation`.

        Raises:
            BadImage: no picture that can be read.
            NoFace: no face, or none of that number.
            CannotExplain: several faces and none named, or no such layer.
            ValueError: unknown target or method.
        """
        from agesex import explain

        explain.explanation.check(target, method)
        chosen = choose(find(images.decode(source), aligned), face)
        return explain.explain(self.model, chosen.crop, target, method, layer=layer)

    def _answers(self, found):
        if not found:
            return []
        answers = predicting.predict(found, self.model, level=self.level, threshold=self.threshold)
        return [answer(face, said) for face, said in zip(found, answers, strict=True)]


def find(photo, aligned=False):
    """The faces of a decoded photo, or the whole picture as one that is aligned already."""
    return [faces.aligned(photo)] if aligned else faces.find(photo)


def choose(found, number=None):
    """One face of several.

    Args:
        found: list of Face, left to right.
        number: which, from 1; needed where there are several.

    Raises:
        NoFace: the list is empty, or there is no face of that number.
        CannotExplain: there are several, and none was named.
    """
    if not found:
        raise NoFace(NO_FACE)
    if number is None and len(found) > 1:
        raise CannotExplain(
            f"The photo shows {len(found)} faces. Choose one by its number, 1 to {len(found)} from left to "
            "right, as `face`."
        )
    number = 1 if number is None else number
    if not 1 <= number <= len(found):
        raise NoFace(f"The photo shows {words.faces(len(found))}; there is no face {number}.")
    return found[number - 1]


def answer(face, said):
    """Face and Prediction as one Answer."""
    return Answer(
        face.box, face.confidence, said.age, said.interval, said.level, said.sex, said.p_female, face, said
    )


def get_gender_age(path, model=None) -> tuple[float, float]:
    """Age and sex of the main face of a photo in one call.

    Args:
        path: as `source` in `AgeSex.predict`.
        model: a name of `model.names()`; the default one without it. It is kept for the next call.

    Returns:
        (age, p_female): years, and the calibrated probability of female.

    Raises:
        NoFace: no face was found.
        BadImage: no picture that can be read.
    """
    answers = _shared(model).predict(path)
    if not answers:
        raise NoFace(NO_FACE)
    main = faces.largest([answer.face for answer in answers])
    return next((answer.age, answer.p_female) for answer in answers if answer.face is main)


@functools.lru_cache(maxsize=2)
def _shared(name):
    return AgeSex(name)


def _within(name, value, limits):
    if not limits[0] <= value <= limits[1]:
        raise ValueError(f"{name} must lie between {limits[0]:g} and {limits[1]:g}. Received: {value!r}.")
