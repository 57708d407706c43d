"""What every page calls the models that one can choose among.

    said = model_choice.labels()        # {"mobile": "MobileNet 144 · default", "cnn": "Plain CNN 64", …}
    model_choice.title_of("cnn")        # in a sentence: "Plain CNN 64"
"""

import ui
from agesex import model_files as model
from agesex.errors import AgeSexError


def title_of(name):
    """What people call a model; the folder's name where its card cannot be read."""
    try:
        return ui.read_card(name)["title"]
    except AgeSexError:
        return name


def labels():
    """{folder: title} of the models that can be used, the default marked, equal titles told apart.

    Where there is no model at all it is the default one alone, so that a page can say that it is missing.
    """
    names = ui.model_names() or [model.DEFAULT]
    titles = [title_of(name) for name in names]
    told = [t if titles.count(t) == 1 else f"{t} ({n})" for n, t in zip(names, titles, strict=True)]
    return {n: f"{t} · default" if n == model.DEFAULT else t for n, t in zip(names, told, strict=True)}
