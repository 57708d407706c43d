"""The pictures beside the text: there, small, and the drawn one as its script draws it."""

import re

import numpy as np
from PIL import Image

from training import social


def test_every_picture_that_the_readme_names_is_there_and_small(root):
    named = re.findall(r"!\[[^\]]{20,}\]\((docs/[^)]+)\)", (root / "README.md").read_text("utf-8"))
    assert len(named) >= 3
    for file in named:
        assert (root / file).stat().st_size < 300_000
        with Image.open(root / file) as picture:
            assert picture.width >= 1000


def test_the_social_picture_is_what_its_script_draws(root):
    with Image.open(social.FILE) as committed:
        assert committed.size == social.SIZE == (1280, 640)
        assert social.same(committed, social.picture())
        assert not social.same(committed, social.picture().transpose(Image.Transpose.FLIP_LEFT_RIGHT))
    assert social.FILE.stat().st_size < 300_000


def test_every_average_face_is_in_it(monkeypatch):
    whole = np.asarray(social.picture())
    cells = social.samples.index()
    monkeypatch.setattr(social.samples, "index", lambda: cells[:-1])
    assert (np.asarray(social.picture()) != whole).any()
