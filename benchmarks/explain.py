"""How fast maps are made: against tf-keras-vis, and against the model's own forward pass.

    python benchmarks/explain.py

Prints two tables. The first one compares with tf-keras-vis, in turn in the same run, on a plain MobileNet
at 112 px with random weights; Grad-CAM and SmoothGrad must be at least 10 times as fast, or the exit status
is 1. The second one compares the default model's maps with its compiled forward pass over as many photos,
all without the mirror image. Medians, after a call of each that is not counted.
"""

import functools
import statistics
import sys
import time
import types
from pathlib import Path

import numpy as np
from figures import keep

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # so that the command above works in a checkout without installing
SIDE = 112
FLOOR = 10  # times as fast as tf-keras-vis
FLOORED = ("grad-cam", "smoothgrad")
ROUNDS = {"smoothgrad": 5, "score-cam": 3}  # of the first table; 15 for the others
GOALS = {  # method -> (photos of a forward pass, times as long at most)
    "grad-cam": (1, 3),
    "smoothgrad": (25, 4),
    "integrated-gradients": (50, 4),
    "occlusion": (122, 1.3),  # the photo and its 121 covered copies
}
SCORE_CAM = 1.0  # seconds at most, 128 channels


def main():
    """Measure and print; returns the exit status."""
    from agesex import threads

    threads.one_per_operation()  # as everywhere in the app, before TensorFlow is there
    short = "--short" in sys.argv  # Grad-CAM and SmoothGrad only
    slow = against_tf_keras_vis(FLOORED if short else None)
    against_forward_pass()
    if slow:
        print(f"\nunder {FLOOR} times as fast as tf-keras-vis: {', '.join(slow)}")
    return 1 if slow else 0


def against_tf_keras_vis(only=None):
    """Print the first table; returns the titles that miss the floor."""
    from agesex.explain import METHODS, explain
    from agesex.explain.independent import KNOWN, independent

    plain = types.SimpleNamespace(network=_mobilenet(), input_size=SIDE, mirror=False)
    crop = np.random.default_rng(0).integers(0, 255, (200, 200, 3), np.uint8)
    print(f"MobileNet {SIDE} px, random weights, one photo\n")
    print(f"{'':24}{'ours, ms':>12}{'tf-keras-vis, ms':>20}{'ratio':>10}")
    slow = []
    for name in only or METHODS:
        calls = [functools.partial(explain, plain, crop, "older", name)]
        if name in KNOWN:
            calls.append(functools.partial(independent, plain, crop, "older", name))
        ours, *theirs = (1e3 * seconds for seconds in measure(calls, ROUNDS.get(name, 15)))
        if not theirs:
            print(f"{METHODS[name].title:24}{ours:12.1f}{'has none':>20}")
            continue
        ratio = theirs[0] / ours
        said = ""
        if name in FLOORED:
            said = f"   goal {FLOOR}: {'met' if ratio >= FLOOR else 'MISSED'}"
            slow += [METHODS[name].title] if ratio < FLOOR else []
        keep(f"{METHODS[name].title}, MobileNet {SIDE} px", f"{ours:.1f} ms",
             f"tf-keras-vis {theirs[0]:.0f} ms: {ratio:.0f} times as long")  # fmt: skip
        print(f"{METHODS[name].title:24}{ours:12.1f}{theirs[0]:20.1f}{ratio:10.1f}{said}", flush=True)
    return slow


def against_forward_pass():
    """Print the second table."""
    from agesex import faces, model, samples
    from agesex.explain import METHODS, default_layer, explanation, seam

    loaded = model.load()
    photo = explanation.displayed(loaded, faces.aligned(samples.get("50-59_male").photo).crop)
    network = seam.of(loaded.network)
    print(f"\n{loaded.card['title']}, against its forward pass over as many photos, without the mirror image\n")
    print(f"{'':24}{'photos':>8}{'map, ms':>12}{'forward, ms':>14}{'ratio':>10}")

    def mapped(name):
        layer = default_layer(loaded.network, "older", name)
        return functools.partial(explanation.attribute, network, name, photo, "older", layer=layer)

    for name, (count, goal) in GOALS.items():
        batch = np.repeat(photo[None], count, axis=0)
        calls = [mapped(name), functools.partial(network.score, batch, "older")]
        ours, forward = (1e3 * seconds for seconds in measure(calls, 60 if count == 1 else 9))
        verdict = "met" if ours <= goal * forward else "MISSED"
        print(f"{METHODS[name].title:24}{count:8}{ours:12.1f}{forward:14.1f}{ours / forward:10.2f}"
              f"   goal {goal}: {verdict}", flush=True)  # fmt: skip
    (seconds,) = measure([mapped("score-cam")], 5)
    verdict = "met" if seconds <= SCORE_CAM else "MISSED"
    print(f"{METHODS['score-cam'].title:24}{128:8}{1e3 * seconds:12.1f}{'':24}   "
          f"goal {1e3 * SCORE_CAM:.0f} ms: {verdict}")  # fmt: skip


def measure(calls, rounds):
    """Median seconds of each call, taken in turn so that all meet the same machine."""
    times = [[] for _ in calls]
    for number in range(rounds + 1):
        for call, seconds in zip(calls, times, strict=True):
            start = time.perf_counter()
            call()
            if number:  # the first one compiles
                seconds.append(time.perf_counter() - start)
    return [statistics.median(seconds) for seconds in times]


def _mobilenet():
    """Plain Keras MobileNet with our two outputs."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(0)
    backbone = keras.applications.MobileNet(weights=None, include_top=False, input_shape=(SIDE, SIDE, 3))
    x = layers.GlobalAveragePooling2D()(backbone.output)
    outputs = {"age": layers.Dense(101, name="age")(x), "sex": layers.Dense(1, name="sex")(x)}
    return keras.Model(backbone.inputs[0], outputs, name="plain_mobilenet")


if __name__ == "__main__":
    sys.exit(main())
