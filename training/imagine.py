"""What a model takes for a 5-year-old, an 80-year-old, a woman: pictures by activation maximisation.

    python -m training.imagine            # the default model -> models/mobile/imagined/

tf-keras-vis changes a picture step by step until the model's answer is the one asked for (Erhan et al. 2009;
Simonyan et al. 2014). Three things keep it a picture: changes are smooth (coarser in colour than in light,
as eyes are), total variation costs, and the picture is shifted by a few pixels before every step, so that no
pattern of single pixels pays. Only one answer is asked for; the other is left free and is written down, too.
Noise is the other start: that the model gives the same answer to a picture in which nobody sees a face is
what a class should see. Same weights, same pictures. They come from the weights and from averages over at
least 50 faces; nobody in particular is shown.
"""

import argparse
import json
import shutil
import sys
import warnings
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image

from agesex import faces, images, imagined, model
from agesex.errors import AgeSexError
from agesex.explain.fill import GREY, average_face
from agesex.predict import probability
from training import files

AGES = (5, 20, 40, 60, 80)
SURE = 6.0  # the logit that counts as female; its negative as male
STEPS = 80
RATES = {"average face": 2.0, "noise": 4.0}  # grey levels of the first steps; noise has further to go
SPREAD = 3.0  # years, of the bell of ages that is asked for
LIGHT, COLOUR = 1.0, 4.0  # px, standard deviations of the blur of a change in light and in colour
VARIATION = 0.1  # weight of the total variation
SHIFT = 4  # px, largest shift before a step
NOISE = 30  # grey levels to either side
QUALITY = 95  # of the webp; the answer is about what is left of the picture


@dataclass(frozen=True)
class Wish:
    """One picture that is asked for.

    Attributes:
        target: its name, "80 years" or "female".
        start: "average face" or "noise".
        age: years, the answer wanted, or None where the sex is asked for.
        logit: of the sex, or None where the age is asked for.
    """

    target: str
    start: str
    age: float | None = None
    logit: float | None = None

    @property
    def file(self):
        """Name of the picture's file."""
        return f"{self.target} from {self.start}".replace(" ", "_") + ".webp"


WISHES = (
    *(Wish(f"{age} years", "average face", age=age) for age in AGES),
    Wish("female", "average face", logit=SURE),
    Wish("male", "average face", logit=-SURE),
    *(Wish(f"{age} years", "noise", age=age) for age in AGES),
)


def imagine(answering, start, wanted, *, steps=STEPS, rate=2.0):
    """Change a picture until the model says what is wanted.

    Args:
        answering: keras.Model of `answerer`.
        start: (s, s, 3) uint8.
        wanted: n wishes, computed beside each other.
        steps: changes.
        rate: size of the first changes, grey levels (root mean square).

    Returns:
        uint8 (n, s, s, 3).
    """
    import keras

    with warnings.catch_warnings():  # tf-keras-vis imports a module that it calls deprecated itself
        warnings.filterwarnings("ignore", "`tf_keras_vis.utils.regularizers`", DeprecationWarning)
        from tf_keras_vis.activation_maximization import ActivationMaximization
        from tf_keras_vis.activation_maximization.regularizers import TotalVariation2D

    shaken, tamed = _Shaken(), _Tamed()
    pictures = ActivationMaximization(answering, clone=False)(
        _score(wanted),
        seed_input=np.repeat(start[None].astype(np.float32), len(wanted), axis=0),
        input_modifiers=[shaken],
        regularizers=[TotalVariation2D(VARIATION)],
        steps=steps,
        optimizer=keras.optimizers.SGD(keras.optimizers.schedules.CosineDecay(rate, steps, alpha=0.05)),
        gradient_modifier=tamed,
    )
    return np.round(shaken.back(np.asarray(pictures))).astype(np.uint8)


def answerer(network, mirror, size=faces.SIZE):
    """The model as it answers, in one output that gradients pass through.

    Args:
        network: keras.Model, (n, s, s, 3) -> {"age": logits, "sex": logit}.
        mirror: whether it answers with the mean over a face and its mirror image.
        size: of the pictures, px.

    Returns:
        keras.Model, (n, size, size, 3) -> (n, 102): 101 age probabilities and the sex logit.
    """
    import keras

    photo = keras.Input((size, size, 3))
    small = keras.ops.image.resize(photo, network.input_shape[1:3], antialias=True)
    answers = []
    for view in (small, keras.ops.flip(small, axis=2)) if mirror else (small,):
        output = network(view)
        answers.append(keras.ops.concatenate([keras.ops.softmax(output["age"]), output["sex"]], axis=-1))
    return keras.Model([photo], sum(answers[1:], answers[0]) / len(answers))


def _score(wanted):
    """A function (n, 102) -> (n,): log-likelihood of the ages wanted, or minus the logits that are missing."""
    import tensorflow as tf

    years = np.arange(101, dtype=np.float32)
    bells = np.zeros((len(wanted), 101), np.float32)
    for bell, wish in zip(bells, wanted, strict=True):
        if wish.age is not None:
            bell[:] = np.exp(-(((years - wish.age) / SPREAD) ** 2) / 2)
            bell /= bell.sum()
    logits = np.float32([wish.logit or 0 for wish in wanted])
    matters = np.float32([wish.logit is not None for wish in wanted])

    def score(output):
        likely = tf.reduce_sum(bells * tf.math.log(output[:, :101] + 1e-6), axis=-1)
        away = tf.abs(output[:, 101] - logits)
        return likely - matters * tf.where(away < 1, away**2 / 2, away - 0.5)  # Huber's loss

    return score


class _Shaken:
    """Shifts all pictures by a few pixels, each time from where they were first."""

    def __init__(self):
        self.rng, self.at = np.random.default_rng(0), np.zeros(2, int)

    def __call__(self, pictures):
        new = self.rng.integers(-SHIFT, SHIFT + 1, 2)
        moved, self.at = np.roll(pictures, new - self.at, axis=(1, 2)), new
        return moved

    def back(self, pictures):
        """Undo the last shift."""
        return np.roll(pictures, -self.at, axis=(1, 2))


class _Tamed:
    """Smooths changes; scaled by each picture's largest so far, so that they fade as the goal comes near."""

    def __init__(self):
        self.peak = 0.0

    def __call__(self, gradient):
        smooth = np.stack([self._smooth(one) for one in np.asarray(gradient)])
        size = np.sqrt((smooth**2).mean(axis=(1, 2, 3), keepdims=True))
        self.peak = np.maximum(self.peak, size)
        return smooth / (self.peak + 1e-9)

    @staticmethod
    def _smooth(gradient):
        light = gradient.mean(axis=-1, keepdims=True)
        colour = cv2.GaussianBlur(gradient - light, (0, 0), COLOUR)
        return cv2.GaussianBlur(light, (0, 0), LIGHT)[..., None] + colour


def write(loaded, progress=None, **options):
    """Imagine every picture of a model and put them into its folder, aside first.

    Args:
        loaded: an `agesex.model.Model`.
        progress: called with a line of text per start.
        **options: of `imagine`.

    Returns:
        list of dict, the rows of index.json.

    Raises:
        BadModel: the folder holds something else, or cannot be written.
    """
    target = model.folder(loaded.name) / imagined.FOLDER
    noise = np.random.default_rng(0).uniform(GREY - NOISE, GREY + NOISE, (faces.SIZE, faces.SIZE, 3))
    starts = {"average face": average_face(), "noise": np.round(noise).astype(np.uint8)}
    before = dict(zip(starts, _answers(loaded, np.stack(list(starts.values()))), strict=True))
    files.recover(target)
    files.check_replaceable(target, [imagined.INDEX, *(wish.file for wish in WISHES)], "imagined pictures")
    answering, rows = answerer(loaded.network, loaded.mirror), []
    aside = target.with_name(target.name + ".part")
    try:
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir()
        for start, picture in starts.items():
            chosen = [wish for wish in WISHES if wish.start == start]
            made = imagine(answering, picture, chosen, **{"rate": RATES[start]} | options)
            for wish, one in zip(chosen, made, strict=True):
                Image.fromarray(one).save(aside / wish.file, quality=QUALITY, method=6)
            # what the page shows is what the model is asked about
            kept = np.stack([images.decode(aside / wish.file) for wish in chosen])
            for wish, answer in zip(chosen, _answers(loaded, kept), strict=True):
                rows.append(_row(wish, answer, before[start], loaded.card["calibration"]["temperature"]))
            if progress:
                progress(f"{len(rows)} of {len(WISHES)} pictures")
        facts = {"sha256": loaded.sha256, "pictures": rows}
        (aside / imagined.INDEX).write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
        files.swap(target, aside)
    except OSError as error:
        raise files.unwritten(target, error) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return rows


def _answers(loaded, pictures):
    """[(age, sex logit)] of uint8 pictures."""
    output = loaded.forward(pictures)
    return [(float(age), float(logit)) for age, logit in zip(output.age, output.sex_logit, strict=True)]


def _row(wish, answer, before, temperature):
    row = {"file": wish.file, "target": wish.target, "start": wish.start}
    for name, (age, logit) in (("", answer), ("start_", before)):
        row[f"{name}age"] = round(age, 2)
        row[f"{name}p_female"] = round(float(probability(logit, temperature)), 4)
    return row


def main(argv=None):
    """Run the command; returns the exit status."""
    parser = argparse.ArgumentParser(prog="training.imagine", description=__doc__.split("\n")[0])
    parser.add_argument("name", nargs="?", default=model.DEFAULT, help="a model of the registry")
    args = parser.parse_args(argv)
    try:
        rows = write(model.load(args.name), progress=lambda line: sys.stderr.write(f"{line}\n"))
    except AgeSexError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for row in rows:
        sys.stdout.write(
            f"{row['target']:9} from {row['start']:13} {row['age']:6.1f} years, p(female) {row['p_female']:.2f}\n"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
