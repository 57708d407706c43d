"""What goes in and what comes out, as pydantic models; OpenAPI is made from them."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import PydanticCustomError

from agesex.api.problems import Problem
from agesex.estimator import LEVELS, THRESHOLDS
from agesex.explain import METHODS, TARGETS

FACE = {
    "number": 1,
    "box": {"x": 181.6, "y": 63.7, "width": 83.0, "height": 107.4},
    "confidence": 0.9991,
    "age": 37.394,
    "interval": {"low": 23.947, "high": 50.84},
    "sex": "female",
    "p_female": 0.97187,
    "age_probabilities": None,
}
MODEL = {"name": "mobile", "sha256": "a81c2b44a239500608a40c415127e43ba3d1ddd649b511a50833960a395bad82"}


def _example(value):
    return ConfigDict(json_schema_extra={"example": value})


class PredictOptions(BaseModel):
    """What can be asked of a prediction, in the form or in the query; the form wins."""

    model_config = ConfigDict(extra="forbid")

    aligned: bool = Field(False, description="Each whole picture is a face cropped like UTKFace's own")
    model: str | None = Field(None, description="A name of GET /v1/models; the default model without it")
    level: float = Field(0.9, ge=LEVELS[0], le=LEVELS[1], description="Coverage of the age interval")
    threshold: float | None = Field(
        None, ge=THRESHOLDS[0], le=THRESHOLDS[1],
        description="Least probability at which a sex is named; the model's own without it"
    )
    distribution: bool = Field(False, description="Whether answers hold `age_probabilities`")

    @field_validator("level", "threshold", mode="wrap")
    @classmethod
    def _share(cls, value, check, about):
        """One sentence for whatever is no number within the limits: words, nan, per cent."""
        low, high = LEVELS if about.field_name == "level" else THRESHOLDS
        try:
            return check(value)
        except ValidationError as error:
            raise PydanticCustomError("share", f"a number from {low:g} to {high:g} is expected") from error


class ExplainOptions(BaseModel):
    """What can be asked of an explanation, in the form or in the query; the form wins."""

    model_config = ConfigDict(extra="forbid")

    method: Literal[tuple(METHODS)] = Field("grad-cam", description="How the map is made")
    target: Literal[tuple(TARGETS)] = Field("older", description="The answer that is explained")
    layer: str | None = Field(None, description="For methods that look at one; their own choice without it")
    face: int | None = Field(None, ge=1, le=1000, description="Which of several faces, left to right")
    aligned: bool = Field(False, description="The whole picture is a face cropped like UTKFace's own")
    model: str | None = Field(None, description="A name of GET /v1/models; the default model without it")


class Box(BaseModel):
    """A rectangle in pixels of the upright photo."""

    x: float
    y: float
    width: float
    height: float


class Interval(BaseModel):
    """Two ages in years."""

    low: float
    high: float


class FaceAnswer(BaseModel):
    """What the model says about one face."""

    model_config = _example(FACE)

    number: int = Field(description="From 1, left to right")
    box: Box
    confidence: float = Field(description="0 to 1, how sure the detector is that this is a face")
    age: float = Field(description="Years")
    interval: Interval = Field(description="Holds the true age of `level` of such faces")
    sex: Literal["female", "male", "unsure"] = Field(description="As UTKFace labels it")
    p_female: float = Field(description="Calibrated probability of female, 0 to 1")
    age_probabilities: list[float] | None = Field(
        None, description="The network's distribution over the ages 0 to 100, where it was asked for"
    )


class Result(BaseModel):
    """One photo: its faces, or what is wrong with it."""

    index: int = Field(description="Place in the request, from 0")
    file: str = Field(description="The file name as it was sent")
    width: int | None = Field(None, description="Pixels of the upright photo")
    height: int | None = None
    notes: list[str] = Field([], description="How the picture was read, e.g. that it has several frames")
    faces: list[FaceAnswer] = []
    problem: Problem | None = None


class ModelName(BaseModel):
    """Which weights answered."""

    name: str
    sha256: str


class Prediction(BaseModel):
    """One result per photo, in the order in which they were sent."""

    model_config = _example(
        {
            "model": MODEL,
            "level": 0.9,
            "results": [
                {"index": 0, "file": "me.jpg", "width": 512, "height": 512, "notes": [], "faces": [FACE],
                 "problem": None}
            ],
        }
    )  # fmt: skip

    model: ModelName
    level: float
    results: list[Result]


class Explanation(BaseModel):
    """Where the model looks in one face, as numbers and as a figure."""

    model_config = _example(
        {
            "model": MODEL, "method": "grad-cam", "target": "older", "layer": "conv_pw_13_relu",
            "empty": False, "note": "Hot = the last grid pushed the answer towards “older” here.",
            "face": FACE, "raw": [[0.0, 0.4], [0.1, 0.2]], "completeness": None, "figure_png": "iVBORw0KG…",
        }
    )  # fmt: skip

    model: ModelName
    method: str
    target: str
    layer: str | None
    empty: bool = Field(description="Nothing speaks for the target, so there is no map to look at")
    note: str = Field(description="What the picture means and what it does not")
    face: FaceAnswer
    raw: list[list[float | None]] = Field(description="The map as computed, rows of cells")
    completeness: dict[str, float] | None = Field(description="Integrated Gradients: does the map add up?")
    figure_png: str = Field(description="The figure with its caption, a PNG in base64")


class ModelEntry(BaseModel):
    """One model that can be asked."""

    name: str
    title: str | None = None
    default: bool
    loaded: bool = Field(description="In memory already; another one takes seconds the first time")
    sha256: str | None = None
    input_size: int | None = Field(None, description="Pixels")
    parameters: int | None = None
    mirror: bool | None = Field(None, description="Answers are means over a face and its mirror image")
    problem: str | None = Field(None, description="Why it cannot be used")


class ModelList(BaseModel):
    """Every model, the default first."""

    models: list[ModelEntry]


class Health(BaseModel):
    """Whether the server runs, and whether it answers at once."""

    model_config = _example({"live": True, "ready": True, "state": "ready", "version": "0.1.0"})

    live: bool
    ready: bool
    state: str = Field(description="starting, ready, failed or stopping")
    version: str
