"""What the commands share: standard output and error, files that are replaced whole, a quiet TensorFlow.

check_output(path)                  # before the work; raises ValueError
write(path, "text or bytes")        # aside, then renamed
"""

import contextlib
import os
import shutil
import sys
import tempfile
from pathlib import Path


def say(text):
    """A line for the person at the keyboard, on standard error; what its encoding lacks is escaped."""
    sys.stderr.write(_encodable(f"{text}\n", sys.stderr))


def out(text):
    """Write to standard output; what its encoding cannot say is escaped."""
    sys.stdout.write(_encodable(text, sys.stdout))
    sys.stdout.flush()


def one_line(text):
    """A text without line breaks and other control characters, which a file name may hold."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def check_output(path):
    """Find out before the work whether the answer can be written; raises ValueError."""
    if path.is_dir():
        raise ValueError(f"--output {path} is a folder. Name a file.")
    if not path.absolute().parent.is_dir():
        raise ValueError(f"the folder of --output {path} does not exist. Make it first.")
    target = path if path.exists() else path.absolute().parent
    if not os.access(target, os.W_OK):
        raise ValueError(f"--output {path} cannot be written. Choose another place.")


def write(path, content):
    """Write aside, then rename: a crash leaves the old file. Links are followed, devices written to.

    Args:
        path: Path of the file.
        content: str, written as UTF-8, or bytes.

    Raises:
        OSError: it cannot be written; nothing is left beside it.
    """
    path = path.resolve()
    data = content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content
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


@contextlib.contextmanager
def quiet_tensorflow():
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


def _encodable(text, stream):
    encoding = stream.encoding or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask
