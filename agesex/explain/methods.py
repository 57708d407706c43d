"""The registry of methods: what a page, the command line and reports can offer.

    for name, method in METHODS.items():
        print(name, method.title, method.hot)
"""

from collections.abc import Callable
from dataclasses import dataclass

from agesex.explain.grad_cam import grad_cam
from agesex.explain.grad_cam_pp import grad_cam_pp
from agesex.explain.gradient_input import gradient_input
from agesex.explain.integrated_gradients import integrated_gradients
from agesex.explain.layer_cam import layer_cam
from agesex.explain.occlusion import occlusion
from agesex.explain.saliency import saliency
from agesex.explain.score_cam import score_cam
from agesex.explain.seam import last_grid, layers
from agesex.explain.smooth_grad import smooth_grad


@dataclass(frozen=True)
class Method:
    """What is known of one method.

    Attributes:
        title: its name as the field writes it.
        run: function (seam, photo, target, **options) -> raw map.
        asks: what it asks the network, in words.
        hot: what a hot place means; {target} and {opposite} are put in.
        caveat: what it does not say.
        source: the paper.
        layer: True where it looks at a layer's grid and takes its name.
        cells: grid that the layer should have at least, where none is named.
        signed: True where its raw map also holds what speaks against the target.
        directed: False where a target and its opposite have the same map.
        progress: True where it takes `progress`.
    """

    title: str
    run: Callable
    asks: str
    hot: str
    caveat: str
    source: str
    layer: bool = False
    cells: int = 0
    signed: bool = False
    directed: bool = True
    progress: bool = False


_CAM = "this cell of the layer's grid pushed the answer towards “{target}”"
METHODS = {
    "grad-cam": Method(
        "Grad-CAM", grad_cam, "one gradient", f"hot = {_CAM}",
        "Finer than one cell of the grid, everything is made up by the smoothing between the cells.",
        "Selvaraju et al. 2017", layer=True,
    ),
    "grad-cam++": Method(
        "Grad-CAM++", grad_cam_pp, "one gradient", f"hot = {_CAM}; several small places count as one large",
        "Channels that speak against the target are left out, so it lights up more than speaks for it.",
        "Chattopadhay et al. 2018", layer=True,
    ),
    "layer-cam": Method(
        "Layer-CAM", layer_cam, "one gradient", "hot = this cell of the layer pushed towards “{target}”",
        "Cells are weighted one by one, and what speaks against the target is left out. In early layers it "
        "follows edges.",
        "Jiang et al. 2021", layer=True, cells=16,
    ),
    "score-cam": Method(
        "Score-CAM", score_cam, "a pass per channel (128 of them, or all)", "hot = the photo seen through here alone still says “{target}”",
        "A photo seen through a mask is no natural photo, and the model was never taught such.",
        "Wang et al. 2020", layer=True, progress=True,
    ),
    "saliency": Method(
        "Saliency", saliency, "one gradient", "bright = the answer changes most when this pixel changes",
        "Sensitivity without direction: “{target}” and “{opposite}” share this map. Edges light up because "
        "they are edges.",
        "Simonyan et al. 2014", directed=False,
    ),
    "smoothgrad": Method(
        "SmoothGrad", smooth_grad, "25 gradients",
        "bright = the answer changes most when this pixel changes, on average over noisy copies",
        "Sensitivity without direction: “{target}” and “{opposite}” share this map.",
        "Smilkov et al. 2017", directed=False,
    ),
    "gradient-input": Method(
        "Gradient × input", gradient_input, "one gradient",
        "hot = this pixel, counted from black, speaks for “{target}”",
        "Dark pixels count for little whatever they show: black hair cannot light up.",
        "Shrikumar et al. 2016", signed=True,
    ),
    "integrated-gradients": Method(
        "Integrated Gradients", integrated_gradients, "50 gradients",
        "hot = what this pixel adds to “{target}”, compared with a blurred copy",
        "It depends on what the photo is compared with; here that is the photo blurred.",
        "Sundararajan et al. 2017", signed=True,
    ),
    "occlusion": Method(
        "Occlusion", occlusion, "121 passes", "hot = “{target}” loses when this place is hidden",
        "It shows what is lost when one patch is hidden, not what two patches say together.",
        "Zeiler and Fergus 2014", signed=True, progress=True,
    ),
}  # fmt: skip


def usable(network, target="older"):
    """Names of the methods that this network allows: those of layers need a layer with a grid."""
    grids = bool(layers(network, target))
    return [name for name, method in METHODS.items() if grids or not method.layer]


def default_layer(network, target, name):
    """The layer that a method looks at where none is named; None for methods of pixels.

    Raises:
        CannotExplain: the method needs a layer, and the network has none.
    """
    method = METHODS[name]
    if not method.layer:
        return None
    fine = [layer for layer, size in layers(network, target).items() if min(size) >= method.cells]
    return fine[-1] if fine else last_grid(network, target)
