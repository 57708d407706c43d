"""Pictures by activation maximisation: the search, the folder that it leaves, and the one that is committed."""

import json
import shutil
import types

import numpy as np
import pytest
from PIL import Image

from agesex import imagined, model
from agesex.errors import BadModel, ModelMissing
from agesex.explain.fill import average_face
from agesex.model import Output
from training import imagine


@pytest.fixture
def registry(tmp_path, monkeypatch):
    """A folder of models with the default model's card alone."""
    card = model.folder(model.DEFAULT) / "card.json"
    folder = tmp_path / "models" / model.DEFAULT
    folder.mkdir(parents=True)
    shutil.copy(card, folder)
    monkeypatch.setenv("AGESEX_MODELS", str(tmp_path / "models"))
    return folder


ROW = {
    "file": "a.webp", "target": "80 years", "start": "noise", "age": 79.5, "p_female": 0.25,
    "start_age": 12, "start_p_female": 0.5,
}  # fmt: skip


def lay(folder, sha256=None, **changes):
    """An imagined folder of one picture."""
    (folder / "imagined").mkdir(exist_ok=True)
    Image.fromarray(np.full((200, 200, 3), 90, np.uint8)).save(folder / "imagined" / "a.webp")
    facts = {"sha256": sha256 or model.read_card(model.DEFAULT)["sha256"], "pictures": [ROW | changes]}
    (folder / "imagined" / "index.json").write_text(json.dumps(facts))
    return folder / "imagined"


def test_a_picture_is_read_with_what_the_model_says_about_it(registry):
    lay(registry)
    (found,) = imagined.read(model.DEFAULT)
    assert (found.target, found.start, found.title) == ("80 years", "noise", "80 years, from noise")
    assert (found.age, found.p_female, found.start_age, found.start_p_female) == (79.5, 0.25, 12, 0.5)
    assert found.load().shape == (200, 200, 3) and found.load().mean() == pytest.approx(90, abs=2)


def test_a_model_without_pictures_and_one_of_other_weights_have_none(registry):
    assert imagined.read(model.DEFAULT) == ()
    lay(registry, sha256="0" * 64)
    assert imagined.read(model.DEFAULT) == ()
    with pytest.raises(ModelMissing, match="no model 'nobody'"):
        imagined.read("nobody")


@pytest.mark.parametrize(
    "changes",
    [{"file": "b.webp"}, {"file": "../card.json"}, {"age": "old"}, {"start": "a photo"}, {"p_female": None}],
)
def test_a_broken_index_is_refused(registry, changes):
    lay(registry, **changes)
    with pytest.raises(BadModel, match=r"imagined/index.json cannot be read.*training.imagine mobile"):
        imagined.read(model.DEFAULT)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"sha256": "0", "pictures": []}', '{"sha256": "0", "pictures": [1]}'])
def test_an_index_that_is_none_is_refused(registry, text):
    (lay(registry) / "index.json").write_text(text)
    with pytest.raises(BadModel, match="cannot be read"):
        imagined.read(model.DEFAULT)


def test_a_folder_without_an_index_and_a_file_that_is_no_picture_are_refused(registry):
    folder = lay(registry)
    (folder / "a.webp").write_bytes(b"no picture")
    with pytest.raises(BadModel, match="a.webp cannot be read"):
        imagined.read(model.DEFAULT)[0].load()
    (folder / "index.json").unlink()
    with pytest.raises(BadModel, match="cannot be read"):
        imagined.read(model.DEFAULT)


def test_every_wish_asks_one_thing_and_has_a_file_of_its_own():
    assert len({wish.file for wish in imagine.WISHES}) == len(imagine.WISHES) == 12
    assert all((wish.age is None) != (wish.logit is None) for wish in imagine.WISHES)
    assert {wish.start for wish in imagine.WISHES} == set(imagined.STARTS) == set(imagine.RATES)
    assert imagine.Wish("5 years", "average face", age=5).file == "5_years_from_average_face.webp"


def test_shaking_is_undone():
    pictures = np.random.default_rng(0).uniform(0, 255, (2, 9, 9, 3))
    shaken, seen = imagine._Shaken(), pictures
    places = set()
    for _ in range(30):
        seen = shaken(seen)
        places.add(tuple(shaken.at))
    assert len(places) > 10
    np.testing.assert_array_equal(shaken.back(seen), pictures)


def test_changes_are_smooth_in_light_smoother_in_colour_and_fade():
    tamed, change = imagine._Tamed(), np.zeros((1, 31, 31, 3), np.float32)
    change[0, 15, 15] = (3, 0, 0)  # light 1, colour (2, -1, -1)
    found = tamed(change)
    assert np.sqrt((found**2).mean()) == pytest.approx(1, rel=1e-4)
    light, colour = found[0].mean(axis=-1), found[0, ..., 0] - found[0].mean(axis=-1)
    for part, width in ((light, imagine.LIGHT), (colour, imagine.COLOUR)):
        assert part[15, 15] == part.max() > 0
        assert part[15, 18] / part[15, 15] == pytest.approx(np.exp(-(3**2) / (2 * width**2)), rel=0.05)
    np.testing.assert_allclose(tamed(change / 10), found / 10, atol=1e-5)  # near the goal
    assert np.isfinite(tamed(0 * change)).all()


# a network that can be followed by hand: bright is old, reddish is female


def bright_is_old():
    import keras
    from keras import layers

    years = np.arange(101, dtype=np.float32)
    photo = keras.Input((24, 24, 3), name="photo")
    mean = layers.GlobalAveragePooling2D()(photo)
    # a bell of ages around 100 · brightness: -(years - a)²/50 without what all ages share
    kernel = np.repeat(2 * years[None] / 50 * 100 / 255 / 3, 3, axis=0)
    age = layers.Dense(101, name="age")
    sex = layers.Dense(1, name="sex")
    network = keras.Model(photo, {"age": age(mean), "sex": sex(mean)})
    age.set_weights([kernel, -(years**2) / 50])
    sex.set_weights([np.float32([[0.1], [0], [-0.1]]), np.zeros(1, np.float32)])
    return network


def loaded(network, calls):
    card = model.read_card(model.DEFAULT)

    def forward(crops):
        calls.append(len(crops))
        means = crops.reshape(len(crops), -1, 3).mean(axis=1)
        ages = np.round(means.mean(axis=1) / 255 * 100).astype(int)
        return Output(np.eye(101)[ages], (means[:, 0] - means[:, 2]) / 10)

    return types.SimpleNamespace(
        name=model.DEFAULT, sha256=card["sha256"], card=card, network=network, mirror=True, forward=forward
    )


@pytest.mark.model
@pytest.mark.parametrize("mirror", [False, True])
def test_the_answerer_says_what_the_model_says(mirror):
    picture = np.zeros((1, 200, 200, 3), np.float32)
    picture[..., 0] = 153
    found = np.asarray(imagine.answerer(bright_is_old(), mirror)([picture]))
    assert found.shape == (1, 102)
    assert found[0, :101] @ np.arange(101) == pytest.approx(20, abs=0.1)  # 51 levels on average
    assert found[0, 101] == pytest.approx(15.3, abs=0.01)


@pytest.mark.model
def test_a_grey_picture_becomes_what_is_asked_for():
    answering = imagine.answerer(bright_is_old(), mirror=True)
    wanted = [imagine.Wish("", "noise", **goal) for goal in ({"age": 30}, {"age": 70}, {"logit": -6})]
    start = np.full((200, 200, 3), 127, np.uint8)
    made = imagine.imagine(answering, start, wanted, steps=50, rate=4)
    answers = np.asarray(answering([made.astype(np.float32)]))
    ages = answers[:, :101] @ np.arange(101)
    assert ages[:2] == pytest.approx([30, 70], abs=2)
    assert answers[2, 101] == pytest.approx(-6, abs=0.5)
    assert (imagine.imagine(answering, start, wanted, steps=50, rate=4) == made).all()


@pytest.mark.model
def test_the_folder_holds_every_picture_and_the_models_answers(registry):
    calls = []
    rows = imagine.write(loaded(bright_is_old(), calls), steps=2)
    found = imagined.read(model.DEFAULT)
    assert [one.file.name for one in found] == [wish.file for wish in imagine.WISHES]
    assert [row["age"] for row in rows] == [one.age for one in found]
    assert calls == [2, 7, 5]  # both starts, then the finished pictures of each
    for one in found:
        assert one.age == pytest.approx(one.load().mean() / 2.55, abs=0.6)
    start = average_face().mean() / 2.55
    assert {round(one.start_age) for one in found if one.start == "average face"} == {round(start)}
    assert sorted(path.name for path in registry.iterdir()) == ["card.json", "imagined"]


@pytest.mark.model
def test_a_stopped_search_leaves_what_was_there_and_a_strange_folder_is_refused(registry, monkeypatch):
    folder, full = lay(registry), loaded(bright_is_old(), [])
    (folder / "a.webp").rename(folder / "notes.txt")
    with pytest.raises(BadModel, match="notes.txt"):
        imagine.write(full, steps=1)
    (folder / "notes.txt").unlink()

    def stopped(*args, **options):
        raise OSError("no space left")

    monkeypatch.setattr(imagine, "imagine", stopped)
    before = (folder / "index.json").read_text()
    with pytest.raises(BadModel, match="no space left"):
        imagine.write(full)
    assert (folder / "index.json").read_text() == before
    assert sorted(path.name for path in registry.iterdir()) == ["card.json", "imagined"]


# the pictures of the default model, as committed


def test_the_default_models_pictures_are_of_its_weights_and_small():
    found = imagined.read(model.DEFAULT)
    assert [one.file.name for one in found] == [wish.file for wish in imagine.WISHES]
    assert all(one.file.stat().st_size < 80_000 for one in found)
    for one in found:
        if one.target.endswith(" years"):
            assert one.age == pytest.approx(float(one.target.split()[0]), abs=2), one.title
        else:
            assert one.p_female == pytest.approx(float(one.target == "female"), abs=0.05), one.title


def test_the_pictures_of_the_old_differ_from_that_of_a_20_year_old_where_the_face_is():
    found = {one.target: one.load().astype(float) for one in imagined.read(model.DEFAULT) if one.start != "noise"}
    inside = slice(40, 160), slice(50, 150)
    for old in ("60 years", "80 years"):
        change = np.abs(found[old] - found["20 years"]).mean(axis=-1)
        assert change[inside].mean() > 3
        assert change[inside].mean() > 1.5 * change[:, :20].mean()  # the background is of no age


@pytest.mark.model
def test_the_default_model_says_of_its_pictures_what_the_index_says():
    found = imagined.read(model.DEFAULT)
    output = model.load().forward(np.stack([one.load() for one in found]))
    np.testing.assert_allclose(output.age, [one.age for one in found], atol=0.1)
