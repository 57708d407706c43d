"""Data sets from where the public finds them: UTKFace from its mirrors, IMDB-WIKI from its authors.

    fetched = fetch("wiki", Path("downloads"))       # Fetched(path, size, checked)

A download that is cut off continues with the same call. The places are in `mirrors`.
"""

import contextlib
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from agesex.dataset.mirrors import PACKAGES, import_command, installed, pick
from agesex.errors import BadDataset


@dataclass(frozen=True)
class Fetched:
    """What arrived.

    Attributes:
        path: Path of the file or folder.
        size: bytes.
        checked: one clause on what was compared.
    """

    path: Path
    size: int
    checked: str


def fetch(name, to, *, kind=None, on_progress=None):
    """Download a data set, or go on where an earlier call stopped.

    Args:
        name: "utkface", "wiki" or "imdb".
        to: Path of a folder, made if it is not there.
        kind: of mirror, see `pick`.
        on_progress: function (bytes so far, bytes in all or None); packages of mirrors draw their own bar.

    Returns:
        Fetched.

    Raises:
        BadDataset: it failed; the message says why and how to do it by hand.
    """
    import filelock

    mirror, to = pick(name, kind), Path(to).expanduser().absolute()
    check_package(name, mirror, to)
    # two packages besides ours raise exceptions of their own
    expected = (OSError, ValueError, BadDataset) if mirror.kind == "https" else Exception
    try:
        to.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(to / f"{mirror.file}.lock", timeout=0):
            path, checked = _HOW[mirror.kind](mirror, to, on_progress)
        return Fetched(path, _size(path), checked)
    except filelock.Timeout:
        raise BadDataset(
            f"another download of {mirror.file} into {to} is running. Wait for it, or name another folder "
            f"with --to."
        ) from None
    except expected as error:
        raise by_hand(name, mirror, to, reason(error)) from error


def check_package(name, mirror, to):
    """Find out before anything else whether the package that a mirror needs is installed.

    Raises:
        BadDataset: it is not; the message says how to do without.
    """
    if not installed(mirror):
        package = PACKAGES[mirror.kind]
        raise by_hand(name, mirror, to, f"the optional package {package} is missing (pip install {package})")


def by_hand(name, mirror, to, why):
    """The error that says how to do without."""
    part = to / f"{mirror.file}.part"
    kept = f"{part.name} holds what came, and the same command goes on. " if part.exists() else ""
    file = mirror.by_hand or mirror.file
    return BadDataset(
        f"{name} was not downloaded: {why}. {kept}By hand: fetch {file} from {mirror.page}, put it into "
        f"{to}, then {import_command(name, to / file)}"
    )


def reason(error):
    """One clause on why a download failed.

    Args:
        error: an exception of requests, huggingface_hub, kagglehub, pooch or the file system.
    """
    import requests

    if isinstance(error, BadDataset):
        return str(error)
    status = getattr(getattr(error, "response", None), "status_code", None)
    if status is not None:
        said = {401: "asks for an account", 403: "refuses", 404: "no longer has it", 429: "asks to wait"}
        return f"the server {said.get(status, 'fails')} (status {status})"
    kinds = {kind.__name__ for kind in type(error).__mro__}
    if isinstance(error, requests.Timeout) or "TimeoutException" in kinds:
        return "the server did not answer in time"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the connection was cut"
    offline = {"LocalEntryNotFoundError", "OfflineModeIsEnabled", "ConnectError", "TransportError"}
    if isinstance(error, requests.ConnectionError) or kinds & offline:
        return "the server cannot be reached (is this machine online?)"
    if isinstance(error, ValueError) and "known hash" in str(error):
        return "its checksum is not the published one, so it was thrown away"
    if isinstance(error, OSError) and error.strerror:
        return f"it cannot be written ({error.strerror})"
    line = next(iter(str(error).splitlines()), "")[:200]
    return f"{type(error).__name__}{': ' * bool(line)}{line}".rstrip(".")


def _https(mirror, to, on_progress):
    """Fetch a plain file with pooch."""
    import pooch

    from agesex.dataset.resuming import Resuming

    pooch.get_logger().setLevel("ERROR")  # it would advise to pin the checksum of whatever came
    # a stated size is rounded; a tenth of it is still no web page
    resuming = Resuming(to / f"{mirror.file}.part", on_progress=on_progress, least=mirror.size // 10)
    path = pooch.retrieve(
        mirror.id, known_hash=mirror.known_hash, fname=mirror.file, path=to, downloader=resuming
    )
    if mirror.known_hash:
        return Path(path), "its checksum is the published one"
    return Path(path), "no checksum is published; its length is the server's"


def _huggingface(mirror, to, on_progress):
    """Fetch one file of a repository; the server names the SHA-256 of a large one as its version."""
    import huggingface_hub

    address = huggingface_hub.hf_hub_url(
        mirror.id, mirror.file, repo_type="dataset", revision=mirror.revision
    )
    published = huggingface_hub.get_hf_file_metadata(address).etag or ""
    path = Path(
        huggingface_hub.hf_hub_download(
            mirror.id, mirror.file, repo_type="dataset", revision=mirror.revision, local_dir=to
        )
    )
    if not re.fullmatch(r"[0-9a-f]{64}", published):
        return path, "no checksum is published"
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != published:
            path.unlink()
            raise BadDataset("its checksum is not the published one, so it was thrown away")
    return path, "its checksum is the one that the mirror names"


def _kaggle(mirror, to, on_progress):
    """Fetch and unpack a Kaggle data set, which kagglehub compares with the server's checksum."""
    import kagglehub

    path = kagglehub.dataset_download(mirror.id, output_dir=str(to / mirror.file))
    return Path(path), "kagglehub compared it with what the server names"


_HOW = {"https": _https, "huggingface": _huggingface, "kaggle": _kaggle}


def _size(path):
    if path.is_file():
        return path.stat().st_size
    with contextlib.suppress(OSError):
        return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    return 0
