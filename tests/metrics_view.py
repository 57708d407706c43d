"""How tests open a view of the page Metrics and read what it says."""

import json
import shutil

import streamlit as st

from agesex import model

PAGE = "pages/2_Metrics.py"


def opened(app, view, **address):
    """The view, as a link with these values opens it."""
    app.run()
    app.query_params["view"] = view
    for key, value in address.items():
        app.query_params[key] = value
    page = app.switch_page(PAGE).run()
    assert not page.exception
    return page


def said(page):
    """All that is written: texts, captions, notes; figures keep a number and its unit on one line."""
    kinds = (page.markdown, page.caption, page.info, page.warning, page.subheader)
    return " ".join(element.value for kind in kinds for element in kind).replace("\u00a0", " ")


def titles(page):
    """The sentences above the charts."""
    return [text.value[5:].replace("\u00a0", " ") for text in page.markdown if text.value.startswith("#### ")]


def charts(page):
    """All charts as one text."""
    return b"".join(chart.proto.SerializeToString() for chart in page.get("vega_lite_chart")).decode(
        errors="replace"
    )


def copied(folder, monkeypatch, *names):
    """The body of a fixture: a registry of its own with copies of some models, the default without names.

    Yields:
        The folder of the first one; loaders forget what they have read, before and after.
    """
    names, target = names or (model.DEFAULT,), folder / "models"
    for name in names:
        shutil.copytree(model.folder(name), target / name)
    monkeypatch.setenv("AGESEX_MODELS", str(target))
    st.cache_data.clear()
    yield target / names[0]
    st.cache_data.clear()


def with_predictions(folder, change):
    """Replace the predictions of a model by what a function makes of them."""
    import pandas as pd

    path = folder / "predictions.parquet"
    change(pd.read_parquet(path)).to_parquet(path, index=False)


def with_card(folder, **changes):
    """Change entries of card.json."""
    path = folder / "card.json"
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **changes}), "utf-8")
