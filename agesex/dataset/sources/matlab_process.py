"""Reads one struct of a Matlab 5 file, as a process of its own: see `matlab`.

    python -P matlab_process.py wiki dob,gender full_path < wiki.mat > columns.npz

Imports nothing of agesex, so that it runs by its path from anywhere. Exit status 3: standard error says in
one clause what is wrong. Any other one but 0: the reader crashed.
"""

import contextlib
import io
import os
import sys
import warnings

MEMORY = 6 * 2**30  # bytes of address space; imdb.mat's 460,723 rows need a fraction
LONGEST = 1000  # letters of a text; a path is shorter


class Unreadable(Exception):
    """What is wrong, as a clause."""


def columns(data, variable, numbers, texts):
    """The fields of a struct.

    Args:
        data: bytes of the file.
        variable: name of the struct; without one the error says what the file holds.
        numbers: names of its fields with numbers.
        texts: names of its fields with texts.

    Returns:
        dict field -> array: float64, (n,); for a text its bytes as UTF-8, one after another (uint8), and
        under "FIELD lengths" the number of bytes of each (int64).

    Raises:
        Unreadable: another kind of file, a variable or a field is missing or of another kind.
    """
    import numpy as np
    from scipy.io import loadmat

    if data[:128].startswith(b"MATLAB 7.3") or b"\x89HDF\r\n\x1a\n" in (data[:8], data[512:520]):
        raise Unreadable(f"it is a Matlab 7.3 (HDF5) file holding {_listed(_hdf5_names(data))}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = loadmat(io.BytesIO(data))
    except (Exception, MemoryError) as error:  # the reader raises whatever it trips over
        if not data.startswith(b"MATLAB"):
            raise Unreadable("it is not a Matlab file") from error
        raise Unreadable("it is a Matlab file that is damaged or cut off") from error
    if not variable:
        raise Unreadable(f"it is a Matlab file holding {_listed([name for name in found if not name.startswith('__')], 8)}")
    struct = found.get(variable)
    if getattr(getattr(struct, "dtype", None), "names", None) is None or struct.size != 1:
        names = [name for name in found if not name.startswith("__")]
        raise Unreadable(f"it holds no struct {variable}; found {_listed(names)}")
    record = struct.ravel()[0]
    if missing := [field for field in (*numbers, *texts) if field not in record.dtype.names]:
        raise Unreadable(
            f"its struct {variable} lacks {_listed(missing)}; found {_listed(record.dtype.names)}"
        )
    out = {}
    for field in numbers:
        try:
            out[field] = np.asarray(record[field]).ravel().astype(np.float64)
        except (TypeError, ValueError) as error:
            raise Unreadable(f"its field {field} holds something other than numbers") from error
    for field in texts:
        encoded = [_text(value) for value in np.asarray(record[field]).ravel()]
        out[field] = np.frombuffer(b"".join(encoded), np.uint8)
        out[f"{field} lengths"] = np.array([len(value) for value in encoded], np.int64)
    return out


def _text(value):
    """A cell with a text as UTF-8; anything else is empty."""
    while hasattr(value, "ravel") and value.size == 1:
        value = value.ravel()[0] if value.ndim else value.item()
    return value[:LONGEST].encode("utf-8", "replace") if isinstance(value, str) else b""


def _hdf5_names(data):
    with contextlib.suppress(Exception):
        import h5py

        with h5py.File(io.BytesIO(data), "r") as file:
            return [name for name in file if not name.startswith("#")]
    return []


def _listed(names, most=20):
    names = ["".join(c for c in str(name)[:40] if c.isprintable()) for name in names]
    return ", ".join(names[:most]) + ", …" * (len(names) > most) or "nothing"


def _main(variable, numbers, texts):
    with contextlib.suppress(ImportError, ValueError, OSError):  # not on Windows
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    import numpy as np

    try:
        out = columns(sys.stdin.buffer.read(), variable, numbers.split(","), texts.split(","))
    except Unreadable as error:
        sys.stderr.write(str(error))
        return 3
    content = io.BytesIO()
    np.savez(content, **out)
    sys.stdout.buffer.write(content.getvalue())
    return 0


if __name__ == "__main__":
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # each thread reserves address space
    sys.exit(_main(*sys.argv[1:4]))
