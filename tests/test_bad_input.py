"""Every row of bad_input.py through the page Predict, the command line and the HTTP API.

Fifty-one photos, the same photo twice and archives are in test_predict_more.py, test_api.py and
test_cli_predict.py, too.
"""

import asyncio
import contextlib
import io
import json
import re
import warnings
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import bad_input
import httpx
import numpy as np
import pytest
from asgi import predict
from bad_input import ANSWERED, NAMES, REFUSED, SEARCHED
from stub import StubModel

import ui
from agesex import archives, cli, faces, images, model
from agesex.api import Settings, create_app, problems
from ui.predict import batch, downloads

pytestmark = [  # Pillow's notes, which a person never sees; as errors they would change what is tested
    pytest.mark.filterwarnings("ignore:Corrupt EXIF data"),
    pytest.mark.filterwarnings("ignore:Image size"),
]
ANSWER = ("face", "age", "age_low", "age_high", "sex", "p_female")
NEXT = r"\b(Use|Copy|Reduce|Try|Send|Split|Unpack|unpack|Make|Check|name it)\b"  # what to do
SUM = "=HYPERLINK(1).png"
HTML = next(name for name in NAMES if "<script>" in name)


@dataclass
class Heard:
    """What a door said about one photo: answers as rows of `ANSWER`, refusals, notes, exit or HTTP status."""

    rows: list = field(default_factory=list)
    refusals: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    status: int = 0
    names: list = field(default_factory=list)


class Doors:
    """Page, command line and API in this process, behind them one stub model and one detector.

    Attributes:
        find: the detector; a test may set another one.
    """

    def __init__(self, page, folder):
        self.page, self.folder, self.find, self.drawn = page, folder, upper_left, []

    def by_page(self, *files):
        """Upload files together to a page that held something else."""
        self.drawn.clear()
        if not self.page.file_uploader:
            self.page.button_group(key="source").set_value("upload").run()
        self.page.file_uploader[0].set_value([(name, data, "") for name, data in files]).run()
        assert not self.page.exception
        rows = list(self.drawn)
        heard = Heard([row for row in rows if not row["error"]], names=[row["file"] for row in rows])
        heard.refusals = [literal(part.value) for part in (*self.page.error, *self.page.warning)]
        captions = "\n".join(literal(part.value) for part in self.page.caption)
        heard.notes = re.findall(r"^:material/info: In this file, (.*)\.$", captions, re.M)
        return heard

    def by_command(self, *files):
        """Write files to a folder, and answer for it."""
        folder = self.folder / str(len(list(self.folder.iterdir())))
        folder.mkdir()
        for name, data in files:
            (folder / name).write_bytes(data)
        return self.command(*(folder / name for name, _ in files))

    def command(self, *paths):
        """Answer for paths."""
        status, out, err = run(*paths, "--format", "json")
        rows = json.loads(out) if out else []
        failed = [row["error"] for row in rows if row["error"]]
        assert "Traceback" not in err and (f"{len(failed)} of" in err) == bool(failed)
        names = [row["file"] for row in rows]
        return Heard([row for row in rows if not row["error"]], failed, status=status, names=names)

    def by_api(self, *files):
        """Post files in one request."""
        answer = asyncio.run(posted(*files))
        body = answer.json()
        if answer.status_code != 200:
            assert answer.headers["content-type"] == problems.MEDIA_TYPE
            assert body["status"] == answer.status_code and body["type"].startswith("urn:agesex:")
            return Heard(refusals=[body["detail"]], status=answer.status_code)
        heard = Heard(status=200, names=[row["file"] for row in body["results"]])
        for row in body["results"]:
            heard.notes += row["notes"]
            heard.refusals += [row["problem"]["detail"]] if row["problem"] else []
            for face in row["faces"]:
                low, high = face["interval"]["low"], face["interval"]["high"]
                heard.rows.append(face | {"face": face["number"], "age_low": low, "age_high": high})
        return heard


async def posted(*files):
    """The API's answer to a request with these files."""
    app = create_app(Settings(warm_up=False))
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://api", timeout=60) as client,
    ):
        method, path, options = predict(*files)
        return await client.request(method, path, **options)


def run(*arguments):
    """(exit status, standard output, standard error) of the command predict."""
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as err:
        status = cli.main(["predict", *map(str, arguments)])
    return status, out.getvalue(), err.getvalue()


def upper_left(picture):
    """A detector that takes the upper left quarter, in its mean colour, for the only face."""
    height, width = picture.shape[0] // 2, picture.shape[1] // 2
    crop = np.full((200, 200, 3), picture[:height, :width].mean(axis=(0, 1)).round(), np.uint8)
    return [faces.Face(crop, (0.0, 0.0, float(width), float(height)), faces.TEMPLATE, 0.99)]


def literal(markdown):
    """Markdown of `ui.plain` as it is read."""
    return re.sub(r"\\(?=[!-/:-@\[-`{-~])", "", markdown)


def check_sentence(text):
    """What is wrong and what to do, in plain text."""
    assert text.endswith(".") and text.isprintable() and len(text) < 600
    assert re.search(NEXT, text), text
    unnamed = re.sub("“.*?”", "", text)
    assert not re.search(r"Traceback|Error\b|Exception|0x|site-packages|<", unnamed), text


def answers(heard):
    return [[row[name] for name in ANSWER] for row in heard.rows]


@pytest.fixture(scope="module")
def doors(root, tmp_path_factory):
    from streamlit.testing.v1 import AppTest

    with pytest.MonkeyPatch.context() as patch:
        app = AppTest.from_file(root / "app.py", default_timeout=120)
        doors, stub, draw = Doors(app, tmp_path_factory.mktemp("photos")), StubModel(), downloads.draw
        doors.real = faces.find

        def drawn(rows, picture=None):
            doors.drawn += rows
            draw(rows, picture)

        patch.setattr(faces, "find", lambda picture: doors.find(picture))
        patch.setattr(ui, "detector", lambda: faces.find)
        patch.setattr(ui, "load_model", lambda name=None: stub)
        patch.setattr(model, "load", lambda name=None: stub)
        patch.setattr(downloads, "draw", drawn)
        app.run()
        app.switch_page("pages/3_Predict.py").run()
        yield doors


@pytest.fixture
def searched(doors, monkeypatch):
    """The doors with the real detector."""
    monkeypatch.setattr(doors, "find", doors.real)
    return doors


def check_refused(doors, row):
    data = row.make()
    command, page, api = (door((row.name, data)) for door in (doors.by_command, doors.by_page, doors.by_api))
    assert (command.status, api.status) == (1, row.status)
    for heard in (command, page, api):
        assert heard.rows == [] and len(heard.refusals) == 1
        assert row.says in heard.refusals[0].replace("No face", "no face"), heard.refusals
        check_sentence(heard.refusals[0])


def check_answered(doors, row):
    data = row.make()
    command, page, api = (door((row.name, data)) for door in (doors.by_command, doors.by_page, doors.by_api))
    assert (command.status, api.status) == (0, 200)
    assert answers(command) == answers(page) == answers(api)
    assert len(command.rows) == row.faces and not page.refusals + api.refusals
    if row.age:
        (found,) = command.rows
        assert found["age"] == pytest.approx(row.age, abs=0.3)
        assert (found["width"], found["height"]) == (bad_input.WIDTH / 2, bad_input.HEIGHT / 2)
        assert [title.value for title in doors.page.subheader] == [f"{row.age} years"]
    assert page.notes == api.notes == ([row.says] if row.says else [])


@pytest.mark.parametrize("row", REFUSED, ids=lambda row: row.name)
def test_what_cannot_be_used_is_one_sentence_at_every_door(doors, row):
    check_refused(doors, row)


@pytest.mark.parametrize("row", ANSWERED, ids=lambda row: row.name)
def test_what_is_odd_but_good_has_the_same_answer_at_every_door(doors, row):
    check_answered(doors, row)


@pytest.mark.model
@pytest.mark.parametrize("row", SEARCHED, ids=lambda row: row.name)
def test_the_real_detector_finds_the_same_at_every_door(searched, row):
    (check_answered if row.faces else check_refused)(searched, row)


def test_the_table_notices_a_picture_that_is_not_turned(doors):
    sideways = bad_input.photo(picture=bad_input.PHOTO.transpose(bad_input.TURNS[6]))
    assert doors.by_command(("a.png", sideways)).rows[0]["age"] != pytest.approx(40, abs=5)


@pytest.mark.parametrize("kind", ["GIF", "TIFF"])
def test_the_command_says_which_frame_was_used(doors, kind):
    path = doors.folder / f"noted.{kind}"
    path.write_bytes(bad_input.several(kind))
    status, out, err = run(path)
    path.unlink()
    assert status == 0 and "the first of 3 frames was used" in out + err


@pytest.mark.parametrize("name", ["tags.jpg", "tags.png", "warned.png"])
def test_the_command_shows_no_warning_of_a_library(doors, name):
    row = next(row for row in (*ANSWERED, *REFUSED) if row.name == name)
    with warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("always")
        doors.by_command((name, row.make()))
    assert not shown


# names


def check_labels(page):
    """Nothing of a name is read as Markdown or HTML."""
    drawn = [*page.markdown, *page.caption, *page.warning, *page.error]
    named = [part for part in drawn if re.search("alert|evil", part.value)]
    assert not [part.value for part in named if re.search(r"(?<!\\)[<>\[\]!]", part.value)]
    assert not [part.value for part in named if getattr(part, "allow_html", False)]
    assert not [part for part in page.get("html") if re.search("alert|evil", part.proto.body)]
    return named


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_a_name_is_only_a_label_on_the_page(doors, name):
    heard = doors.by_page((name, bad_input.photo()))
    assert [row["age"] for row in heard.rows] == pytest.approx([40], abs=0.3) and heard.names == [name]
    assert bool(check_labels(doors.page)) == bool(re.search("alert|evil", name))
    doors.by_page((name, bad_input.TEXT))
    assert len(doors.page.error) == 1
    check_sentence(literal(doors.page.error[0].value))
    check_labels(doors.page)


def test_names_among_many_are_only_labels(doors):
    good = [(name, bad_input.with_comment(i * 2**16)) for i, name in enumerate(NAMES)]
    bad = [(f"x{name}", bad_input.TEXT + name.encode()) for name in NAMES]
    heard = doors.by_page(*good, *bad)
    assert heard.names == [name for name, _ in good + bad]
    assert len(heard.rows) == len(NAMES)
    assert len(check_labels(doors.page)) >= 2
    *sentences, more = heard.refusals
    assert len(sentences) == batch.SAID and more.startswith(f"{len(NAMES) - batch.SAID} more gave no answer")
    for sentence in sentences:
        check_sentence(sentence)
    key = next(photo.key for photo in doors.page.session_state["photos"] if photo.title == HTML)
    doors.page.selectbox(key="look_at").set_value(key).run()
    assert len(check_labels(doors.page)) >= 2
    assert any("alert" in caption.value for caption in doors.page.caption)  # the photo under its own name


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_a_name_is_only_a_label_in_the_api(doors, name):
    heard = doors.by_api((name, bad_input.photo()), (name, bad_input.TEXT))
    sent = name.replace("\n", "%0A")  # as browsers and httpx write it
    assert heard.status == 200 and heard.names == [sent, sent]
    assert [round(row["age"]) for row in heard.rows] == [40]
    assert heard.refusals == [f"This is not a picture that can be read. {images.ADVICE}"]


@pytest.mark.parametrize("name", [name for name in NAMES if "/" not in name and len(name) < 255])
def test_a_name_is_only_a_label_on_the_command_line(doors, name, tmp_path):
    (tmp_path / name).write_bytes(bad_input.photo())
    (tmp_path / f"x{name}").write_bytes(bad_input.TEXT)
    heard = doors.command(tmp_path)
    assert heard.status == 1 and [round(row["age"]) for row in heard.rows] == [40]
    check_sentence(heard.refusals[0])
    table = run(tmp_path)[1]
    assert len(table.splitlines()) == 3


def test_a_formula_is_no_formula_in_csv(doors, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path(SUM).write_bytes(bad_input.photo())
    _, out, _ = run(SUM, "--format", "csv")
    assert out.splitlines()[1].startswith(f"'{SUM},1,")
    doors.by_page((SUM, bad_input.photo()), ("other.png", bad_input.jpeg()))
    assert downloads.text(doors.drawn, "csv").splitlines()[1].startswith(f"'{SUM},1,")


def test_a_photo_without_a_face_puts_no_formula_into_the_csv_either(doors, monkeypatch):
    monkeypatch.setattr(doors, "find", lambda picture: [])
    plain = [bad_input.encoded(np.full((30, 30, 3), level, np.uint8)) for level in (1, 2)]
    heard = doors.by_page((SUM, plain[0]), ("other.png", plain[1]))
    assert [row["error"] for row in doors.drawn] == heard.refusals[:2]
    for name, sentence in zip((SUM, "other.png"), heard.refusals, strict=False):
        assert sentence.startswith(f"In “{name}” no face was found.")
        check_sentence(sentence)


@pytest.mark.parametrize("suffix", [".png", ".zip"])
def test_a_name_of_three_hundred_letters_is_one_sentence_on_the_command_line(doors, suffix):
    heard = doors.command("n" * 296 + suffix)
    assert heard.status == 1 and "File name too long" in heard.refusals[0]
    check_sentence(heard.refusals[0])


# several


def test_one_broken_among_fifty_costs_only_its_own_answer(doors):
    files = [(f"{i:02}.png", bad_input.encoded(np.full((64, 96, 3), 2 * i, np.uint8))) for i in range(50)]
    files[17] = ("17.png", bad_input.TEXT)
    page, command = doors.by_page(*files), doors.by_command(*files)
    assert len(page.rows) == len(command.rows) == 49 and answers(page) == answers(command)
    assert len(page.refusals) == 1 and page.refusals == command.refusals and "“17.png”" in page.refusals[0]
    assert command.status == 1 and len(command.names) == len(page.names) == 50


def test_the_same_photo_twice_is_two_equal_rows_on_the_command_line_and_in_the_api(doors, tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(bad_input.photo())
    command, api = doors.command(path, path), doors.by_api(*[("a.png", bad_input.photo())] * 2)
    assert answers(command) == answers(api)
    assert command.rows[0] == command.rows[1] and command.names == [str(path)] * 2


# archives, on the command line only


def zipped(path, **members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def test_an_archive_in_an_archive_is_not_opened_and_said(doors, tmp_path):
    inner = zipped(tmp_path / "inner.zip", **{"a.png": bad_input.photo()}).read_bytes()
    both = zipped(tmp_path / "both.zip", **{"inner.zip": inner, "b.png": bad_input.photo()})
    status, out, err = run(both, "--format", "json")
    assert status == 0 and [Path(row["file"]).name for row in json.loads(out)] == ["b.png"]
    assert "1 files with other suffixes skipped" in err
    status, out, err = run(zipped(tmp_path / "only.zip", **{"inner.zip": inner}))
    assert (status, out) == (1, "")
    check_sentence(err.splitlines()[-1])


def test_a_bomb_says_what_to_do(doors, tmp_path):
    heard = doors.command(zipped(tmp_path / "bomb.zip", **{f"{i}.png": bytes(900_000) for i in range(40)}))
    assert heard.status == 1 and "100 times its size" in heard.refusals[0]
    check_sentence(heard.refusals[0])


def test_names_in_archives_put_no_control_characters_into_sentences(doors, tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MAX_RATIO", 1)
    monkeypatch.setattr(archives, "SMALL", 10)
    name = "../../\x1b[31mred\n" + "n" * 300 + ".png"
    padding = np.random.default_rng(0).bytes(20_000)
    path = zipped(tmp_path / "album.zip", **{name: bytes(200), "pad.txt": padding})
    heard = doors.command(path)
    assert heard.status == 1 and heard.names == [f"{path}/{name}"]
    check_sentence(heard.refusals[0])
    monkeypatch.undo()
    (broken,) = doors.command(path).refusals
    check_sentence(broken)
    assert "\N{REPLACEMENT CHARACTER}[31mred" in broken
