"""The command `dataset`: bring data sets in, download, list, check and delete them.

    python -m agesex dataset import UTKFace.tar.gz
    python -m agesex dataset download utkface        # see `cli_download`
    python -m agesex dataset list
    python -m agesex dataset check utkface --full
    python -m agesex dataset remove utkface
    python -m agesex dataset finish utkface          # make do with what an import read before it was cut off
    python -m agesex dataset where

Exit status: 0 done and sound, 1 it could not be done or a check found faults, 2 wrong arguments.
"""

import argparse
import os

from agesex import cli_download, cli_progress, console
from agesex.dataset import home, store
from agesex.dataset.counting import counted, listed
from agesex.errors import BadDataset

EPILOG = """The data set goes into the folder that `dataset where` names. An import that was cut off goes on
with the same command; `dataset list` shows it. A second import of the same data changes nothing. A link in a
folder is followed, one in an archive is not. An archive that AGESEX_DATASET names can be read in place, but a
compressed one is slow to show photos from: importing it makes that quick."""
NAMES = 3  # examples of each reason


def add(commands):
    """Add the command to a parser's subcommands."""
    parser = commands.add_parser("dataset", help="import, list, check and delete data sets of faces")
    actions = parser.add_subparsers(required=True, metavar="ACTION")

    bring = actions.add_parser(
        "import", help="read a folder, archive or table into a data set", epilog=EPILOG
    )
    bring.add_argument("path", metavar="PATH", help="folder, archive or table")
    bring.add_argument(
        "--source", metavar="NAME", help=f"what PATH is: {', '.join(_sources())} (default: guessed)"
    )
    bring.add_argument("--name", metavar="NAME", help="of the data set (default: that of the source)")
    bring.add_argument(
        "--replace", action="store_true", help="let a data set of this name give way, whatever it holds"
    )
    bring.add_argument("--workers", type=_workers, default=2, metavar="N", help="threads (default: 2)")
    bring.add_argument("--timing", action="store_true", help="say what took how long")
    bring.set_defaults(run=_import)

    cli_download.add(actions)

    actions.add_parser("list", help="the data sets that were imported").set_defaults(run=_list)

    check = actions.add_parser("check", help="is a data set whole and plausible?")
    check.add_argument(
        "what", nargs="?", metavar="NAME|PATH", help="data set, or a path (default: all data sets)"
    )
    check.add_argument("--source", metavar="NAME", help="what PATH is (default: guessed)")
    check.add_argument("--full", action="store_true", help="decode every photo instead of a sample")
    check.set_defaults(run=_check)

    finish = actions.add_parser("finish", help="make a data set of what an unfinished import kept")
    finish.add_argument("name", metavar="NAME")
    finish.set_defaults(run=_finish)

    remove = actions.add_parser("remove", help="delete an imported data set; the original is not touched")
    remove.add_argument("name", metavar="NAME")
    remove.set_defaults(run=_remove)

    actions.add_parser("where", help="the folder of the data sets").set_defaults(run=_where)
    return actions


def _import(args):
    from agesex.dataset import importing

    if args.source and args.source not in _sources():
        console.say(f"agesex: --source {args.source} is not known. Expected one of {', '.join(_sources())}.")
        return 2
    line = cli_progress.Line()
    try:
        report = importing.import_from(
            args.path, args.source, name=args.name, replace=args.replace, progress=line.show,
            workers=args.workers,
        )
    except KeyboardInterrupt as stop:  # it says what is kept, and how it goes on
        line.clear()
        console.say(str(stop) or "Nothing was changed.")
        raise
    finally:
        line.clear()
    for reason, n in report.refused.most_common():
        console.out(f"{n:>9,}  {console.one_line(reason)}\n")
        names = [name for name, why in report.examples if why == reason][:NAMES]
        for name in names:
            console.out(f"{'':11}{console.one_line(name)}\n")
        if n > len(names):
            console.out(f"{'':11}…\n")
    if report.resumed:
        were = "was" if report.resumed == 1 else "were"
        console.out(f"{counted(report.resumed, 'photo')} {were} there from an import that was cut off\n")
    if report.copies:
        alike = "name and content alike, and " + ("counts" if report.copies == 1 else "count") + " once"
        console.out(f"{counted(report.copies, 'file')} came twice, {alike}\n")
    if report.same_as:
        console.out(
            f"the same data are stored as {listed(report.same_as)} already; both count on the Dataset page\n"
        )
    if args.timing:
        console.out(
            f"{report.seconds:.1f} s in all; hashing, decoding and measuring took {report.measuring:.1f} s "
            f"of processor time on {args.workers} threads\n"
        )
    if report.unchanged:
        console.out(f"the data set {report.name} holds the same already and was left as it is\n")
    else:
        console.out(f"data set {report.name} -> {store.datasets() / report.name}\n")
    copies = f", {report.copies:,} twice" if report.copies else ""
    console.out(
        f"{counted(report.seen, 'file')} seen, {report.taken:,} taken{copies}, {report.refused.total():,} refused\n"
    )
    return 0


def _list(args):
    names = store.names()
    if not names:
        console.out(f"no data set in {store.datasets()}. Import one: python -m agesex dataset import PATH\n")
        return _list_unfinished()
    rows = [("name", "source", "photos", "refused", "MB", "imported")]
    damaged = []
    for name in names:
        try:
            stored = store.open_stored(name)
        except BadDataset as error:
            damaged.append(str(error))
            continue
        size = sum(file.stat().st_size for file in stored.table_path.parent.iterdir()) / 1e6
        facts = stored.facts
        refused = sum(facts.get("refused", {}).values())
        rows.append(
            (name, facts["source"], f"{facts['photos']:,}", f"{refused:,}",
             f"{size:,.1f}" if size >= 0.05 else "< 0.1", facts["made"])
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = (
            text.rjust(width) if 2 <= column <= 4 else text.ljust(width)
            for column, (text, width) in enumerate(zip(row, widths, strict=True))
        )  # fmt: skip
        console.out("  ".join(cells).rstrip() + "\n")
    for sentence in damaged:
        console.say(f"agesex: {sentence}")
    return _list_unfinished() or int(bool(damaged))


def _list_unfinished():
    from agesex.dataset import unfinished

    for left in unfinished.unfinished():
        origin = f" from {left.origin}" if left.origin else ""
        kept = f"{left.name}: unfinished, {counted(left.photos, 'photo')} so far{origin}"
        if left.running:
            console.out(f"{console.one_line(kept)}; an import is at it now\n")
            continue
        console.out(f"{console.one_line(kept)}\n")
        if left.command:
            console.out(f"  to go on:  {console.one_line(left.command)}\n")
        if left.photos and left.source:
            console.out(f"  to make do with that: python -m agesex dataset finish {left.name}\n")
        console.out(f"  to delete: python -m agesex dataset remove {left.name}\n")
    return 0


def _check(args):
    from agesex.dataset import check

    wanted = [args.what] if args.what else store.names()
    if not wanted:
        return _list(args)
    sound = True
    for name in wanted:
        findings = check.check(name, full=args.full, source=args.source)
        console.out(f"{console.one_line(name)}\n")
        for finding in findings:
            console.out(f"  {finding.severity:6}{finding.n:>9,}  {console.one_line(finding.text)}\n")
            if finding.severity != check.FINE and finding.examples:
                console.out(f"{'':19}{console.one_line(listed(finding.examples, finding.n, most=2000))}\n")
        faults = [finding.kind for finding in findings if finding.severity == check.FAULT]
        console.out(f"  {'faults: ' + ', '.join(faults) if faults else 'no fault was found'}\n")
        sound = sound and not faults
    return 0 if sound else 1


def _finish(args):
    from agesex.dataset import finishing

    n = finishing.finish(args.name)
    console.out(f"data set {args.name} -> {store.datasets() / args.name}\n")
    console.out(f"{counted(n, 'photo')} taken, a part of the source\n")
    return 0


def _remove(args):
    from agesex.dataset import unfinished

    whole, left = args.name in store.names(), unfinished.find(args.name)
    store.remove(args.name)
    if whole or left is None:
        console.out(f"data set {args.name} is deleted\n")
    if left is not None:
        photos = counted(left.photos, "photo")
        console.out(f"the unfinished import of {args.name}, with {photos}, is deleted\n")
    return 0


def _where(args):
    console.out(f"{store.datasets()}\n")
    if not os.environ.get("AGESEX_HOME", "").strip():
        console.say(f"The folder above it, {home.home()}, is the platform's; AGESEX_HOME names another.")
    return 0


def _sources():
    from agesex.dataset.sources.base import SOURCES

    return tuple(SOURCES)


def _workers(text):
    if not text.isdigit() or not 1 <= int(text) <= 64:
        raise argparse.ArgumentTypeError(f"expected 1 to 64; received {text}")
    return int(text)
