"""Where does the model look, and can that picture be trusted?

    explanation = explain(model, face.crop, target="older", method="grad-cam")
    explanation.map       # (200, 200) float32 in 0…1, laid over the crop
    explanation.note      # what the picture says and what it does not

Targets: `older` and `younger` are plus and minus the expected age, `female` and `male` plus and minus
the sex logit (a saturated probability has no gradient). Same input, same map. One method, one file;
`METHODS` is the registry. Evidence for or against a map: `curves` (deletion and insertion), `sanity`
(random weights), `stability`. What the model does when a place is covered or the light changes: `cover`,
`sweep`. TensorFlow is loaded by the first explanation, never by an import.
"""

from agesex.explain.explanation import Completeness, Explanation, explain, from_raw, scores
from agesex.explain.methods import METHODS, default_layer, usable
from agesex.explain.overlay import lay, overlay
from agesex.explain.seam import OPPOSITE, TARGETS, channels, last_grid, layers, unit

__all__ = [
    "METHODS", "OPPOSITE", "TARGETS", "Completeness", "Explanation", "channels", "default_layer",
    "explain", "from_raw", "last_grid", "lay", "layers", "overlay", "scores", "unit", "usable",
]  # fmt: skip
