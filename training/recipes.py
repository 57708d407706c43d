"""Recipes: how each model is made, as data.

    python -m training.train --recipe mobile

`stages` lets a network see small pictures first: (input size in pixels, epochs) in turn; the learning
rate follows one schedule over all stages.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    """Everything that decides how a model is trained.

    Attributes:
        title: the name that a person reads.
        network: a builder in `training.networks`.
        init: file name of the starting weights, or "" for none.
        stages: ((input size in px, epochs), ...); the last size is the model's.
        batch: photos per step.
        rate, warmup, weight_decay, clip: AdamW's peak rate, warm-up steps, decay, gradient norm.
        ema: decay per step of the averaged weights.
        dropout: before and after the hidden layer.
        sigma: years, the width of the age target's Gaussian.
        l1: weight of |mean age − age| in the age loss.
        smoothing: label smoothing of the sex loss.
        degrade: whether photos are also blurred, greyed, recoloured and recompressed.
    """

    title: str
    network: str
    init: str
    stages: tuple
    batch: int = 64
    rate: float = 1.2e-3
    warmup: int = 200
    weight_decay: float = 0.03
    clip: float = 1.0
    ema: float = 0.998
    dropout: float = 0.3
    sigma: float = 2.0
    l1: float = 0.3
    smoothing: float = 0.04
    degrade: bool = True

    @property
    def size(self):
        """Input size of the finished model, px."""
        return self.stages[-1][0]

    @property
    def epochs(self):
        """Epochs over all stages."""
        return sum(epochs for _, epochs in self.stages)


RECIPES = {
    "mobile": Recipe(
        title="MobileNet 144",
        network="mobilenet",
        init="mobilenet_v1_vggface2_notop.weights.h5",
        stages=((112, 6), (144, 7)),
    ),
    # A few steps on a tiny network: the pipeline's own test.
    "tiny": Recipe(
        title="Tiny (for tests)",
        network="tiny",
        init="",
        stages=((32, 1), (48, 1)),
        batch=16,
        warmup=2,
        ema=0.5,
    ),
}
