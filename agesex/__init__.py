"""Age and sex from faces: one preprocessing path, one model format, figures with intervals.

from agesex import AgeSex
AgeSex().predict("photo.jpg")       # a list of answers, one per face
"""

__version__ = "0.1.0"
__all__ = ["AgeSex", "get_gender_age"]


def __getattr__(name):
    """`AgeSex` and `get_gender_age` at first use, so that importing the package stays light."""
    if name in __all__:
        from agesex import estimator

        return getattr(estimator, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return sorted([*globals(), *__all__])
