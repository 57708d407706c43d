"""Rebuild everything in the repository that is derived from the default model; `make figures`.

    python -m training.figures              # MODEL_CARD.md and the figures in README.md
    python -m training.figures UTKFACE      # the average faces of that copy as well
    python -m training.figures --check      # change nothing; exit status 1 if something is out of date

Both texts carry the SHA-256 of model.keras; a test fails where they do not agree with the card.
"""

import argparse
import sys
from pathlib import Path

from agesex import architecture, dataset, face_map, findings, imagined, metrics, model, model_card
from agesex.errors import AgeSexError
from agesex.explain import report
from training import card as training_card
from training import files
from training.average_faces import average_faces

ROOT = Path(__file__).resolve().parents[1]
START, END = "<!-- figures:start -->", "<!-- figures:end -->"
ROWS = (
    ("test", "mae"),
    ("test", "cs5"),
    ("test", "sex_accuracy"),
    ("test", "coverage"),
    ("test_21_60", "mae"),
    ("test_21_60_clamped", "mae"),
    ("test_21_60", "sex_accuracy"),
)


def derived(root=ROOT, name=model.DEFAULT):
    """What every derived file should hold.

    Args:
        root: folder with README.md.
        name: the model.

    Returns:
        dict: path -> text.

    Raises:
        AgeSexError: the model is not usable, or README.md lacks the markers.
    """
    card = model.read_card(name)
    texts = {root / "MODEL_CARD.md": training_card.text(name)}
    readme = root / "README.md"
    if readme.exists():
        texts[readme] = replaced(readme.read_text(encoding="utf-8"), readme_section(card))
    return texts


def stale(root=ROOT, name=model.DEFAULT):
    """Paths of the derived files that are missing or differ from what they should hold."""
    return [
        path
        for path, text in derived(root, name).items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]


def unmade(name=model.DEFAULT):
    """What is made from a model's weights, and is missing or was made from others.

    Args:
        name: the model.

    Returns:
        dict: file or folder in the model's folder (and the map of faces, if it is the default model's) -> the
        command that makes it.
    """
    folder, sha256 = model.folder(name), model.read_card(name)["sha256"]
    indices = {
        "stress.json": ("stress.json", "training.stress"),
        report.FILE: (report.FILE, "training.explain_report"),
        imagined.FOLDER: (f"{imagined.FOLDER}/{imagined.INDEX}", "training.imagine"),
        architecture.FILE: (architecture.FILE, "training.architecture"),
    }
    missing = {
        path: f"python -m {command} {name}"
        for path, (index, command) in indices.items()
        if files.made_from(folder / index) != sha256
    }
    if name == model.DEFAULT and face_map.read() is None:
        missing[face_map.FILE.name] = "python -m training.embed UTKFACE"
    return missing


def readme_section(card):
    """The figures of README.md: a Markdown table with intervals, baselines and the model's hash."""
    lines = ["| Faces | Figure | Value | 95 % interval | Baseline | n |", "|---|---|--:|--:|--:|--:|"]
    for part, metric in ROWS:
        row = card["figures"][part][metric]
        low, high = (float("nan") if row[end] is None else row[end] for end in ("low", "high"))
        baseline = "" if row["baseline"] is None else findings.amount(metric, row["baseline"], 2)
        cells = (
            model_card.PARTS[part],
            metrics.NAMES[metric],
            findings.amount(metric, row["value"], 2),
            findings.interval(metric, low, high, 2),
            baseline,
            f"{row['n']:,}",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + (
        "\n\nBaseline: always the median age, or the larger sex, of the training faces. Model "
        f"`{card['name']}`, SHA-256 `{card['sha256']}`; every figure, by group too, in "
        "[MODEL_CARD.md](MODEL_CARD.md)."
    )


def replaced(text, section):
    """README.md with the section between the markers exchanged.

    Raises:
        AgeSexError: the markers are not there once each, in order.
    """
    before, start, rest = text.partition(START)
    _, end, after = rest.partition(END)
    if not (start and end) or START in after or END in after:
        raise AgeSexError(
            f"README.md has no place for the figures: expected {START} and {END} once each, in this "
            f"order. Put them back where the figures belong."
        )
    return f"{before}{START}\n{section}\n{END}{after}"


def main(argv=None):
    """Run the command; returns the exit status."""
    parser = argparse.ArgumentParser(prog="training.figures", description=__doc__.split("\n")[0])
    parser.add_argument("dataset", nargs="?", help="folder, .tar.gz or .zip of UTKFace")
    parser.add_argument("--check", action="store_true", help="report what is out of date")
    args = parser.parse_args(argv)
    try:
        old = stale()
        if args.check:
            for path in old:
                sys.stderr.write(f"{path.name} does not agree with the model: run `make figures`.\n")
            missing = unmade()
            for path, command in missing.items():
                sys.stderr.write(f"{path} is missing or of other weights: run `{command}`.\n")
            return 1 if old or missing else 0
        for path, text in derived().items():
            path.write_text(text, encoding="utf-8")
        if args.dataset:
            average_faces(dataset.open_dataset(args.dataset))
    except AgeSexError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"rewritten: {', '.join(path.name for path in old) or 'nothing new'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
