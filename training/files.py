"""Writing so that a crash or a full disk leaves what was there before: aside first, then renamed.

    write(path, text)                 # a small file
    swap(target, aside)               # a whole folder
"""

import json
import shutil
from pathlib import Path

from agesex.errors import BadModel

PASSING = (".part", ".old")  # endings of what is not finished, or about to go


def write(path, content):
    """Write a file.

    Args:
        path: of the file.
        content: str, or bytes.

    Raises:
        BadModel: the disk is full or may not be written; an older file is unchanged.
    """
    aside = Path(path).with_name(Path(path).name + ".part")
    try:
        aside.parent.mkdir(parents=True, exist_ok=True)
        aside.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        aside.replace(path)
    except OSError as error:
        raise unwritten(path, error) from error


def made_from(path):
    """The SHA-256 of the weights that a derived JSON file says it was made from; "" where it says none."""
    try:
        return str(json.loads(Path(path).read_text(encoding="utf-8"))["sha256"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def check_replaceable(target, known, what):
    """Refuse to replace something that is not what this command writes.

    Args:
        target: the folder to be replaced.
        known: names of the files that such a folder holds.
        what: "a pack", "a model", for the message.

    Raises:
        BadModel: it is a file, or a folder with anything else in it.
    """
    target = Path(target)
    if not target.exists():
        return
    strange = ["it is a file"] if not target.is_dir() else sorted(
        path.name for path in target.iterdir() if path.name not in known
    )  # fmt: skip
    if strange:
        raise BadModel(
            f"{target} is not {what} and would be lost: {', '.join(strange[:3])}. Expected an empty or new "
            f"folder, or an older one of the same kind. Name another folder."
        )


def swap(target, aside):
    """Put a finished folder in the place of an old one, which comes back if that fails."""
    old = target.with_name(target.name + ".old")
    if target.exists():
        shutil.rmtree(old, ignore_errors=True)
        target.rename(old)
    try:
        aside.rename(target)
    except OSError:
        if old.exists():
            old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def recover(target):
    """Bring back the old folder where a `swap` was killed between its two steps."""
    old = target.with_name(target.name + ".old")
    if old.exists() and not target.exists():
        old.rename(target)


def unwritten(path, error):
    """The BadModel for something that could not be written."""
    return BadModel(
        f"{path} could not be written: {error}. What was there before is unchanged. Make room or correct "
        f"the permissions, and run the same command again."
    )
