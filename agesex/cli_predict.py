"""The command `predict`: age and sex of every face in photos, folders and .zip archives.

    python -m agesex predict holiday/ album.zip --output ages.csv --annotate boxed/
    python -m agesex predict holiday/ album.zip --output ages.csv --annotate boxed/ --resume

Rows are written as they come, so memory does not grow with the number of photos (a table's does). Exit
status as in `agesex.cli`.
"""

import argparse
import itertools
import re
import sys
import warnings
from pathlib import Path

from agesex import __version__, console
from agesex.errors import AgeSexError
from agesex.formats import KINDS

HANDFUL = 5  # photos; more get a progress bar
SUFFIXES = {".csv": "csv", ".json": "json", ".jsonl": "jsonl", ".txt": "table", "": "table"}
EPILOG = """A run with --output FILE.csv or FILE.jsonl grows in FILE.part, beside FILE.part.json, which says
what it is made with; FILE is replaced when all is done. Cut off, the same command with --resume continues: photos that
are answered are not done again, the last one is, and another model, level or threshold is refused. Without
--resume a FILE.part that is there is left alone, and the run refused. A table is put together at the end;
for many photos take csv or jsonl."""


def add(commands):
    """Add the command to a parser's subcommands."""
    parser = commands.add_parser(
        "predict", help="age and sex of every face in photos", epilog=EPILOG
    )
    parser.add_argument(
        "paths", nargs="+", metavar="PATH",
        help="photo, folder of photos, or .zip of photos, which is never unpacked to disk",
    )  # fmt: skip
    parser.add_argument(
        "--aligned", action="store_true", help="each whole picture is an aligned UTKFace crop"
    )
    parser.add_argument("--model", metavar="NAME", help="which model (default: the default one)")
    parser.add_argument(
        "--level", type=_level, default=0.9, metavar="50–99",
        help="per cent of such faces whose age the interval holds (default: 90); 0.5 to 0.99 is understood, too",
    )  # fmt: skip
    parser.add_argument(
        "--threshold", type=_threshold, metavar="50–100",
        help="least probability in per cent at which a sex is named (default: the model's own)",
    )  # fmt: skip
    parser.add_argument("--format", choices=KINDS, help="default: by --output's suffix, or table")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write there instead")
    parser.add_argument(
        "--resume", action="store_true", help="continue a run that was cut off (csv and jsonl)"
    )
    parser.add_argument(
        "--annotate", type=Path, metavar="DIR",
        help="write there a JPEG of every photo with faces, boxed, numbered and aged",
    )  # fmt: skip
    parser.set_defaults(run=run)


def run(args):
    """Answer for every photo; returns the exit status."""
    from agesex import model, outputs, score

    try:
        kind = _check(args)
    except ValueError as error:
        console.say(f"agesex: {error}")
        return 2
    total = skipped = 0
    for file in score.walk(args.paths):
        total, skipped = total + (file is not None), skipped + (file is None)
    if skipped:
        console.say(f"{skipped:,} files with other suffixes skipped")
    if not total:
        console.say(
            f"agesex: no photo in {console.one_line(', '.join(args.paths))}. Expected files ending in "
            f"{', '.join(score.SUFFIXES)}. A .zip inside a folder or another .zip is not opened: "
            "name it itself."
        )
        return 1
    with console.quiet_tensorflow():
        loaded = model.load(args.model)
    try:
        if args.annotate:
            args.annotate.mkdir(exist_ok=True)
        sink = outputs.Screen(kind)
        if args.output:
            sink = outputs.File(args.output, kind, _settings(args, loaded), resume=args.resume)
    except ValueError as error:
        console.say(f"agesex: {error}")
        return 2
    except OSError as error:
        return _cannot_write(args, error)
    with sink:
        try:
            # Pillow warns of damaged tags with its own path and line; what matters is in the rows. Filters
            # are the process's own, so they are set here and not in the threads that decode.
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", module="PIL")
                failed = _answer(args, loaded, sink, total)
        except BrokenPipeError:
            raise
        except OSError as error:
            return _cannot_write(args, error)
        except KeyboardInterrupt:
            if getattr(sink, "part", None):
                console.say(f"{sink.part} holds the answers so far. The same with --resume continues.")
            raise
    if failed:
        console.say(f"{failed:,} of {total:,} photos gave no answer")
    return 1 if failed or args.kept else 0


def _answer(args, model, sink, total):
    """Write the rows of every photo that has none yet; returns the number of photos without an answer."""
    from agesex import score

    files = (file for file in score.walk(args.paths) if file is not None and not sink.has(file))
    files, again = itertools.tee(files)
    found = score.score(
        files, model, aligned=args.aligned, level=args.level, threshold=args.threshold, on_notes=_note
    )
    failed, args.kept = sink.failed, 0
    for rows, file in _progress(zip(found, again, strict=True), total - sink.done):
        if args.annotate:
            _draw(args, file, rows)
        sink.add(rows)
        failed += bool(rows[0]["error"])
    sink.finish()
    return failed


def _note(file, notes):
    """Say how a photo was read."""
    console.say(f"{console.one_line(str(file))}: {', '.join(notes)}")


def _draw(args, file, rows):
    """Write the picture of one photo; what stands in the way is said, and the run goes on."""
    from agesex import drawings

    try:
        drawings.save(args.annotate, file, rows, replace=args.resume)
    except FileExistsError as error:
        args.kept += 1
        console.say(f"agesex: {console.one_line(str(error))} and was left as it is.")
    except AgeSexError as error:
        args.kept += 1
        console.say(f"agesex: no picture of it: {error}")


def _settings(args, model):
    """What rows depend on."""
    return {
        "agesex": __version__,
        "paths": [str(path) for path in args.paths],
        "model": model.name,
        "sha256": model.sha256,
        "level": args.level,
        "threshold": args.threshold,
        "aligned": args.aligned,
        "annotate": str(args.annotate.absolute()) if args.annotate else None,
    }


def _check(args):
    """The format; finds out before the work what cannot be; raises ValueError."""
    from agesex import outputs

    kind = _kind(args)
    if args.output:
        console.check_output(args.output)
    outputs.check_resume(args.output, kind, args.resume)
    if args.annotate:
        if args.annotate.exists() and not args.annotate.is_dir():
            raise ValueError(f"--annotate {args.annotate} is a file. Name a folder.")
        if not args.annotate.absolute().parent.is_dir():
            raise ValueError(f"the folder above --annotate {args.annotate} does not exist. Make it first.")
    return kind


def _kind(args):
    """table, json, jsonl or csv: what was asked for, or what the suffix of --output says."""
    suffix = args.output.suffix.lower() if args.output else ""
    if not args.format and suffix not in SUFFIXES:
        raise ValueError(
            f"--output ends in {suffix}, which is no known format. Use .csv, .jsonl, .json or .txt, or name "
            f"the format with --format."
        )
    return args.format or SUFFIXES[suffix]


def _level(text):
    return _share(text, 0.99)


def _threshold(text):
    return _share(text, 1.0)


def _share(text, most):
    """0.9, 90, 90% or "90 %" as 0.9; refused outside 0.5 to `most`."""
    given = re.fullmatch(r"\s*(\d+(?:\.\d*)?|\.\d+)\s*(%?)\s*", text)
    value = float(given[1]) if given else 0.0
    if given and (given[2] or value > 1):
        value = round(value / 100, 6)
    if not 0.5 <= value <= most:
        raise argparse.ArgumentTypeError(
            f"expected 50 to {100 * most:g} per cent, or 0.5 to {most:g}; received {text}"
        )
    return value


def _cannot_write(args, error):
    place = args.output or "the answer"
    console.say(f"agesex: cannot write {error.filename or place}: {error.strerror or error}.")
    return 1


def _progress(results, total):
    """Pass results on, with a bar on a terminal's standard error if there are more than a handful."""
    if total <= HANDFUL or not sys.stderr.isatty():
        yield from results
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(results, "photos", total=total, console=Console(stderr=True), transient=True)
