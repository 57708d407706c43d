"""What a network is made of: its layers with shapes, parameters and work, as `training.architecture` wrote it.

    found = read("mobile")
    found.layers          # one row per layer, in the order in which they are computed
    found.drawn()         # those with weights, each with its place in a drawing
    found.by_grid()       # where the parameters and the work sit

The file is made from the model itself, so that a page can draw it without loading the network.
"""

import json
from dataclasses import dataclass

import numpy as np
import pandas as pd

from agesex import model
from agesex.errors import BadModel

FILE = "architecture.json"
COLUMNS = ("name", "kind", "height", "width", "channels", "parameters", "multiply_adds", "inputs")
SORTS = {  # Keras class -> what a reader calls it
    "Conv2D": "convolution",
    "DepthwiseConv2D": "depthwise convolution",
    "Dense": "fully connected",
}
SHARED = "age and sex"
GAP = 5  # px of the input between two layers of the drawing
NARROW = 1.5  # its width for each doubling of the channels


@dataclass(frozen=True)
class Architecture:
    """A network.

    Attributes:
        input: (height, width, channels) of one photo, px.
        layers: DataFrame, one row per layer: name, kind (Keras class), height, width (of what it gives, px; 1
            where there is no grid), channels, parameters, multiply_adds (for one photo; of convolutions and
            fully connected layers, 0 for all others), inputs (tuple of names), serves ("age", "sex" or
            "age and sex").
    """

    input: tuple
    layers: pd.DataFrame

    @property
    def parameters(self):
        """Number of all weights."""
        return int(self.layers.parameters.sum())

    @property
    def flops(self):
        """Floating-point operations for one photo: two for every multiply-add."""
        return 2 * int(self.layers.multiply_adds.sum())

    def drawn(self):
        """The layers with a kernel as boxes: as high as their grid, the wider the more channels.

        Returns:
            DataFrame: the columns of `layers`, sort (a value of `SORTS`), left, right, bottom, top (px of the
            input; what serves age lies above, what serves sex below).
        """
        rows = self.layers[self.layers.kind.isin(SORTS)].reset_index(drop=True)
        rows = rows.assign(sort=rows.kind.map(SORTS))
        wide = NARROW * np.log2(rows.channels + 1)
        tall = np.maximum(rows.height, 3)  # a single value is still to be seen
        apart = 1.15 * max((tall[rows.serves != SHARED].max() + GAP) / 2, self.input[0] / 6)
        middle = rows.serves.map({"age": apart, "sex": -apart}).fillna(0.0)
        left, ends = np.zeros(len(rows)), dict.fromkeys(("age", "sex"), 0.0)
        for place, row in enumerate(rows.itertuples()):
            lanes = [row.serves] if row.serves in ends else list(ends)
            left[place] = max(ends[lane] for lane in lanes) + GAP
            ends |= dict.fromkeys(lanes, left[place] + wide[place])
        return rows.assign(left=left, right=left + wide, bottom=middle - tall / 2, top=middle + tall / 2)

    def by_grid(self):
        """Share of the parameters and of the work by the grid that a layer gives.

        Returns:
            DataFrame, the finest grid first: grid ("72 × 72", or "no grid"), layers (with a kernel),
            parameters, multiply_adds, parameters_share, work_share.
        """
        rows = self.layers.assign(
            grid=[f"{row.height} × {row.width}" if row.height > 1 else "no grid" for row in
                  self.layers.itertuples()],
            kernels=self.layers.kind.isin(SORTS),
        )  # fmt: skip
        found = rows.groupby("grid", sort=False).agg(
            side=("height", "max"), layers=("kernels", "sum"), parameters=("parameters", "sum"),
            multiply_adds=("multiply_adds", "sum"),
        )  # fmt: skip
        found = found[found.parameters > 0].sort_values("side", ascending=False).reset_index()
        return found.assign(
            parameters_share=found.parameters / max(1, found.parameters.sum()),
            work_share=found.multiply_adds / max(1, found.multiply_adds.sum()),
        ).drop(columns="side")


def read(name):
    """The architecture of a model.

    Args:
        name: a model of the registry.

    Returns:
        Architecture, or None where `training.architecture` never ran, or ran with other weights.

    Raises:
        ModelMissing: no such model.
        BadModel: the file cannot be read.
    """
    path = model.folder(name) / FILE
    if not path.is_file():
        return None
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
        rows = pd.DataFrame(facts["layers"])
        sha256, shape = facts["sha256"], tuple(int(side) for side in facts["input"])
        if missing := sorted(set(COLUMNS) - set(rows)):
            raise ValueError(f"columns {missing} are missing")
        if len(shape) != 3 or not rows.kind.isin(SORTS).any():
            raise ValueError("it describes no network")
        rows["inputs"] = rows.inputs.map(tuple)
        rows["serves"] = _serves(rows)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise BadModel(
            f"The file {name}/{FILE} cannot be read: {error}. Restore it, or run "
            f"`python -m training.architecture {name}`."
        ) from error
    return Architecture(shape, rows) if sha256 == model.read_card(name)["sha256"] else None


def _serves(rows):
    """Which answer every layer works for; list of str."""
    inputs = dict(zip(rows.name, rows.inputs, strict=True))
    reached = {name: set() for name in inputs}
    for answer in ("age", "sex"):
        ahead = [answer]
        while ahead:
            name = ahead.pop()
            if answer not in reached[name]:
                reached[name].add(answer)
                ahead += inputs[name]
    return [SHARED if len(found) != 1 else next(iter(found)) for found in reached.values()]
