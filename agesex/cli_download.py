"""The command `dataset download`: a public data set, after its licence has been agreed to.

    python -m agesex dataset download wiki
    python -m agesex dataset download utkface --mirror kaggle --to downloads --yes --import

Cut off, the same command goes on where it stopped.
"""

import contextlib
import sys
from pathlib import Path

from agesex import console

NAMES = ("utkface", "wiki", "imdb")  # of agesex.dataset.mirrors, which would load pandas for every command
KINDS = ("https", "huggingface", "kaggle")
EPILOG = """A download lands in AGESEX_HOME/downloads unless --to says otherwise. It is not unpacked: `dataset
import` reads the archive, which shows photos quicker than an archive that AGESEX_DATASET names. It needs packages of requirements-data.txt; without them, and without a network,
the error says which file to fetch by hand and how to import it."""


def add(commands):
    """Add the command to the subcommands of `dataset`."""
    parser = commands.add_parser(
        "download", help="fetch a public data set; asks for consent to its licence", epilog=EPILOG
    )
    parser.add_argument("name", choices=NAMES, help="which data set")
    parser.add_argument(
        "--mirror", choices=KINDS, help="where from (default: the first whose package is installed)"
    )
    parser.add_argument(
        "--to", type=Path, metavar="DIR", help="folder for it (default: AGESEX_HOME/downloads)"
    )
    parser.add_argument("--yes", action="store_true", help="agree to the licence without being asked")
    parser.add_argument("--import", action="store_true", dest="then_import", help="import it afterwards")
    parser.set_defaults(run=run)


def run(args):
    """Fetch one data set; returns the exit status."""
    from agesex.dataset import download, home, mirrors

    mirror = mirrors.pick(args.name, args.mirror)
    to = (args.to or home.home() / "downloads").expanduser().absolute()
    download.check_package(args.name, mirror, to)
    size = f", about {mirrors.shown(mirror.size)}" if mirror.size else ""
    console.say(f"{args.name}: {mirror.holds}{size}\nfrom {mirror.page}\ninto {to}")
    console.say(mirrors.LICENCES[args.name])
    if not args.yes:
        if not sys.stdin.isatty():
            console.say("agesex: nobody can be asked here. If you agree, repeat the command with --yes.")
            return 2
        if not _agreed():
            console.say("Nothing was downloaded.")
            return 1
    with _progress(mirror) as on_progress:
        fetched = download.fetch(args.name, to, kind=mirror.kind, on_progress=on_progress)
    console.say(f"{fetched.path} is there: {fetched.size:,} bytes; {fetched.checked}.")
    if args.then_import:
        from agesex import cli

        return cli.main(["dataset", "import", str(fetched.path), "--source", args.name])
    console.out(f"Import it with:\n{mirrors.import_command(args.name, fetched.path)}\n")
    return 0


def _agreed():
    sys.stderr.write("Type yes to agree and begin: ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() == "yes"


@contextlib.contextmanager
def _progress(mirror):
    """A bar on a terminal's standard error for what no package draws itself; else nothing."""
    if mirror.kind != "https" or not sys.stderr.isatty():
        yield None
        return
    from rich import progress
    from rich.console import Console

    columns = (
        progress.BarColumn(), progress.DownloadColumn(), progress.TransferSpeedColumn(),
        progress.TimeRemainingColumn(),
    )  # fmt: skip
    with progress.Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(mirror.file, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
