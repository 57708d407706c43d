"""The one family of errors that is safe to show to a person.

A message says what is wrong, what was expected, what came, and what to do next. Pages, command
line and API catch `AgeSexError` only; anything else is a bug and surfaces in the log.
"""


class AgeSexError(Exception):
    """Base of every error that a user may read."""


class BadImage(AgeSexError):
    """Bytes, a file or an array that cannot become an upright RGB picture."""


class TooLarge(BadImage):
    """A picture with more bytes or pixels than the limit; it was not decoded."""


class NotAPicture(BadImage):
    """Bytes of no format that is read here."""


class NoFace(AgeSexError):
    """The picture is fine, but no face was found in it."""


class BadLabel(AgeSexError):
    """A file name that is not a UTKFace label.

    Attributes:
        reason: what is wrong with the name.
        mending: the name that was probably meant, or "" where nobody can tell. Never applied.
    """

    def __init__(self, name, reason, mending=""):
        """Keep the parts beside the message, so that tables can list them."""
        advice = f" Did you mean {mending!r}?" if mending else ""
        super().__init__(
            f"{name!r} is not a UTKFace file name: {reason}. Expected "
            f"age_sex_race_timestamp.jpg.chip.jpg, for example 25_1_2_20170116193245364.jpg.chip.jpg."
            f"{advice}"
        )
        self.name, self.reason, self.mending = name, reason, mending


class BadDataset(AgeSexError):
    """A folder, archive or table that is not the data set it should be."""


class ModelMissing(AgeSexError):
    """A model folder that does not exist or lacks a file."""


class BadModel(AgeSexError):
    """A model folder whose content cannot be trusted (hash, format, outputs)."""


class CannotExplain(AgeSexError):
    """A question about an answer that this model, method or layer cannot settle."""


class Busy(AgeSexError):
    """Too much work is waiting already.

    Attributes:
        seconds: after which it is worth trying again, about.
    """

    def __init__(self, message, seconds):
        """Keep the seconds beside the message."""
        super().__init__(message)
        self.seconds = seconds
