"""Training batches: the same photos, order and changes for the same seed and epoch."""

import keras
import numpy as np

from training.augment import augment


class Batches(keras.utils.PyDataset):
    """Augmented training batches; the same photos, order and changes for the same seed and epoch."""

    def __init__(self, crops, ages, females, recipe, size, seed, epoch=0):
        """Keep decoded crops (n, 200, 200, 3) and the labels."""
        super().__init__(workers=1, use_multiprocessing=False, max_queue_size=8)
        self.crops, self.ages, self.females = crops, ages, females
        self.recipe, self.size, self.seed, self.epoch = recipe, size, seed, epoch
        self.shares = balanced_shares(ages, recipe.balance)
        self._shuffle()

    def _shuffle(self):
        rng = np.random.default_rng((self.seed, self.epoch))
        # each photo comes its share's whole number of times, and once more by chance for the rest
        times = np.floor(self.shares + rng.random(len(self.shares))).astype(int)
        order = rng.permutation(np.repeat(np.arange(len(times)), times))
        self.order = np.resize(order, len(self) * self.recipe.batch)  # chance made it a few off

    def __len__(self):
        """Whole batches only; the rest of the photos wait for another epoch's order."""
        return max(1, len(self.crops) // self.recipe.batch)

    def __getitem__(self, index):
        """One batch: uint8 (b, size, size, 3) and the two targets."""
        first = index * self.recipe.batch
        rows = self.order[first : first + self.recipe.batch]
        photos = np.stack(
            [
                augment(
                    self.crops[row],
                    np.random.default_rng((self.seed, self.epoch, first + place)),
                    size=self.size,
                    degrade=self.recipe.degrade,
                )
                for place, row in enumerate(rows)
            ]
        )
        return photos, {"age": self.ages[rows], "sex": self.females[rows]}

    def on_epoch_end(self):
        """Next epoch, next order."""
        self.epoch += 1
        self._shuffle()


def balanced_shares(ages, exponent, *, width=3.0):
    """How often each photo comes per epoch, so that rare ages are seen more.

    Args:
        ages: (n,) years.
        exponent: 0 leaves the data as they are, 1 makes every age equally frequent.
        width: years, the Gaussian that smooths the counts.

    Returns:
        float (n,), mean 1: each photo's density of age to the power of −exponent, scaled.
    """
    years = np.arange(0, 121)
    counts = np.bincount(np.clip(np.rint(ages), 0, 120).astype(int), minlength=121)
    near = np.exp(-((years[:, None] - years[None]) ** 2) / (2 * width**2))  # (121, 121)
    density = near @ counts / near.sum(axis=1)
    shares = np.interp(ages, years, density) ** -float(exponent)
    return shares / shares.mean()
