"""Where does the model look? Maps of what speaks for an answer.

    explanation = explain(model, face.crop, target="older", method="grad-cam")
    explanation.map       # (200, 200) float32 in 0…1, laid over the crop
    explanation.note      # what the picture does not say

Targets: `older` and `younger` are plus and minus the expected age, `female` and `male` plus and minus
the sex logit (a saturated probability has no gradient). Same input, same map.
"""

from agesex.explain.explanation import METHODS, TARGETS, Explanation, explain, overlay

__all__ = ["METHODS", "TARGETS", "Explanation", "explain", "overlay"]
