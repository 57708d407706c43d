"""Write the model card of a model: MODEL_CARD.md, worst harm first, from the files in its folder.

    python -m training.card                          # MODEL_CARD.md of the default model
    python -m training.card cnn --output cnn.md      # another model's, wherever it is wanted

`make figures` does the same for the default model, with the figures of README.md.
"""

import argparse
import sys
from pathlib import Path

from agesex import model, model_card
from agesex.errors import AgeSexError

FILE = Path(__file__).resolve().parents[1] / "MODEL_CARD.md"


def text(name=model.DEFAULT):
    """The model card in Markdown.

    Args:
        name: the model.

    Raises:
        AgeSexError: a file of the model is missing, altered or of another format.
    """
    card = model.read_card(name)
    return model_card.markdown(
        model_card.with_groups(card, model.read_predictions(name), model.read_stress(name))
    )


def main(argv=None):
    """Run the command; returns the exit status."""
    parser = argparse.ArgumentParser(prog="training.card", description=__doc__.split("\n")[0])
    parser.add_argument("model", nargs="?", default=model.DEFAULT, help="its name (%(default)s)")
    parser.add_argument("--output", type=Path, help="the file; MODEL_CARD.md for the default model")
    args = parser.parse_args(argv)
    if not args.output and args.model != model.DEFAULT:
        parser.error(f"{FILE.name} is that of {model.DEFAULT}; name a file for {args.model} with --output")
    try:
        written = text(args.model)
        (args.output or FILE).write_text(written, encoding="utf-8")
    except (AgeSexError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
