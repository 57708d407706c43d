"""Words of messages: a number with its noun, a list that is cut, what another program said.

counted(1, "photo"), counted(1200, "photo")        # "1 photo", "1,200 photos"
"""


def counted(n, noun):
    """A number and its noun, which has an s unless it is one."""
    return f"{n:,} {noun}{'s' * (n != 1)}"


def listed(names, n=None, *, most=200):
    """Names with commas between, with … where there are more.

    Args:
        names: list of str.
        n: int, how many there are in all, where `names` are only the first of them.
        most: letters.
    """
    text = ", ".join(map(printable, names))
    if len(text) > most:
        return text[:most].rsplit(",", 1)[0] + ", …"
    return text + (", …" if n is not None and n > len(names) else "")


def clause(error):
    """What an exception says, as the middle of a sentence: no capital letter, no full stop."""
    text = (getattr(error, "strerror", None) or str(error)).strip().rstrip(".")
    text = printable(text[:1].lower() + text[1:] if text[1:2].islower() else text)
    return text if len(text) <= 500 else f"{text[:499]}…"


def printable(text):
    """A text from a file without line breaks and other control characters."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
