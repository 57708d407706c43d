"""Make a data set of what an unfinished import kept, where the rest will never come.

    finish("utkface")        # number of photos

Its facts say that it is a part, `check` notes it, and an import of the whole source takes its place.
"""

from pathlib import Path

from agesex.dataset import assembling, importing, store, unfinished
from agesex.dataset.counting import clause
from agesex.dataset.part import Part
from agesex.errors import BadDataset


def finish(name):
    """Finish an import without reading on.

    Args:
        name: of the data set.

    Returns:
        int, photos. What the import refused before it was cut off is not known any more.

    Raises:
        BadDataset: there is no unfinished import of this name that kept a photo, it is running, an older data set
            of the name has photos that this one lacks, or the disk is full.
    """
    store.check_name(name)
    left = unfinished.find(name)
    if left is None or not left.photos or not left.source:
        raise BadDataset(
            f"there is no unfinished import of {name} that kept a photo. Look with `python -m agesex dataset list`."
        )
    with store.locked(name, otherwise="Wait until it is done, or stop it with Ctrl-C"):
        try:
            store.recover(name)
            notes = unfinished.read_notes(name)
            path, replace = Path(notes["path"]), notes.get("replace", False)
            part = Part(name, left.source, path, replace)
            table, groups = assembling.assembled(part)
            if not replace:
                importing.check_nothing_is_lost(name, set(table["file"].to_pylist()))
            report = importing.Report(name, left.source, seen=len(table), taken=len(table))
            part.finish(table, assembling.facts(table, groups, report, path) | {"part": True})
        except OSError as error:
            raise BadDataset(f"{name} cannot be finished: {clause(error)}. What was read is kept.") from error
    return len(table)
