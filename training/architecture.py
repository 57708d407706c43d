"""What every network is made of, read off the network itself: `architecture.json` in the model's folder.

    python -m training.architecture            # every model of models/
    python -m training.architecture mobile

The page Metrics draws it. The file carries the SHA-256 of the weights; a test fails where it is of others.
"""

import argparse
import json
import math
import sys

from agesex import architecture, model
from agesex.errors import AgeSexError
from training import files


def described(network, sha256):
    """The content of the file.

    Args:
        network: keras.Model, a flat functional graph.
        sha256: of its file.

    Returns:
        dict: sha256, input (height, width, channels), layers (a dict per layer, see
        `agesex.architecture.COLUMNS`).
    """
    return {
        "sha256": sha256,
        "input": list(network.input_shape[1:]),
        "layers": [_row(layer) for layer in network.layers],
    }


def multiply_adds(layer):
    """Multiplications of one photo in a layer, each with its addition.

    Convolutions and fully connected layers only: scaling, normalisation, activation and pooling are a few
    operations per value, and normalisation is folded into the convolution before the model runs.

    Args:
        layer: keras.Layer, built.
    """
    if type(layer).__name__ not in architecture.SORTS:
        return 0
    places = math.prod(layer.output.shape[1:-1])
    return places * math.prod(layer.kernel.shape)


def text(network, sha256):
    """The file of a network as text, one layer a line."""
    facts = described(network, sha256)
    rows = ",\n".join(json.dumps(row) for row in facts.pop("layers"))
    return f'{json.dumps(facts)[:-1]}, "layers": [\n{rows}\n]}}\n'


def _row(layer):
    shape = layer.output.shape[1:]
    height, width = shape[:2] if len(shape) == 3 else (1, 1)
    sources = layer.input if isinstance(layer.input, list) else [layer.input]
    names = [tensor._keras_history.operation.name for tensor in sources]
    return {
        "name": layer.name,
        "kind": type(layer).__name__,
        "height": height,
        "width": width,
        "channels": shape[-1],
        "parameters": int(layer.count_params()),
        "multiply_adds": int(multiply_adds(layer)),
        "inputs": [name for name in names if name != layer.name],
    }


def main(argv=None):
    """Run the command; returns the exit status."""
    parser = argparse.ArgumentParser(prog="training.architecture", description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", help="models of the registry; all of them without it")
    args = parser.parse_args(argv)
    try:
        for name in args.names or model.names():
            loaded = model.load(name)
            path = model.folder(name) / architecture.FILE
            files.write(path, text(loaded.network, loaded.sha256))
            found = architecture.read(name)
            print(
                f"{name}: {len(found.layers)} layers, {found.parameters:,} parameters, "
                f"{found.flops / 1e6:,.1f} million operations a photo"
            )
    except AgeSexError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
