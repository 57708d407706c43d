"""Recipes: how each model is made, as data.

    python -m training.train --recipe mobile

`mobile` is the model of the app. The others are the systems that this project grew from, trained on the same
photos with the same heads, losses and calibration, so that their figures can be compared.
"""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Recipe:
    """Everything that decides how a model is trained.

    Attributes:
        title: the name that a person reads.
        about: where it comes from, in one sentence.
        network: a builder in `training.networks`.
        init: file name of the starting weights, "imagenet" for those that Keras fetches, or "" for none.
        stages: ((input size in px, epochs), ...) in turn, small pictures first; the last size is the
            model's. One learning-rate schedule runs over all stages.
        frozen: the backbone holds still for this many stages, and only the heads learn; they have a
            learning-rate schedule of their own.
        batch: photos per step.
        rate, warmup, weight_decay, clip: AdamW's peak rate, warm-up steps, decay, gradient norm (0: any).
        ema: decay per step of the averaged weights.
        hidden: units of the hidden layer.
        dropout: before and after the hidden layer.
        l2: penalty of the kernels.
        sigma: years, the width of the age target's Gaussian.
        l1: weight of |mean age − age| in the age loss.
        smoothing: label smoothing of the sex loss.
        degrade: whether photos are also blurred, greyed, recoloured, faded, covered and recompressed.
        balance: 0 takes the photos as they come, 1 shows every age equally often.
        mirror: whether the model answers with the mean over a face and its mirror image.
        backbone: which network of keras.applications, for the builder `imagenet`.
        widths: channels of a plain network's convolutions.
        grey: whether a plain network sees no colour.
        separate: whether a plain network is two, one per answer, that share nothing.
    """

    title: str
    about: str
    network: str
    init: str
    stages: tuple
    frozen: int = 0
    batch: int = 64
    rate: float = 1.2e-3
    warmup: int = 200
    weight_decay: float = 0.03
    clip: float = 1.0
    ema: float = 0.998
    hidden: int = 256
    dropout: float = 0.3
    l2: float = 0.0
    sigma: float = 2.0
    l1: float = 0.3
    smoothing: float = 0.04
    degrade: bool = True
    balance: float = 0.0
    mirror: bool = False
    backbone: str = ""
    widths: tuple = ()
    grey: bool = False
    separate: bool = False

    @property
    def size(self):
        """Input size of the finished model, px."""
        return self.stages[-1][0]

    @property
    def epochs(self):
        """Epochs over all stages."""
        return sum(epochs for _, epochs in self.stages)


PLAIN = {"network": "cnn", "init": "", "hidden": 128, "degrade": False, "weight_decay": 0.0}

RECIPES = {
    "mobile": Recipe(
        title="MobileNet 144",
        about="The app's model: MobileNet that learned to tell faces apart on VGGFace2, fine-tuned.",
        network="mobilenet",
        init="mobilenet_v1_vggface2_notop.weights.h5",
        stages=((112, 8), (144, 20)),
        balance=0.3,
        mirror=True,
    ),
    "transfer": Recipe(
        title="ImageNet transfer 96",
        about="MobileNetV2 from ImageNet, first with a frozen backbone, then fine-tuned.",
        network="imagenet",
        backbone="mobilenet_v2",
        init="mobilenet_v2_imagenet_notop.weights.h5",
        stages=((96, 1), (96, 4)),
        frozen=1,
        degrade=False,
    ),
    "residual": Recipe(
        title="Residual CNN 64",
        about="A small residual network from scratch, as the first system of this line had.",
        network="residual",
        init="",
        stages=((64, 8),),
        rate=3e-3,
        degrade=False,
    ),
    "cnn": Recipe(
        title="Plain CNN 64",
        about="Four convolutions with pooling, two heads, from scratch: the portfolio classic.",
        stages=((64, 8),),
        widths=(32, 64, 128, 192),
        **PLAIN,
    ),
    "cnn-l2": Recipe(
        title="Plain CNN 64 with L2",
        about="The plain CNN with an L2 penalty on every kernel, and nothing else changed.",
        stages=((64, 8),),
        widths=(32, 64, 128, 192),
        l2=3e-4,
        **PLAIN,
    ),
    "grey48": Recipe(
        title="Two grey CNNs 48",
        about="One network for age and one for sex on 48×48 grey pictures; they share no weight.",
        stages=((48, 8),),
        widths=(32, 64, 128),
        grey=True,
        separate=True,
        clip=0.0,  # a common gradient norm would tie the two together
        **PLAIN,
    ),
    "grey48-joint": Recipe(
        title="Grey CNN 48, two heads",
        about="One network with two heads on 48×48 grey pictures.",
        stages=((48, 10),),
        widths=(32, 64, 128),
        grey=True,
        **PLAIN,
    ),
    # A few steps on a tiny network: the pipeline's own test.
    "tiny": Recipe(
        title="Tiny (for tests)",
        about="For the tests of the pipeline.",
        network="tiny",
        init="",
        stages=((32, 1), (48, 1)),
        batch=16,
        warmup=2,
        ema=0.5,
        hidden=16,
        dropout=0.0,  # so that a resumed run can be compared number by number
    ),
}


def with_inception(recipe):
    """The recipe with InceptionV3 and its ImageNet weights, which Keras fetches; 96 px as before."""
    return replace(
        recipe, title=f"InceptionV3 {recipe.size}", backbone="inception", init="imagenet"
    )
