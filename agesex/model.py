"""A model is a folder: `model.keras`, `card.json`, `history.csv`, `predictions.parquet`, `stress.json`.

    names()                     # the registry: every folder that is there
    read_card("mobile")         # no TensorFlow needed for card, history and predictions
    model = load("mobile")      # checks the hash, compiles once, safe from several threads
    output = model.forward(crops)

Folders are looked for in $AGESEX_MODELS, beside the package (a checkout), and inside it (installed).
"""

import functools
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from agesex import faces, threads
from agesex.errors import BadModel
from agesex.model_files import (
    DEFAULT,
    FILES,
    FORMAT,
    file_of,
    folder,
    hash_of,
    names,
    read_card,
    read_history,
    read_predictions,
    read_stress,
    roots,
    sorted_out,
)

__all__ = [
    "DEFAULT", "FILES", "FORMAT", "Model", "Output", "folder", "hash_of", "load", "names", "read_card",
    "read_history", "read_predictions", "read_stress", "roots", "sorted_out",
]  # fmt: skip
BATCH = 64  # faces per forward pass: larger batches were no faster on two cores
MIN_PART = 8  # faces that are worth a pass of their own


@dataclass(frozen=True)
class Output:
    """What the network says about n faces, before calibration.

    Attributes:
        age_probabilities: (n, 101) float32, rows sum to 1; column i is the age i in years.
        sex_logit: (n,) float32, positive for female.
    """

    age_probabilities: np.ndarray
    sex_logit: np.ndarray

    @property
    def age(self):
        """(n,) mean age, years."""
        return self.age_probabilities @ np.arange(self.age_probabilities.shape[1])

    @property
    def age_sd(self):
        """(n,) standard deviation of the age distribution, years."""
        years = np.arange(self.age_probabilities.shape[1])
        spread = self.age_probabilities @ years**2 - self.age**2
        return np.sqrt(np.maximum(spread, 0))


@functools.cache
def _compile_lock():
    return threading.Lock()


class Model:
    """A loaded model; make one with `load`.

    Attributes:
        name: the folder's name.
        card: dict, the content of card.json.
        network: keras.Model, float32 RGB 0…255 (n, size, size, 3) -> {"age": logits, "sex": logit}.
    """

    def __init__(self, name, card, network):
        """Compile the forward pass for any number of faces."""
        self.name, self.card, self.network = name, card, network
        self._forward = _compiled(network, self.input_size, self.mirror)
        self._pool = ThreadPoolExecutor(threads.CORES, thread_name_prefix="forward")

    @property
    def input_size(self):
        """Height and width of the network's input, px."""
        return self.card["input_size"]

    @property
    def mirror(self):
        """Whether an answer is the mean of those for the face and for its mirror image."""
        return bool(self.card.get("mirror", False))

    @property
    def sha256(self):
        """Hexadecimal hash of model.keras."""
        return self.card["sha256"]

    def forward(self, crops):
        """Run the network.

        Args:
            crops: uint8 (n, H, W, 3), aligned faces (see `agesex.faces`); n may be 0.

        Returns:
            Output.

        Raises:
            BadImage: the array is not what `faces.check` asks for.
        """
        small = faces.resize(faces.check(crops), self.input_size)
        # a batch is cut into a part per core, because each operation keeps to one thread
        size = min(BATCH, max(MIN_PART, -(-len(small) // threads.CORES)))
        parts = [small[start : start + size] for start in range(0, len(small), size)]
        answers = self._pool.map(self._forward, parts) if len(parts) > 1 else map(self._forward, parts)
        ages, logits = [np.empty((0, 101), np.float32)], [np.empty(0, np.float32)]
        for age, logit in answers:
            ages.append(age)
            logits.append(logit)
        return Output(np.concatenate(ages), np.concatenate(logits))


def load(name=None):
    """Load a model of the registry.

    Args:
        name: a folder's name; the default model without it.

    Returns:
        Model.

    Raises:
        ModelMissing: no such folder, or a file is missing.
        BadModel: the file is not the one that its card describes.
    """
    name = name or DEFAULT
    card = read_card(name)
    path = file_of(name, "model.keras")
    found = hash_of(path)
    if found != card["sha256"]:
        raise BadModel(
            f"The file {name}/model.keras is not the one that its card describes: expected SHA-256 "
            f"{card['sha256'][:12]}…, received {found[:12]}…. Restore the folder from the repository."
        )
    threads.one_per_operation()
    import keras  # here, because it brings TensorFlow: 4 s

    with _compile_lock():
        try:
            network = keras.saving.load_model(path, compile=False, safe_mode=True)
        except (ValueError, TypeError, OSError, KeyError) as error:
            raise BadModel(
                f"The file {name}/model.keras cannot be loaded: {error}. Restore the folder."
            ) from error
        return Model(name, card, network)


def _compiled(network, size, mirror=False):
    """uint8 (n, size, size, 3) -> (age probabilities, sex logits), traced once for every n.

    With `mirror` both are means over the face and its mirror image.
    """
    import tensorflow as tf

    from agesex.folding import folded

    fast = folded(network)

    @tf.function(input_signature=[tf.TensorSpec((None, size, size, 3), tf.uint8)], autograph=False)
    def forward(photos):
        views = [photos, tf.reverse(photos, axis=[2])] if mirror else [photos]
        # two calls rather than one of 2 n faces: TensorFlow runs them beside each other
        outputs = [fast(tf.cast(view, tf.float32), training=False) for view in views]
        age = tf.add_n([tf.nn.softmax(output["age"]) for output in outputs]) / len(views)
        logit = tf.add_n([output["sex"][:, 0] for output in outputs]) / len(views)
        return age, logit

    # Constants instead of variables let TensorFlow merge and reorder what does not depend on the photo.
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    frozen = convert_variables_to_constants_v2(forward.get_concrete_function())

    def run(photos):
        age, logit = frozen(tf.constant(photos))
        return age.numpy(), logit.numpy()

    run(np.zeros((1, size, size, 3), np.uint8))  # the first call optimises the graph
    return run
