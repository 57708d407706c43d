"""The command line.

    python -m agesex doctor
    python -m agesex predict PATH... [--aligned] [--model NAME] [--format table|json|csv] [--output FILE]

Exit status: 0 all photos answered, 1 at least one was not (its row says why), 2 wrong arguments.
"""

import argparse
import contextlib
import csv
import io
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

from agesex import __version__
from agesex.errors import AgeSexError

HANDFUL = 5  # photos; more get a progress bar


def main(argv=None):
    """Run one command; returns the exit status."""
    args = _parser().parse_args(argv)
    try:
        return args.run(args)
    except AgeSexError as error:
        print(f"agesex: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # e.g. `| head`: nobody reads on
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115  the interpreter closes it
        return 1
    except KeyboardInterrupt:
        print("agesex: stopped", file=sys.stderr)
        return 130


def _parser():
    parser = argparse.ArgumentParser(
        prog="agesex", description="Age and sex from faces: research use only, never an age check."
    )
    parser.add_argument("--version", action="version", version=f"agesex {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    doctor = commands.add_parser("doctor", help="is everything there and unaltered?")
    doctor.set_defaults(run=_doctor)

    predict = commands.add_parser("predict", help="age and sex of every face in photos")
    predict.add_argument("paths", nargs="+", metavar="PATH", help="photo or folder of photos")
    predict.add_argument(
        "--aligned", action="store_true", help="each whole picture is an aligned UTKFace crop"
    )
    predict.add_argument("--model", metavar="NAME", help="which model (default: the default one)")
    predict.add_argument(
        "--format", choices=("table", "json", "csv"), help="default: by --output's suffix, or table"
    )
    predict.add_argument("--output", type=Path, metavar="FILE", help="write there instead")
    predict.set_defaults(run=_predict)
    return parser


def _predict(args):
    from agesex import model, score

    files, skipped = score.expand(args.paths)
    if skipped:
        print(f"{skipped:,} files with other suffixes skipped", file=sys.stderr)
    if not files:
        print(
            f"agesex: no photo in {', '.join(args.paths)}. Expected files ending in "
            f"{', '.join(score.SUFFIXES)}.",
            file=sys.stderr,
        )
        return 1
    try:
        kind = _kind(args)
        if args.output:
            _check_output(args.output)
    except ValueError as error:
        print(f"agesex: {error}", file=sys.stderr)
        return 2
    with _quiet_tensorflow():
        loaded = model.load(args.model)
    rows = []
    for found in _progress(score.score(files, loaded, aligned=args.aligned), len(files)):
        rows.extend(found)
    text = {"table": _as_table, "json": _as_json, "csv": _as_csv}[kind](rows, score.COLUMNS)
    if args.output:
        try:
            _write(args.output, text)
        except OSError as error:
            print(f"agesex: cannot write {args.output}: {error}.", file=sys.stderr)
            return 1
    else:
        _out(text)
    failed = len({row["file"] for row in rows if row["error"]})
    if failed:
        print(f"{failed:,} of {len(files):,} photos gave no answer", file=sys.stderr)
    return 1 if failed else 0


def _kind(args):
    """table, json or csv: what was asked for, or what the suffix of --output says."""
    suffix = args.output.suffix.lower() if args.output else ""
    known = {".csv": "csv", ".json": "json", ".txt": "table", "": "table"}
    if not args.format and suffix not in known:
        raise ValueError(
            f"--output ends in {suffix}, which is no known format. Use .csv, .json or .txt, or name "
            f"the format with --format."
        )
    return args.format or known[suffix]


def _check_output(path):
    """Find out before the work whether the answer can be written; raises ValueError."""
    if path.is_dir():
        raise ValueError(f"--output {path} is a folder. Name a file.")
    if not path.absolute().parent.is_dir():
        raise ValueError(f"the folder of --output {path} does not exist. Make it first.")
    target = path if path.exists() else path.absolute().parent
    if not os.access(target, os.W_OK):
        raise ValueError(f"--output {path} cannot be written. Choose another place.")


def _write(path, text):
    """Write aside, then rename: a crash leaves the old file. Links are followed, devices written to."""
    path, data = path.resolve(), text.encode("utf-8", "backslashreplace")
    if path.exists() and not path.is_file():
        path.write_bytes(data)
        return
    handle, aside = tempfile.mkstemp(prefix=path.name + ".", suffix=".part", dir=path.parent)
    try:
        with open(handle, "wb") as file:
            file.write(data)
        if path.exists():
            shutil.copymode(path, aside)
        else:
            os.chmod(aside, 0o666 & ~_umask())
        os.replace(aside, path)
    except OSError:
        Path(aside).unlink(missing_ok=True)
        raise


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _out(text):
    """Write to standard output; what its encoding cannot say is escaped."""
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
    sys.stdout.flush()


def _doctor(args):
    from agesex import doctor

    checks = []
    with _quiet_tensorflow():
        for check in doctor.run():
            checks.append(check)
            print(f"{'ok' if check.ok else check.severity:10}{check.name:24}{check.message}")
    bad = [check.name for check in checks if not check.ok and check.severity == "missing"]
    print(
        f"\n{'Something is missing: ' + ', '.join(bad) if bad else 'Everything that is needed is there.'}"
    )
    return 1 if bad else 0


def _progress(results, total):
    """Pass results on, with a bar on a terminal's standard error if there are more than a handful."""
    if total <= HANDFUL or not sys.stderr.isatty():
        yield from results
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(results, "photos", total=total, console=Console(stderr=True), transient=True)


def _as_table(rows, columns):
    """Columns in fixed width for people: numbers rounded, errors at the end of the line."""
    shown = [name for name in columns if name not in ("x", "y", "width", "height", "error")]
    cells = [[*shown, ""]]
    for row in rows:
        line = ["" if row[name] is None else _short(row[name]) for name in shown]
        cells.append([*map(_one_line, line), row["error"] or ""])
    widths = [max(len(line[i]) for line in cells) for i in range(len(shown))]
    return "".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(line, widths, strict=False)), line[-1]])
        .rstrip()
        + "\n"
        for line in cells
    )  # fmt: skip


def _one_line(text):
    """A cell without line breaks and other control characters, which a file name may hold."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def _short(value):
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def _as_json(rows, columns):
    return json.dumps([{name: row[name] for name in columns} for row in rows], indent=1) + "\n"


def _as_csv(rows, columns):
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow(row | {"file": _no_formula(row["file"])})
    return text.getvalue()


def _no_formula(name):
    """A file name that no spreadsheet runs: an apostrophe before = + - @ and control characters."""
    return f"'{name}" if name[:1] in ("=", "+", "-", "@", "\t", "\r", "\n") else name


@contextlib.contextmanager
def _quiet_tensorflow():
    """Keep TensorFlow's start-up lines, which C code writes, off standard error."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    sys.stderr.flush()
    try:
        kept = os.dup(2)
    except OSError:  # standard error is closed
        yield
        return
    try:
        with open(os.devnull, "w") as nowhere:
            os.dup2(nowhere.fileno(), 2)
            yield
    finally:
        sys.stderr.flush()
        os.dup2(kept, 2)
        os.close(kept)
