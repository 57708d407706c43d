"""The losses: age as a distribution over years, sex as one logit.

Source of the age loss: label distribution learning (Gao et al. 2017, "Deep Label Distribution
Learning with Label Ambiguity") with an L1 term on the mean (Gao et al. 2018, DLDL-v2).
"""

import keras
from keras import ops

from training.networks import AGES


def mean_age(logits):
    """Expected age of age logits: (n, 101) -> (n,), years."""
    years = ops.arange(AGES, dtype=logits.dtype)
    return ops.sum(ops.softmax(logits) * years, axis=-1)


@keras.saving.register_keras_serializable("agesex")
class AgeLoss(keras.losses.Loss):
    """Cross-entropy against a Gaussian round the true age, plus L1 of the mean.

    Args:
        sigma: years, width of the Gaussian.
        l1: weight of |mean − age|.
    """

    def __init__(self, sigma=2.0, l1=0.3, name="age_loss", **kwargs):
        """Keep the two numbers."""
        super().__init__(name=name, **kwargs)
        self.sigma, self.l1 = sigma, l1

    def call(self, y_true, y_pred):
        """(n, 1) years, (n, 101) logits -> (n,)."""
        age = ops.clip(ops.cast(ops.reshape(y_true, (-1, 1)), y_pred.dtype), 0, AGES - 1)
        years = ops.arange(AGES, dtype=y_pred.dtype)
        target = ops.softmax(-ops.square(years - age) / (2 * self.sigma**2))
        entropy = -ops.sum(target * ops.log_softmax(y_pred), axis=-1)
        return entropy + self.l1 * ops.abs(mean_age(y_pred) - age[:, 0])

    def get_config(self):
        """For saving."""
        return super().get_config() | {"sigma": self.sigma, "l1": self.l1}


@keras.saving.register_keras_serializable("agesex")
def mae(y_true, y_pred):
    """Absolute error of the mean age: (n, 1) years, (n, 101) logits -> (n,) years."""
    return ops.abs(mean_age(y_pred) - ops.cast(ops.reshape(y_true, (-1,)), y_pred.dtype))
