"""Age and sex from faces: one preprocessing path, one model format, figures with intervals."""

__version__ = "0.1.0"
