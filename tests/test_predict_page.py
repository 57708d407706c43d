"""The page Predict, from app.py, with a stub model; the real one in the tests marked `model`."""

import asyncio
import io
import re

import numpy as np
import pytest
from PIL import Image

import ui
import ui.photo
from agesex import labels, samples
from agesex.errors import ModelMissing

PAGE = "pages/3_Predict.py"


def encoded(format="PNG", size=(320, 240), **options):
    """A picture without any face, as a file."""
    out = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 255, (*size[::-1], 3), np.uint8)
    Image.fromarray(noise).save(out, format, **options)
    return out.getvalue()


@pytest.fixture
def page(app, stub_model):
    app.run()
    return app.switch_page(PAGE).run()


def go(page, source):
    return page.button_group(key="source").set_value(source).run()


def upload(page, name, data, kind="image/png"):
    if not page.file_uploader:
        go(page, "upload")
    return page.file_uploader[0].upload(name, data, kind).run()


def said(page):
    """All text of the page, in one string."""
    assert not page.exception
    parts = [*page.markdown, *page.caption, *page.warning, *page.error, *page.success]
    return re.sub(r"\\(?=[!-/:-@\[-`{-~])", "", "\n".join(part.value for part in parts))


def ages(page):
    return [text.value for text in page.subheader]


def test_the_page_is_not_empty_at_first(page):
    text = said(page)
    assert "Eileen Collins" in text
    assert ages(page) == ["37 years"]
    assert "90 of 100 such faces are between" in text
    assert "Female" in text
    assert "97 of 100 such faces are labelled female" in text
    assert labels.ORIGIN in text
    assert re.search(r"1 face, found and answered in \d+\.\d\d seconds", text)
    assert not page.file_uploader
    assert not page.camera_input


def test_the_answer_may_be_unsure(page, stub_model):
    stub_model.logit = 0.3
    text = said(upload(page, "a.png", encoded()))
    assert "Unsure of the sex" in text
    assert "57 of 100 such faces are labelled female, the others male" in text


def test_an_average_face_has_no_interval_and_is_not_searched(page, stub_model):
    stub_model.calls.clear()
    sample = samples.all()[-1]
    page.button_group(key="sample").set_value(sample.key).run()
    text = said(page)
    assert sample.average
    assert sample.title in text
    assert "Drawn from" in text
    assert "No interval" in text
    assert "are between" not in text
    assert stub_model.calls == []
    assert stub_model.seen[-1] == 1
    assert "Search for faces instead" not in [button.label for button in page.button]


def test_every_sample_has_a_picture_and_its_age_as_label(page):
    options = page.button_group(key="sample").options
    assert len(options) == len(samples.all()) >= 15
    for option, sample in zip(options, samples.all(), strict=True):
        label = getattr(option, "content", option)
        assert label.startswith(f"![{sample.title}](data:image/webp;base64,")


def test_an_uploaded_photo_is_answered(page):
    text = said(upload(page, "my_photo.png", encoded()))
    assert ages(page) == ["37 years"]
    assert "my_photo.png" in text
    assert ui.photo.PRIVACY in text


def test_ten_faces_are_ten_cards_from_left_to_right(page, stub_model):
    stub_model.found = 10
    text = said(upload(page, "group.png", encoded()))
    assert ages(page) == [f"{age} years" for age in range(37, 87, 5)]
    assert re.findall(r"^Face (\d+)$", text, re.M) == [str(i) for i in range(1, 11)]
    assert "10 faces, found and answered" in text


def test_the_camera(page):
    go(page, "camera")
    assert "HTTPS or on localhost only" in said(page)
    assert ages(page) == []
    page.camera_input[0].upload("camera.jpg", encoded("JPEG")).run()
    assert ages(page) == ["37 years"]
    assert "Photo from your camera" in said(page)


def test_a_photo_without_a_face_and_the_way_out(page, stub_model):
    stub_model.found = 0
    text = said(upload(page, "coins.png", encoded()))
    assert "No face was found" in text
    assert ages(page) == []
    page.button(key="whole_picture").click().run()
    text = said(page)
    assert len(ages(page)) == 1
    assert "without a face the answer means nothing" in text
    page.button(key="search").click().run()
    assert "No face was found" in said(page)


@pytest.mark.parametrize(("size", "box"), [((300, 200), (50, 0)), ((200, 300), (0, 50))])
def test_of_a_wide_or_tall_picture_the_middle_is_taken(size, box):
    picture = np.zeros((*size[::-1], 3), np.uint8)
    face = ui.photo.search._square(picture, True)
    assert face.box == (*box, 200, 200)
    assert face.crop.shape == (200, 200, 3)


def huge_png():
    """20,000×20,000 pixels in a few kilobytes."""
    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "PNG")
    return out.getvalue()


BROKEN = {
    "text.jpg": lambda: b"this is no picture, whatever its name says",
    "empty.jpg": lambda: b"",
    "truncated.jpg": lambda: encoded("JPEG")[:5000],
    "huge.png": huge_png,
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_one_sentence_and_the_session_goes_on(page, name):
    upload(page, name, BROKEN[name]())
    said(page)
    assert len(page.error) == 1
    assert name in page.error[0].value.replace("\\", "")
    assert ages(page) == []
    page.file_uploader[0].set_value([("good.png", encoded(), "image/png")]).run()
    assert ages(page) == ["37 years"]
    assert not page.error


def test_what_was_done_to_the_file_is_said(page):
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "blue", "white")]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    text = said(upload(page, "moving.gif", out.getvalue(), "image/gif"))
    assert "In this file, the first of 3 frames was used." in text


def test_results_are_computed_once(page, stub_model):
    upload(page, "a.png", encoded())
    before = len(stub_model.seen), len(stub_model.calls)
    page.run()
    assert (len(stub_model.seen), len(stub_model.calls)) == before


def test_what_was_shown_while_waiting_leaves_its_place_empty(page):
    """Or all that follows moves up in the next run, and a browser draws it anew: the keyboard loses its focus."""

    def places():
        return [one.type for one in page.main.children.values()]

    upload(page, "a.png", encoded())
    first = places()
    page.run()
    assert places() == first


def test_removing_the_file_empties_the_page(page):
    upload(page, "a.png", encoded())
    page.file_uploader[0].set_value([]).run()
    assert ages(page) == []
    assert "photo" not in page.session_state
    assert "results" not in page.session_state


def test_forget_leaves_nothing_of_the_photo(page):
    upload(page, "a.png", encoded())
    page.button(key="forget").click().run()
    text = said(page)
    assert "Forgotten" in text
    assert "a.png" not in text
    assert ages(page) == []
    for name in ("photo", "results", "whole", "files", "upload_0_many", "photos"):
        assert name not in page.session_state
    assert page.file_uploader[0].key == "upload_1_many"
    assert not page.file_uploader[0].value
    upload(page, "b.png", encoded())
    assert ages(page) == ["37 years"]


def test_a_photo_is_still_there_after_a_visit_to_another_page(page):
    upload(page, "a.png", encoded())
    page.switch_page("pages/5_Model_card.py").run()
    page.switch_page(PAGE).run()
    assert ages(page) == ["37 years"]
    assert "Still here from before: a.png" in said(page)


def test_a_missing_model_is_one_sentence(app, stub_model, monkeypatch):
    def missing(name=None):
        raise ModelMissing("there is no model 'mobile'. Set AGESEX_MODELS.")

    monkeypatch.setattr(ui, "load_model", missing)
    app.run()
    page = app.switch_page(PAGE).run()
    assert "there is no model" in said(page)
    assert len(page.error) == 1


def test_nothing_that_sessions_share_sees_a_photo(root):
    shared = re.compile(r"cache_data|cache_resource|lru_cache|open\(|logging")
    files = [*root.glob("pages/[34]_*.py"), *root.glob("ui/photo/*.py"), *root.glob("ui/predict/*.py")]
    assert {"3_Predict.py", "session.py", "search.py", "picker.py", "card.py"} <= {file.name for file in files}
    found = {(file.name, match) for file in files for match in shared.findall(file.read_text("utf-8"))}
    assert found == {("card.py", "cache_data")}  # keyed by band and sex of the answer, see there


def test_an_upload_of_five_megabytes_is_never_written_to_a_file(monkeypatch):
    import tempfile

    from starlette.datastructures import Headers
    from starlette.formparsers import MultiPartParser

    def no_file(*args, **kwargs):
        raise AssertionError("a temporary file was opened")

    monkeypatch.setattr(tempfile, "TemporaryFile", no_file)
    data = bytes(5 * 2**20)
    head = b'--x\r\nContent-Disposition: form-data; name="f"; filename="a.jpg"\r\n\r\n'

    async def body():
        yield head + data + b"\r\n--x--\r\n"

    headers = Headers({"content-type": "multipart/form-data; boundary=x"})
    form = asyncio.run(MultiPartParser(headers, body()).parse())
    assert form["f"].size == len(data)
    assert form["f"]._in_memory
    form["f"].file.close()


@pytest.mark.model
def test_the_real_model_and_the_real_detector(app):
    app.run()
    page = app.switch_page(PAGE).run(timeout=300)
    text = said(page)
    (age,) = (int(text.split()[0]) for text in ages(page))
    assert 20 <= age <= 60  # Eileen Collins was 36
    assert "Female" in text
    from skimage import data

    out = io.BytesIO()
    Image.fromarray(data.coins()).save(out, "PNG")
    assert "No face was found" in said(upload(page, "coins.png", out.getvalue()))
