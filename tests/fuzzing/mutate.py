"""Changes of bytes, with and without a thought to what they mean.

    mutate(data, rng, structure.EDITS.get("PNG"), others)     # 1 to 3 changes

About half of the changes know the format (`structure`), so that a decoder gets beyond its checks of sums.
"""

import numpy as np

NUMBERS = (0, 1, 2, 3, 4, 8, 16, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFFFFFF,
           0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)  # fmt: skip
LARGEST = 2**20  # bytes of a mutant


def mutate(data, rng, edit, others, *, knowing=0.6):
    """A changed copy.

    Args:
        data: bytes.
        rng: numpy Generator.
        edit: function (bytes, rng) -> bytes that knows the format, or None.
        others: list of bytes of the same form, to splice with.
        knowing: share of the changes that `edit` makes.

    Returns:
        bytes, at most `LARGEST`.
    """
    for _ in range(int(rng.choice([1, 1, 1, 2, 3]))):
        if edit is not None and rng.random() < knowing:
            data = edit(data, rng)
        elif rng.random() < 0.06:
            data = splice(data, others[rng.integers(len(others))], rng)
        else:
            change = rng.choice(len(CHANGES), p=WEIGHTS)
            data = CHANGES[change](data, rng)
    return data[:LARGEST]


def place(data, rng):
    """An index of the bytes; every third time one of the first 64, where heads are."""
    n = min(64, len(data)) if rng.random() < 0.33 else len(data)
    return int(rng.integers(max(1, n)))


def flip(data, rng):
    """One to eight bits."""
    out = bytearray(data)
    for _ in range(int(rng.integers(1, 9)) if out else 0):
        out[place(data, rng)] ^= 1 << int(rng.integers(8))
    return bytes(out)


def set_bytes(data, rng):
    """One, two or four bytes become an odd number, in either order."""
    width = int(rng.choice([1, 2, 4]))
    at = place(data, rng)
    return data[:at] + number(rng, width) + data[at + width :]


def number(rng, width, order=None):
    """An odd number as bytes."""
    value = int(rng.choice(NUMBERS)) % (1 << 8 * width)
    return value.to_bytes(width, order or str(rng.choice(["little", "big"])))


def delete(data, rng):
    """A block goes."""
    at, n = place(data, rng), _length(rng)
    return data[:at] + data[at + n :]


def copy(data, rng):
    """A block comes a second time, elsewhere."""
    at, to, n = place(data, rng), place(data, rng), _length(rng)
    return data[:to] + data[at : at + n] + data[to:]


def insert(data, rng):
    """Noise is pushed in, or zeros."""
    at, n = place(data, rng), _length(rng)
    return data[:at] + (rng.bytes(n) if rng.random() < 0.5 else bytes(n)) + data[at:]


def swap(data, rng):
    """Two blocks change places."""
    first, second = sorted(int(rng.integers(len(data) + 1)) for _ in range(2))
    n = min(_length(rng), second - first)
    return (
        data[:first] + data[second : second + n] + data[first + n : second] + data[first : first + n]
        + data[second + n :]
    )  # fmt: skip


def truncate(data, rng):
    """The end is missing."""
    return data[: int(rng.integers(len(data) + 1))]


def splice(data, other, rng):
    """The beginning of one and the end of another."""
    cut = rng.random()
    return data[: int(cut * len(data))] + other[int((cut if rng.random() < 0.7 else rng.random()) * len(other)) :]


def _length(rng):
    return int(2 ** rng.uniform(0, 11))


CHANGES = (flip, set_bytes, delete, copy, insert, swap, truncate)
WEIGHTS = np.array([0.34, 0.26, 0.08, 0.08, 0.08, 0.08, 0.08])
