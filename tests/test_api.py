"""The API with the stub model: every status, the one queue, the limits, and that no photo leaves memory."""

import asyncio
import base64
import io
import logging
import os
import sys
import tempfile
import threading
import time
import zlib

import numpy as np
import pytest
from asgi import ask, encoded, explain, grey, predict, running
from PIL import Image
from stub import StubModel

from agesex import explain as explaining
from agesex import faces, images, model
from agesex.api import Settings, create_app, drain, problems
from agesex.errors import BadModel, CannotExplain
from agesex.explain.explanation import from_raw

HEAD = b"--x\r\nContent-Disposition: form-data; name=files; filename=a\r\n\r\n"  # of a part, boundary x


class Slow(StubModel):
    """A stub that takes its time, so that others gather behind it."""

    seconds = 0.0

    def forward(self, crops):
        time.sleep(self.seconds)
        return super().forward(crops)


@pytest.fixture(autouse=True)
def stub(monkeypatch):
    """The stub instead of models; a photo wider than high shows a face in each of its halves."""
    stub = Slow()

    def find(photo):
        height, width = photo.shape[:2]
        if width <= height:
            return []
        half = width // 2
        return [
            faces.Face(
                faces.resize(np.ascontiguousarray(photo[:, x : x + half]), 200),
                (float(x), 0.0, float(half), float(height)), faces.TEMPLATE, 0.987654,
            )
            for x in (0, half)
        ]  # fmt: skip

    def explained(model, crop, target, method, *, layer=None):
        if layer not in (None, "conv_5"):
            raise CannotExplain(f"There is no layer {layer!r}.")
        raw = np.eye(5)
        raw[0, 1] = np.nan if target == "younger" else 0
        return from_raw(raw, target, method, layer)

    monkeypatch.setattr(model, "load", lambda name=None: stub)
    monkeypatch.setattr(faces, "find", find)
    monkeypatch.setattr(explaining, "explain", explained)
    return stub


@pytest.fixture
def app():
    return create_app(Settings())


def problem(answer, status, kind):
    """Check an answer's status and form; returns its sentence."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == problems.MEDIA_TYPE
    said = answer.json()
    assert said["status"] == status and said["type"] == f"urn:agesex:{kind}" and said["title"]
    return said["detail"]


def post(headers):
    """The ASGI scope of a POST to /v1/predict."""
    return {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST",
        "path": "/v1/predict", "raw_path": b"/v1/predict", "query_string": b"", "scheme": "http",
        "headers": headers, "server": ("api", 80), "client": ("127.0.0.1", 1),
    }  # fmt: skip


# What goes well


def test_one_aligned_photo(app):
    answer = ask(app, predict(("me.png", grey(102)), aligned="true"))
    assert answer.status_code == 200
    body = answer.json()
    assert body["model"] == {"name": "stub", "sha256": "0" * 64} and body["level"] == 0.9
    (row,) = body["results"]
    assert (row["index"], row["file"], row["width"], row["problem"]) == (0, "me.png", 200, None)
    (face,) = row["faces"]
    assert face["age"] == pytest.approx(40, abs=0.01) and face["interval"]["low"] < 40 < face["interval"]["high"]
    assert face["sex"] == "unsure" and face["p_female"] == 0.5 and face["number"] == 1


def test_the_threshold_decides_when_sex_is_named_and_the_distribution_comes_when_asked(app):
    reddish = encoded(np.full((50, 50, 3), (104, 100, 97), np.uint8))
    plain, sure, bold = ask(
        app,
        predict(reddish, aligned="true"),
        predict(reddish, aligned="true", threshold="0.9"),
        predict(reddish, aligned="true", threshold="0.5", distribution="true"),
    )
    (plain, sure, bold) = (answer.json()["results"][0]["faces"][0] for answer in (plain, sure, bold))
    assert [face["sex"] for face in (plain, sure, bold)] == ["female", "unsure", "female"]
    assert plain["age_probabilities"] is None and len(bold["age_probabilities"]) == 101
    years = sum(age * p for age, p in enumerate(bold["age_probabilities"]))
    assert years == pytest.approx(bold["age"], abs=0.05)


def test_every_face_of_a_photo_left_to_right(app):
    picture = np.zeros((50, 100, 3), np.uint8)
    picture[:, :50], picture[:, 50:] = (90, 40, 20), (120, 140, 180)
    (row,) = ask(app, predict(encoded(picture))).json()["results"]
    assert [face["sex"] for face in row["faces"]] == ["female", "male"]
    assert [face["box"]["x"] for face in row["faces"]] == [0, 50]
    assert row["faces"][0]["confidence"] == 0.9877


def test_options_come_in_the_form_or_in_the_query_and_the_form_wins(app):
    method, path, options = predict(grey(102))
    wide, narrow = ask(
        app,
        (method, path + "?aligned=1&level=0.99", options),
        (method, path + "?aligned=1&level=0.99", options | {"data": {"level": "0.5"}}),
    )
    assert (wide.json()["level"], narrow.json()["level"]) == (0.99, 0.5)
    width = [
        (lambda i: i["high"] - i["low"])(answer.json()["results"][0]["faces"][0]["interval"])
        for answer in (wide, narrow)
    ]
    assert width[0] > width[1]


def test_one_broken_photo_among_fifty(app):
    photos = [(f"{i}.png", grey(i)) for i in range(50)]
    photos[17] = ("17.png", b"words")
    answer = ask(app, predict(*photos, aligned="true"))
    rows = answer.json()["results"]
    assert answer.status_code == 200 and [row["index"] for row in rows] == list(range(50))
    assert [row["file"] for row in rows if row["problem"]] == ["17.png"]
    assert rows[17]["problem"]["status"] == 415 and rows[17]["faces"] == []
    ages = [row["faces"][0]["age"] for row in rows if row["faces"]]
    assert len(ages) == 49 and ages == sorted(ages)


def test_the_same_photo_twice_has_the_same_answer_twice(app):
    first, second = ask(app, predict(grey(80), grey(80), aligned="true")).json()["results"]
    assert first["faces"] == second["faces"]


def test_explain_as_json_and_as_a_picture(app):
    as_json, as_png, preferred = ask(
        app,
        explain(grey(102), aligned="true", method="layer-cam", target="male", layer="conv_5"),
        explain(grey(102), aligned="true", headers={"Accept": "image/png"}),
        explain(grey(102), aligned="1", headers={"Accept": "image/png;q=0.5, application/json"}),
    )
    body = as_json.json()
    assert (body["method"], body["target"], body["layer"]) == ("layer-cam", "male", "conv_5")
    assert body["raw"] == np.eye(5).tolist() and not body["empty"] and "male" in body["note"]
    assert body["face"]["number"] == 1 and body["completeness"] is None
    for data in (base64.b64decode(body["figure_png"]), as_png.content):
        with Image.open(io.BytesIO(data)) as figure:
            assert (figure.format, figure.width) == ("PNG", 1600)
    assert as_png.headers["content-type"] == "image/png" and preferred.json()["method"] == "grad-cam"


def test_a_map_with_holes_is_still_json(app):
    body = ask(app, explain(grey(102), aligned="true", target="younger")).json()
    assert body["raw"][0][:2] == [1, None] and body["empty"]


def test_one_of_several_faces_is_explained(app):
    photo = grey(102, (100, 50))
    second, none, third = ask(app, explain(photo, face="2"), explain(photo), explain(photo, face="3"))
    assert second.json()["face"]["number"] == 2 and second.json()["face"]["box"]["x"] == 50
    assert "2 faces" in problem(none, 422, "cannot-explain")
    assert "no face 3" in problem(third, 422, "no-such-face") and third.json()["title"] == "No such face"


def test_models_and_cards(app):
    listed, card, none, odd = ask(
        app,
        ("GET", "/v1/models", {}),
        ("GET", "/v1/models/mobile/card", {}),
        ("GET", "/v1/models/nobody/card", {}),
        ("GET", "/v1/models/..%00%2f/card", {}),
    )
    first = listed.json()["models"][0]
    assert first["name"] == "mobile" and first["default"] and len(first["sha256"]) == 64
    assert card.json() == model.read_card("mobile")
    assert "mobile" in problem(none, 404, "unknown-model")
    assert odd.status_code == 404


def test_a_model_that_cannot_be_used_is_listed_with_its_reason(app, monkeypatch):
    def read_card(name):
        raise BadModel("The file mobile/card.json is no model card.")

    monkeypatch.setattr(model, "read_card", read_card)
    listed, card = ask(app, ("GET", "/v1/models", {}), ("GET", "/v1/models/mobile/card", {}))
    assert "no model card" in listed.json()["models"][0]["problem"]
    problem(card, 503, "bad-model")


def test_health_metrics_and_description(app):
    async def story():
        async with running(app) as client:
            while not (await client.get("/healthz")).json()["ready"]:
                await asyncio.sleep(0.01)
            ready = await client.get("/healthz/ready")
            method, path, options = predict(("secret-name.png", grey(9)), aligned="true")
            await client.request(method, path + "?aligned=true", **options)
            await client.get("/secret-name.png?secret=1")
            return ready, await client.get("/metrics"), await client.get("/openapi.json")

    ready, metrics, document = asyncio.run(story())
    assert ready.status_code == 200 and ready.json()["state"] == "ready"
    assert 'agesex_requests_total{method="POST",route="/v1/predict",status="200"} 1.0' in metrics.text
    assert 'route="(none)",status="404"' in metrics.text
    assert "agesex_batch_faces_count 1.0" in metrics.text and "agesex_queue_faces 0.0" in metrics.text
    assert 'agesex_photos_total{outcome="answered"} 1.0' in metrics.text
    assert "secret" not in metrics.text
    assert "example" in document.json()["components"]["schemas"]["Prediction"]
    answer = ask(app, ("GET", "/healthz/ready", {}), ("GET", "/docs", {}))[1]
    assert answer.status_code == 404  # that page would fetch scripts from another host


def test_a_server_whose_model_is_missing_lives_but_is_not_ready(monkeypatch):
    def load(name):
        raise BadModel("The file mobile/model.keras is not the one that its card describes.")

    monkeypatch.setattr(model, "load", load)

    async def story():
        async with running(create_app(Settings())) as client:
            while (await client.get("/healthz")).json()["state"] == "starting":
                await asyncio.sleep(0.01)
            method, path, options = predict(grey(9))
            return await client.get("/healthz/ready"), await client.request(method, path, **options)

    ready, answer = asyncio.run(story())
    assert "failed" in problem(ready, 503, "not-ready")
    assert "model.keras" in problem(answer, 503, "bad-model")


# What goes wrong


def test_bad_pictures_have_their_status(app):
    photo = encoded(Image.effect_noise((300, 200), 90).convert("RGB"), "JPEG", quality=95)
    huge = bytearray(grey(9))
    huge[16:24] = (60_000).to_bytes(4, "big") * 2  # PNG's header: 60,000 × 60,000 pixels
    huge[29:33] = zlib.crc32(huge[12:29]).to_bytes(4, "big")
    cases = {
        ("text renamed", b"just words", ()): (415, "not-a-picture"),
        ("pdf", b"%PDF-1.7 ...", ()): (415, "not-a-picture"),
        ("truncated", photo[: len(photo) // 3], ()): (422, "bad-image"),
        ("bomb", bytes(huge), ()): (413, "too-large"),
        ("large", encoded(Image.new("1", (9000, 9000))), ()): (413, "too-large"),
        ("empty", b"", ()): (422, "bad-image"),
        ("tiny", grey(9, (3, 3)), ()): (422, "bad-image"),
        ("no face", grey(9), ()): (422, "no-face"),
        ("not square", grey(9, (300, 100)), (("aligned", "true"),)): (422, "bad-image"),
    }
    answers = ask(app, *(predict(photo, **dict(options)) for _, photo, options in cases))
    for (name, _, _), answer, expected in zip(cases, answers, cases.values(), strict=True):
        assert problem(answer, *expected), name


def test_odd_but_good_pictures_are_answered(app):
    base = Image.new("RGB", (90, 60), (120, 110, 100))
    frames = [Image.new("RGB", (90, 60), colour) for colour in ("red", "blue")]
    deep = Image.fromarray(np.full((60, 90), 30_000, np.uint16))
    tags = Image.Exif()
    tags[0x0112] = 6
    turned = encoded(base.rotate(90, expand=True), "JPEG", exif=tags)
    photos = [
        encoded(base, "GIF", save_all=True, append_images=frames),
        encoded(base.convert("CMYK"), "JPEG"),
        encoded(base.convert("RGBA")),
        encoded(deep),
        turned,
        encoded(base, icc_profile=b"nonsense"),
    ]
    rows = ask(app, predict(*photos)).json()["results"]
    assert [row["problem"] for row in rows] == [None] * 6
    assert [len(row["faces"]) for row in rows] == [2] * 6
    assert "frames" in rows[0]["notes"][0]
    assert (rows[4]["width"], rows[4]["height"]) == (90, 60)


@pytest.mark.parametrize(
    ("request_", "status", "kind", "word"),
    [
        (("POST", "/v1/predict", {"json": {}}), 415, "not-multipart", "multipart"),
        (("POST", "/v1/predict", {}), 415, "not-multipart", "multipart"),
        (predict(level="0.2"), 415, "not-multipart", "multipart"),  # without a file httpx sends a plain form
        (predict(grey(9), level="0.2"), 422, "not-accepted", "level"),
        (predict(grey(9), level="nan"), 422, "not-accepted", "level"),
        (predict(grey(9), aligned="perhaps"), 422, "not-accepted", "aligned"),
        (predict(grey(9), colour="blue"), 422, "not-accepted", "colour"),
        (predict(grey(9), model="nobody"), 422, "unknown-model", "mobile"),
        (predict(grey(9), model="../mobile"), 422, "unknown-model", "mobile"),
        (("POST", "/v1/predict", {"files": {"file": ("a", grey(9))}}), 422, "unknown-part", "files"),
        (("POST", "/v1/predict", {"files": {"aligned": (None, b"true")}}), 422, "no-photo", "files"),
        (explain(grey(9), method="magic"), 422, "not-accepted", "method"),
        (explain(grey(9), target="wiser"), 422, "not-accepted", "target"),
        (explain(grey(9), face="0"), 422, "not-accepted", "face"),
        (explain(grey(9), layer="conv_9", aligned="1"), 422, "cannot-explain", "conv_9"),
        (explain(grey(9), grey(9)), 422, "one-photo", "2"),
        (explain(b"words"), 415, "not-a-picture", "picture"),
        (("POST", "/v1/explain", {"files": {"target": (None, b"male")}}), 422, "no-photo", "file"),
        (("POST", "/v1/explain", {"files": {"files": ("a", grey(9))}}), 422, "unknown-part", "file"),
        (("GET", "/nothing/here", {}), 404, "not-found", "openapi"),
        (("GET", "/v1/predict", {}), 405, "method-not-allowed", "method"),
        (("DELETE", "/v1/models", {}), 405, "method-not-allowed", "method"),
    ],
)
def test_what_is_refused(app, request_, status, kind, word):
    answer = ask(app, request_)
    assert word in problem(answer, status, kind)
    assert (status == 405) == ("allow" in answer.headers)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", b""),
        ("multipart/form-data; boundary=x", b""),
        ("multipart/form-data; boundary=x", b"nonsense"),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\nno name\r\n--x--"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--"),
    ],
)
def test_a_body_that_is_no_multipart_is_400(app, content_type, body):
    sent = {"content": body, "headers": {"Content-Type": content_type}}
    problem(ask(app, ("POST", "/v1/predict", sent)), 400, "bad-multipart")


@pytest.mark.parametrize("announced", [True, False])
@pytest.mark.parametrize("whole", [0, 1])
@pytest.mark.parametrize("missing", [1, 4, 500])
def test_a_body_that_is_cut_off_is_400(app, stub, announced, whole, missing):
    part = HEAD + grey(9) + b"\r\n"
    body = (part * (whole + 1) + b"--x--")[:-missing]

    async def chunks():
        for start in range(0, len(body), 100):
            yield body[start : start + 100]

    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    content = body if announced else chunks()
    answer = ask(app, ("POST", "/v1/predict?aligned=1", {"content": content, "headers": headers}))
    assert "ends before its closing boundary" in problem(answer, 400, "bad-multipart") and stub.seen == []


def test_a_body_whose_boundary_is_followed_by_more_is_answered(app):
    sent = {"content": HEAD + grey(9) + b"\r\n--x--\r\nmore",
            "headers": {"Content-Type": "multipart/form-data; boundary=x"}}  # fmt: skip
    assert ask(app, ("POST", "/v1/predict?aligned=1", sent)).status_code == 200


@pytest.mark.parametrize("value", ["nan", "abc", "95", "0.2"])
def test_level_and_threshold_say_which_numbers_are_expected(app, value):
    level, threshold = ask(app, predict(grey(9), level=value), predict(grey(9), threshold=value))
    assert problem(level, 422, "not-accepted") == "level: a number from 0.5 to 0.99 is expected"
    assert problem(threshold, 422, "not-accepted") == "threshold: a number from 0.5 to 1 is expected"


def test_a_path_instead_of_a_photo_is_told_of_the_at_sign(app):
    sent = [("predict", "files", "files=@me.jpg"), ("explain", "file", "file=@me.jpg")]
    answers = ask(
        app, *(("POST", f"/v1/{path}", {"files": {part: (None, b"me.jpg")}}) for path, part, _ in sent)
    )
    for answer, (_, _, words) in zip(answers, sent, strict=True):
        said = problem(answer, 422, "no-photo")
        assert words in said and "came as text" in said


def test_the_words_for_no_face_and_for_no_picture(app):
    no_face, no_picture = ask(app, predict(grey(9)), predict(b"words"))
    assert no_face.json()["title"] == "No face was found"
    assert problem(no_picture, 415, "not-a-picture").startswith("This is not a picture that can be read. Use")


def test_a_row_without_a_face_has_its_size_and_no_field_without_a_value(app):
    faceless, broken = ask(app, predict(grey(9, (60, 90)), b"words")).json()["results"]
    assert (faceless["width"], faceless["height"], faceless["faces"]) == (60, 90, [])
    assert (broken["width"], broken["height"]) == (None, None)
    for row in (faceless, broken):
        assert set(row["problem"]) == {"type", "title", "status", "detail"}


def test_fifty_one_files_are_too_many(app, stub):
    answer = ask(app, predict(*[grey(9)] * 51, aligned="true"))
    assert "50 photos" in problem(answer, 413, "too-large") and stub.seen == []


def test_a_photo_over_the_limit_is_refused_while_it_arrives(app):
    answer = ask(app, predict(b"\xff" * (images.MAX_BYTES + 1)))
    assert "25 MB" in problem(answer, 413, "too-large")


@pytest.mark.parametrize("announced", [True, False])
def test_the_limit_of_the_body_needs_no_content_length(announced):
    app = create_app(Settings(max_body=50_000))
    read = []

    async def chunks():
        yield HEAD
        for _ in range(100):
            read.append(1)
            yield b"\xff" * 10_000

    content = HEAD + b"\xff" * 1_000_000 if announced else chunks()
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = ask(app, ("POST", "/v1/predict", {"content": content, "headers": headers}))
    assert "several" in problem(answer, 413, "too-large")
    assert len(read) <= 7


def test_an_upload_that_does_not_end_is_408():
    app = create_app(Settings(upload_timeout=0.2))

    async def chunks():
        yield HEAD
        await asyncio.sleep(5)
        yield b"--x--"

    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = ask(app, ("POST", "/v1/predict", {"content": chunks(), "headers": headers}))
    assert "0.2 seconds" in problem(answer, 408, "slow-upload")


def test_a_bug_is_in_the_log_and_not_in_the_answer(monkeypatch, caplog):
    app = create_app(Settings(warm_up=False))

    def broken(photo):
        raise ZeroDivisionError("inside /etc/secret")

    monkeypatch.setattr(faces, "find", broken)
    one, two, map_ = ask(
        app, predict(grey(9)), predict(grey(9), b"words"), explain(("me.png", grey(9)))
    )  # fmt: skip
    for answer in (one, map_):
        assert "log" in problem(answer, 500, "bug") and "secret" not in answer.text
    assert [row["problem"]["status"] for row in two.json()["results"]] == [500, 415]
    assert sum(record.exc_info is not None for record in caplog.records) == 2  # the server logs the third
    assert "ZeroDivisionError" in caplog.text


def test_a_forward_pass_that_fails_fails_those_in_it_and_the_next_one_works(app, stub, monkeypatch):
    async def story():
        async with running(app) as client:
            while not (await client.get("/healthz")).json()["ready"]:
                await asyncio.sleep(0.01)
            method, path, options = predict(grey(9), aligned="true")
            with monkeypatch.context() as broken:
                broken.setattr(stub, "forward", lambda crops: 1 / 0)
                first = await client.request(method, path, **options)
            return first, await client.request(method, path, **options)

    first, second = asyncio.run(story())
    assert (first.status_code, second.status_code) == (500, 200)


# The key


@pytest.mark.parametrize("key", ["open sesame", "schlüssel"])
def test_with_a_key_only_those_who_know_it_are_answered(monkeypatch, key):
    monkeypatch.setenv("AGESEX_API_KEY", key)
    app = create_app()
    right = [{"Authorization": f"Bearer {key}".encode()}, {"X-API-Key": key.encode()}]
    wrong = [{}, {"Authorization": "Bearer no"}, {"X-API-Key": ""}, {"Authorization": "Basic abc"}]
    paths = ["/v1/models", "/metrics"]
    answers = ask(app, *(("GET", path, {"headers": h}) for path in paths for h in right + wrong))
    for answer, position in zip(answers, range(12), strict=True):
        if position % 6 < 2:
            assert answer.status_code == 200
        else:
            problem(answer, 401, "no-key")
            assert answer.headers["www-authenticate"] == "Bearer"
    method, path, options = predict(grey(9))
    refused, open_ = ask(app, (method, path, options), ("GET", "/healthz", {}))
    assert refused.status_code == 401 and open_.status_code == 200
    assert key not in repr(app.state.settings)


def test_no_other_site_is_let_in(app):
    headers = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"}
    asked, got = ask(
        app,
        ("OPTIONS", "/v1/predict", {"headers": headers}),
        ("GET", "/v1/models", {"headers": headers}),
    )
    assert asked.status_code == 405
    assert not [name for name in got.headers if name.startswith("access-control")]


# The queue and the limits


def test_concurrent_photos_share_forward_passes(app, stub):
    stub.seconds = 0.05
    answers = ask(app, *(predict(grey(level), aligned="true") for level in range(60, 84)))
    assert [answer.status_code for answer in answers] == [200] * 24
    ages = [answer.json()["results"][0]["faces"][0]["age"] for answer in answers]
    assert ages == sorted(ages) and len(set(ages)) == 24  # everybody has the own answer
    assert sum(stub.seen) == 24 and len(stub.seen) <= 12


def test_models_are_not_mixed_in_a_pass(monkeypatch):
    loaded = {name: Slow() for name in ("mobile", "cnn")}
    for one in loaded.values():
        one.seconds = 0.03
    loaded["cnn"].name = "cnn"
    monkeypatch.setattr(model, "load", lambda name: loaded[name])
    requests = [predict(grey(60), aligned="1", model=("mobile", "cnn")[i % 2]) for i in range(12)]
    answers = ask(create_app(Settings()), *requests)
    assert [a.json()["model"]["name"] for a in answers] == ["stub", "cnn"] * 6
    assert [sum(one.seen) for one in loaded.values()] == [6, 6]


def test_beyond_the_bound_is_429_with_retry_after(stub):
    stub.seconds = 0.3
    app = create_app(Settings(max_waiting=3))
    answers = ask(app, *(predict(grey(60), aligned="true") for _ in range(8)))
    good = [answer for answer in answers if answer.status_code == 200]
    assert len(good) == 3
    for answer in answers:
        if answer not in good:
            problem(answer, 429, "busy")
            assert answer.headers["retry-after"] == "1"
    assert (app.state.limits.taken, app.state.limits.held) == (0, 0)


def test_beyond_the_bytes_that_may_be_held_is_429(stub):
    stub.seconds = 0.2
    noise = encoded(Image.effect_noise((200, 200), 90))
    app = create_app(Settings(max_held=3 * len(noise)))
    answers = ask(app, *(predict(noise, aligned="true") for _ in range(6)))
    assert sorted({answer.status_code for answer in answers}) == [200, 429]
    assert app.state.limits.held == 0


@pytest.mark.parametrize(("chunks", "expect", "read"), [(7, "", 7), (100, "", 4), (7, "100-continue", 0)])
def test_what_is_left_of_a_refused_upload_is_read_before_the_answer_up_to_a_bound(chunks, expect, read):
    app = create_app(Settings(max_waiting=0, warm_up=False))
    happened = []

    async def content():
        for _ in range(chunks):
            happened.append("read")
            yield b"x" * (2**20 if chunks > 7 else 1)

    async def story():
        async with running(app):
            body = content()

            async def receive():
                chunk = await anext(body, None)
                last = chunk is None or happened.count("read") == chunks
                return {"type": "http.request", "body": chunk or b"", "more_body": not last}

            async def send(message):
                happened.append(message.get("status", "body"))

            headers = [(b"content-type", b"multipart/form-data; boundary=x")]
            headers += [(b"expect", expect.encode())] if expect else []
            await app(post(headers), receive, send)

    asyncio.run(story())
    assert happened == ["read"] * read + [429, "body"]


def test_a_refused_upload_that_stalls_is_answered_all_the_same(monkeypatch):
    monkeypatch.setattr(drain, "SECONDS", 0.05)
    app = create_app(Settings(max_waiting=0, warm_up=False))
    sent = []

    async def story():
        async with running(app):

            async def send(message):
                sent.append(message)

            async with asyncio.timeout(5):
                await app(post([]), asyncio.Event().wait, send)

    asyncio.run(story())
    assert sent[0]["status"] == 429


def test_too_slow_is_503_and_the_slot_stays_taken_until_the_work_ends(stub):
    stub.seconds = 0.5
    app = create_app(Settings(timeout=0.1, max_waiting=1, warm_up=False))

    async def story():
        async with running(app) as client:
            method, path, options = predict(*[grey(9)] * 3, aligned="true")
            late = await client.request(method, path, **options)
            meanwhile = await client.request(method, path, **options)
            return late, meanwhile

    late, meanwhile = asyncio.run(story())
    assert "0.1 seconds" in problem(late, 503, "too-slow") and "retry-after" in late.headers
    problem(meanwhile, 429, "busy")
    assert (app.state.limits.taken, app.state.limits.held) == (0, 0)


def test_a_stop_finishes_what_is_in_flight(stub):
    before = set(threading.enumerate())
    stub.seconds = 0.2
    app = create_app(Settings())

    async def story():
        async with running(app) as client:
            method, path, options = predict(grey(60), grey(61), aligned="true")
            waiting = asyncio.create_task(client.request(method, path, **options))
            while not app.state.limits.taken:
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.05)
            # as a server does: the lifespan ends only after the answers are out
            return await waiting

    assert asyncio.run(story()).status_code == 200
    assert app.state.stage == "stopping"
    after = [thread.name for thread in threading.enumerate() if thread not in before]
    assert not [name for name in after if name.startswith(("forward-queue", "photo", "explain"))]


def test_the_event_loop_never_decodes_searches_or_computes(app, stub, monkeypatch):
    where = set()

    def noted(call):
        def inner(*args, **kwargs):
            where.add(threading.current_thread().name.rpartition("_")[0] or threading.current_thread().name)
            return call(*args, **kwargs)

        return inner

    monkeypatch.setattr(images, "decode_with_notes", noted(images.decode_with_notes))
    monkeypatch.setattr(faces, "find", noted(faces.find))
    monkeypatch.setattr(stub, "forward", noted(stub.forward))
    ask(create_app(Settings(warm_up=False)), predict(grey(9, (90, 60))), explain(grey(9, (90, 60)), face="1"))
    assert where == {"photo", "explain", "forward-queue"}


# Privacy


@pytest.fixture
def writes(monkeypatch, tmp_path):
    """Every file that is opened for writing from now on, and every temporary file that would be."""
    seen, on = [], [True]

    def hook(event, args):
        if on[0] and event == "open" and isinstance(args[0], str) and "__pycache__" not in args[0]:
            flags = args[2] or 0
            if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
                seen.append(args[0])

    def rollover(self):
        seen.append("a temporary file")

    monkeypatch.setattr(tempfile.SpooledTemporaryFile, "rollover", rollover)
    sys.addaudithook(hook)
    yield seen
    on[0] = False


def test_the_hook_sees_what_is_written(writes, tmp_path):
    (tmp_path / "x").write_text("x")
    with tempfile.SpooledTemporaryFile(max_size=1) as file:
        file.write(b"xx")
    assert str(tmp_path / "x") in writes and "a temporary file" in writes


def test_a_photo_of_5_mb_touches_no_disk(app, writes, stub):
    rng = np.random.default_rng(0)
    photo = encoded(rng.integers(0, 255, (1300, 1300, 3), np.uint8))
    assert len(photo) > 5_000_000
    answers = ask(
        app,
        predict(photo, aligned="true"),
        predict(photo, photo, aligned="true"),
        explain(photo, aligned="true"),
        predict(photo[: len(photo) // 2], aligned="true"),
    )
    assert [answer.status_code for answer in answers] == [200, 200, 200, 422]
    assert writes == []


@pytest.mark.parametrize(
    "name", ["../../etc/secret-passwd", "C:\\secret\\me.jpg", "🦊secret.png", "s" * 300, "secret\x01\n.png", "se\"cret"]
)
def test_file_names_go_back_and_nowhere_else(app, writes, caplog, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    caplog.set_level(logging.DEBUG)
    answers = ask(
        app,
        predict((name, grey(9)), (name, b"words"), aligned="true"),
        predict((name, b"words")),
        explain((name, grey(9)), aligned="true"),
        ("GET", "/metrics", {}),
    )
    assert [answer.status_code for answer in answers] == [200, 415, 200, 200]
    rows = answers[0].json()["results"]
    assert rows[0]["file"] == rows[1]["file"]
    assert rows[0]["file"][-6:] == {"s" * 300: "ssssss"}.get(name, rows[0]["file"][-6:])
    ours = [record for record in caplog.records if not record.name.startswith("httpx")]
    said = "".join(record.getMessage() for record in ours) + answers[3].text
    assert "secret" not in said and "sss" not in said and "cret" not in said
    assert writes == [] and not list(tmp_path.iterdir())


def test_the_log_has_route_status_and_time_only(app, caplog):
    caplog.set_level(logging.INFO, "agesex.api.access")
    ask(app, ("GET", "/me-and-my-dog.jpg?name=me", {}), ("GET", "/v1/models/mobile/card?name=me", {}))
    lines = [record.getMessage() for record in caplog.records if record.name == "agesex.api.access"]
    assert sorted(line.rsplit(" ", 2)[0] for line in lines) == [
        "GET (none) 404", "GET /v1/models/{name}/card 200"
    ]  # fmt: skip


def test_who_hangs_up_in_the_middle_leaves_nothing_behind(app):
    sent = []

    async def story():
        async with running(app):
            messages = iter(
                [
                    {"type": "http.request", "body": b"--x\r\nContent-Disposition: form-data; ",
                     "more_body": True},
                    {"type": "http.disconnect"},
                ]
            )  # fmt: skip
            scope = post([(b"content-type", b"multipart/form-data; boundary=x")])

            async def receive():
                return next(messages)

            async def send(message):
                sent.append(message)

            await app(scope, receive, send)

    asyncio.run(story())
    assert sent[0]["status"] == 499 and (app.state.limits.taken, app.state.limits.held) == (0, 0)
