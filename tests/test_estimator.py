import io
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
from asgi import encoded, grey
from PIL import Image
from stub import StubModel

import agesex
from agesex import AgeSex, explain, faces, get_gender_age, images, model
from agesex.errors import BadImage, CannotExplain, ModelMissing, NoFace, NotAPicture, TooLarge
from agesex.explain.explanation import from_raw


@pytest.fixture(autouse=True)
def loads(monkeypatch):
    """The stub instead of models, and a detector: as many faces as the photo is wide in hundreds."""
    loads = []

    def load(name=None):
        time.sleep(0.01)  # long enough for a second thread to come in between
        loads.append(name)
        return StubModel()

    def find(photo):
        step = 100
        return [
            faces.Face(
                faces.resize(photo[:step, x : x + step], 200),
                (float(x), 0.0, float(step - (x == 0)), float(step)), faces.TEMPLATE, 0.99,
            )
            for x in range(0, photo.shape[1] - step + 1, step)
        ]  # fmt: skip

    monkeypatch.setattr(model, "load", load)
    monkeypatch.setattr(faces, "find", find)
    agesex.estimator._shared.cache_clear()
    return loads


@pytest.fixture
def couple():
    """Two faces beside each other: a dark reddish one, a bright bluish one."""
    photo = np.zeros((100, 200, 3), np.uint8)
    photo[:, :100], photo[:, 100:] = (110, 60, 40), (180, 200, 230)
    return photo


def test_importing_the_package_is_light():
    code = (
        "import sys, agesex; assert not {'numpy', 'cv2', 'keras'} & set(sys.modules); "
        "from agesex import AgeSex, get_gender_age; AgeSex(); "
        "assert not {'tensorflow', 'keras', 'fastapi'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    assert {"AgeSex", "get_gender_age"} <= set(dir(agesex))
    with pytest.raises(AttributeError, match="nothing"):
        agesex.nothing  # noqa: B018


def test_every_face_has_a_typed_answer(couple):
    left, right = AgeSex().predict(couple)
    assert left.box[0] < right.box[0]
    assert left.age == pytest.approx(70 / 2.55, abs=0.5)
    assert left.interval[0] < left.age < left.interval[1] and left.level == 0.9
    assert (left.sex, right.sex) == ("female", "male") and left.p_female > 0.99 > 0.01 > right.p_female
    assert left.face.crop.shape == (200, 200, 3)
    assert left.prediction.age_probabilities.shape == (101,)
    assert "crop" not in repr(left) and "p_female" in repr(left)


@pytest.mark.parametrize("kind", ["path", "text", "bytes", "file", "array"])
def test_every_kind_of_source_gives_the_same(couple, tmp_path, kind):
    data = encoded(couple)
    (tmp_path / "me.png").write_bytes(data)
    source = {
        "path": tmp_path / "me.png", "text": str(tmp_path / "me.png"), "bytes": data,
        "file": io.BytesIO(data), "array": couple,
    }[kind]  # fmt: skip
    assert [a.age for a in AgeSex().predict(source)] == [a.age for a in AgeSex().predict(couple)]


def test_aligned_needs_no_search_and_no_face_is_an_empty_list(loads):
    assert AgeSex().predict(grey(120, (90, 90))) == [] and loads == []
    (only,) = AgeSex().predict(grey(120, (90, 90)), aligned=True)
    assert only.box == (0, 0, 90, 90) and only.confidence == 1


def test_level_and_threshold_are_kept_and_checked(couple):
    narrow, wide = (AgeSex(level=level).predict(couple)[0].interval for level in (0.5, 0.99))
    assert narrow[1] - narrow[0] < wide[1] - wide[0]
    faint = np.full((100, 100, 3), (120, 118, 118), np.uint8)  # p = 0.55
    assert AgeSex(threshold=0.5).predict(faint)[0].sex == "female"
    assert AgeSex().predict(faint)[0].sex == "unsure"
    for wrong in ({"level": 0.4}, {"level": 90}, {"threshold": 0.1}, {"level": float("nan")}):
        with pytest.raises(ValueError, match="between"):
            AgeSex(**wrong)


def test_the_model_is_loaded_at_the_first_use_and_once_for_all_threads(couple, loads):
    estimator = AgeSex("mobile")
    assert loads == []
    threads = [threading.Thread(target=estimator.predict, args=(couple,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert loads == ["mobile"]
    own = StubModel()
    assert AgeSex(own).model is own and loads == ["mobile"]


def test_a_model_that_is_missing_is_said(monkeypatch, couple):
    def load(name):
        raise ModelMissing("There is no model 'x'.")

    monkeypatch.setattr(model, "load", load)
    with pytest.raises(ModelMissing):
        AgeSex("x").predict(couple)


def test_the_main_face_in_one_call(couple, tmp_path, loads):
    (tmp_path / "me.png").write_bytes(encoded(couple))
    age, p_female = get_gender_age(tmp_path / "me.png")
    right = AgeSex().predict(couple)[1]  # one pixel wider
    assert (age, p_female) == (right.age, right.p_female)
    get_gender_age(couple)
    assert len(loads) == 2  # the estimator here and the shared one, which is kept
    with pytest.raises(NoFace, match="aligned"):
        get_gender_age(grey(120, (90, 90)))


def test_explaining_one_of_several_faces(monkeypatch, couple):
    asked = []

    def explained(model, crop, target, method, *, layer=None):
        asked.append((crop.mean(), target, method, layer))
        return from_raw(np.eye(5), target, method, layer)

    monkeypatch.setattr(explain, "explain", explained)
    found = AgeSex().explain(couple, "male", "saliency", face=2)
    assert found.map.shape == (200, 200) and found.target == "male"
    assert asked[0][0] > 150 and asked[0][1:] == ("male", "saliency", None)
    with pytest.raises(CannotExplain, match="2 faces"):
        AgeSex().explain(couple)
    for number in (3, 0, -1):
        with pytest.raises(NoFace, match="no face"):
            AgeSex().explain(couple, face=number)
    with pytest.raises(NoFace):
        AgeSex().explain(grey(9, (90, 90)))
    with pytest.raises(ValueError, match="method"):
        AgeSex().explain(couple, method="crystal-ball")


def test_what_is_wrong_with_a_picture_has_its_own_class():
    for wrong, kind in ((b"words", NotAPicture), (b"", BadImage), (b"\xff" * (images.MAX_BYTES + 1), TooLarge)):
        with pytest.raises(kind):
            AgeSex().predict(wrong)
    with pytest.raises(TooLarge, match="pixels"):
        images.decode(encoded(Image.new("L", (8000, 8000))))


@pytest.mark.model
def test_the_portrait_of_the_samples_with_the_released_model(monkeypatch):
    monkeypatch.undo()
    from agesex import samples

    portrait = samples.get("astronaut").photo
    (answer,) = AgeSex().predict(portrait)
    assert answer.interval[0] < 36 < answer.interval[1] and answer.sex == "female"
    assert get_gender_age(portrait) == (answer.age, answer.p_female)
