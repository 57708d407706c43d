"""Network builders: flat functional graphs with two outputs, written with Keras layers only.

    network = build(RECIPES["mobile"], 144, "mobilenet_v1_vggface2_notop.weights.h5")

Every network takes float32 RGB (n, size, size, 3) in 0…255 and gives `age`, the logits of the ages
0…100, (n, 101), and `sex`, the logit of female, (n, 1). Scaling and the change to grey happen inside.
There is no Lambda and no nested model: both break Grad-CAM.
"""

from training.networks.backbones import imagenet, mobilenet
from training.networks.heads import AGES, HEADS
from training.networks.plain import cnn, tiny
from training.networks.residual import residual

BUILDERS = {
    "mobilenet": mobilenet,
    "imagenet": imagenet,
    "residual": residual,
    "cnn": cnn,
    "tiny": tiny,
}

__all__ = ["AGES", "BUILDERS", "HEADS", "build", "freeze"]


def build(recipe, size, init=None):
    """Build the network of a recipe.

    Args:
        recipe: a `training.recipes.Recipe`.
        size: input height and width, px.
        init: file of starting weights, "imagenet" for those that Keras fetches, or None to leave the
            backbone random.

    Returns:
        keras.Model, not compiled.

    Raises:
        BadModel: the starting weights cannot be had or do not fit.
    """
    return BUILDERS[recipe.network](recipe, size, init)


def freeze(network, frozen):
    """Hold the backbone's weights and statistics still, so that only the heads learn; or let go."""
    for layer in network.layers:
        layer.trainable = not frozen or layer.name in HEADS
