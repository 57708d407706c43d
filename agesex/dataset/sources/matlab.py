"""Columns of a struct in a Matlab 5 file, from a file that nobody vouches for.

    matlab.columns(data, "wiki", numbers=["dob", "gender"], texts=["full_path"])

SciPy's reader ends the whole process (segmentation fault) on some damaged files; seen with SciPy 1.17 on a
small file in which a few bytes were changed at random. So it runs in a process of its own (`matlab_process`)
with a limit on its memory, which also gives back the many small arrays that it makes.
"""

import functools
import io
import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from agesex.errors import BadDataset

MAX_BYTES = 512 * 2**20  # of a .mat; the published ones are a tenth of it
TIMEOUT = 600  # seconds
_PROCESS = Path(__file__).with_name("matlab_process.py")


def columns(data, variable, *, numbers, texts, name="the .mat file"):
    """Read fields of a struct.

    Args:
        data: bytes of the file.
        variable: name of the struct.
        numbers: names of fields of n numbers.
        texts: names of fields of n texts.
        name: of the file, for messages.

    Returns:
        dict field -> (n,) float64 array, or list of n texts.

    Raises:
        BadDataset: another kind of file, a missing variable or field, or columns of different lengths.
    """
    bad = functools.partial(_bad, name, variable, (*numbers, *texts))
    if len(data) > MAX_BYTES:
        raise bad(f"it is larger than {MAX_BYTES / 2**20:g} MB")
    try:
        done = _read(data, variable, ",".join(numbers), ",".join(texts))
    except (OSError, subprocess.TimeoutExpired) as error:
        raise bad(f"reading it did not end ({type(error).__name__})") from error
    if done.returncode == 3:
        raise bad(_last_line(done))
    try:
        if done.returncode:
            raise ValueError(f"the reader ended with status {done.returncode}")
        with np.load(io.BytesIO(done.stdout), allow_pickle=False) as arrays:
            found = {field: arrays[field] for field in numbers}
            found |= {field: _split(arrays[field], arrays[f"{field} lengths"]) for field in texts}
    except Exception as error:  # a reader that did not crash may still have written nonsense
        raise bad("it is damaged and cannot be read to its end") from error
    lengths = {field: len(values) for field, values in found.items()}
    if len(set(lengths.values())) > 1:
        said = ", ".join(f"{field} {n:,}" for field, n in lengths.items())
        raise bad(f"its fields have different lengths ({said})")
    return found


def described(data):
    """A clause on what a .mat file holds, or why it cannot be read.

    Args:
        data: bytes of the file.
    """
    try:
        done = _read(data, "", "", "")
    except (OSError, subprocess.TimeoutExpired):
        done = None
    if done is None or done.returncode != 3:
        return "it is damaged and cannot be read to its end"
    return _last_line(done)


def _read(data, *words):
    command = [sys.executable, "-P", os.fspath(_PROCESS), *words]
    return subprocess.run(command, input=data, capture_output=True, timeout=TIMEOUT, check=False)


def _last_line(done):
    return done.stderr.decode("utf-8", "replace").splitlines()[-1]


def _split(joined, lengths):
    """The texts that `matlab_process` wrote one after another."""
    ends = np.cumsum(lengths)
    joined = joined.tobytes()
    return [joined[end - n : end].decode("utf-8", "replace") for end, n in zip(ends, lengths, strict=True)]


def _bad(name, variable, fields, reason):
    return BadDataset(
        f"{name} cannot be used: {reason}. Expected a Matlab 5 file with a struct {variable} that has the "
        f"fields {', '.join(fields)}. Use {variable}.mat as it was published, or download it again."
    )
