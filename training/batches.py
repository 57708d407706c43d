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
        self._shuffle()

    def _shuffle(self):
        self.order = np.random.default_rng((self.seed, self.epoch)).permutation(len(self.crops))

    def __len__(self):
        """Whole batches only; the rest of the photos wait for another epoch's order."""
        return max(1, len(self.crops) // self.recipe.batch)

    def __getitem__(self, index):
        """One batch: uint8 (b, size, size, 3) and the two targets."""
        rows = self.order[index * self.recipe.batch : (index + 1) * self.recipe.batch]
        photos = np.stack(
            [
                augment(
                    self.crops[row],
                    np.random.default_rng((self.seed, self.epoch, int(row))),
                    size=self.size,
                    degrade=self.recipe.degrade,
                )
                for row in rows
            ]
        )
        return photos, {"age": self.ages[rows], "sex": self.females[rows]}

    def on_epoch_end(self):
        """Next epoch, next order."""
        self.epoch += 1
        self._shuffle()
