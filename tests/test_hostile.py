"""Files and requests made to do harm: bombs, two formats in one file, formulas, markup in names, long heads."""

import csv
import gzip
import io
import socket
import threading
import time
import zipfile

import numpy as np
import pytest
from bad_input import NAMES, jpeg, photo, several
from fuzzing import packs

from agesex import archives, census, formats, images
from agesex.census import Choice
from agesex.dataset import store
from agesex.dataset.importing import import_from
from agesex.errors import AgeSexError, BadDataset, BadImage, NotAPicture

PROGRAM = b"=1;alert(1);/*"
FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1")
MARKUP = "<img src=x onerror=alert(1)>![x](http:evil).jpg"


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("AGESEX_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("AGESEX_DATASET", raising=False)


def zipped(**members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


# two formats in one file


@pytest.mark.parametrize("tail", [zipped(**{"evil.py": b"import os"}), b"<script>alert(1)</script>", b"%PDF-1.7"])
@pytest.mark.parametrize("make", [jpeg, photo, lambda: photo("BMP"), lambda: several("GIF")])
def test_what_hangs_behind_a_picture_is_neither_read_nor_passed_on(make, tail):
    alone, both = images.decode(make()), images.decode(make() + tail)
    assert (alone == both).all() and tail not in images.encode_png(both)


def test_a_gif_that_is_also_a_program_is_no_picture_and_a_pdf_with_a_photo_in_it_is_a_pdf():
    with pytest.raises(BadImage):
        images.decode(b"GIF89a" + PROGRAM + b"*/")
    with pytest.raises(NotAPicture, match="PDF"):
        images.decode(b"%PDF-1.7\n" + jpeg())


def test_an_archive_behind_a_photo_is_read_as_what_its_name_says(tmp_path, home):
    both = jpeg() + zipped(**{"a.jpg": jpeg()})
    (tmp_path / "a.jpg").write_bytes(both)
    (tmp_path / "a.zip").write_bytes(both)
    assert images.decode(tmp_path / "a.jpg").shape == (64, 96, 3)
    assert [member.info.filename for member in archives.members(tmp_path / "a.zip")] == ["a.jpg"]
    with pytest.raises(AgeSexError, match=r"a\.zip"):
        import_from(tmp_path / "a.zip", "utkface")


# bombs


def test_a_table_that_unpacks_to_far_more_than_it_is_does_not_go_off(tmp_path, home):
    line = b"1,0,0,20161219203650636.jpg.chip.jpg," + b"0 " * 2304 + b"\n"
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b"age,ethnicity,gender,img_name,pixels\n" + line * 4000, 9))
    assert path.stat().st_size * archives.MAX_RATIO < len(line) * 4000
    with pytest.raises(BadDataset, match="would unpack to more than 100 times its size"):
        import_from(path)
    path.write_bytes(gzip.compress(b"age,ethnicity,gender,img_name,pixels\n" + bytes(3 * 2**20)))
    with pytest.raises(BadDataset, match="a line is longer than 1 MB|would unpack"):
        import_from(path)


# formulas


@pytest.mark.parametrize("name", FORMULAS)
def test_no_name_is_a_formula_in_a_csv_of_predictions(name):
    rows = [dict.fromkeys(formats.COLUMNS) | {"file": before + name} for before in ("", "a\r")]
    text = formats.Format("csv").text(rows)
    (_, (first, *_), (second, *_)) = csv.reader(io.StringIO(text, newline=""))
    assert (first, second) == (f"'{name}", f"a\r{name}") and f'"a\r{name}"' in text


@pytest.fixture
def hostile(tmp_path, home):
    """A data set whose names are formulas and markup; the last is refused."""
    folder = tmp_path / "in"
    folder.mkdir()
    names = [f"{name}.jpg" for name in ("=1+1", "+1", "-1", "@SUM(A1)")] + [MARKUP.replace("/", "")]
    with (folder / "labels.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["file", "age", "gender", "race"])
        for i, name in enumerate(names):
            (folder / name).write_bytes(packs._photos(0)[i][1])
            writer.writerow([name, "20-29", "Male", "White"])
        writer.writerow([f"x{names[-1]}", "20-29", "Male", "White"])
    report = import_from(folder / "labels.csv")
    assert report.taken == 5 and report.refused.total() == 1
    return names


def test_no_name_is_a_formula_in_the_csv_of_a_data_set(hostile):
    from ui.dataset import who

    rows = list(csv.DictReader(io.StringIO(who._csv(census.Faces(store.open_stored("fairface").table), Choice()))))
    assert sorted(row["file"] for row in rows) == sorted(formats.no_formula(name) for name in hostile)
    assert not [cell for row in rows for cell in row.values() if cell[:1] in "=+-@" and cell]


# markup


@pytest.mark.parametrize("address", [{"view": "wrong", "fault": "names"}, {"view": "pictures", "face": MARKUP.replace("/", "")}])
def test_a_name_is_only_a_label_on_the_page_of_a_data_set(hostile, root, address):
    from streamlit.testing.v1 import AppTest

    app = AppTest.from_file(root / "app.py", default_timeout=120).run()
    for key, value in address.items():
        app.query_params[key] = value
    page = app.switch_page("pages/1_Dataset.py").run()
    assert not page.exception
    drawn = [part for part in (*page.markdown, *page.caption, *page.warning, *page.error) if "alert" in part.value]
    assert drawn
    for part in drawn:
        assert r"\<img" in part.value and r"\!\[x\]\(http\:evil\)" in part.value
        assert not getattr(part, "allow_html", False)


def test_the_names_of_the_table_of_odd_input_are_what_they_are_meant_to_be():
    assert any("<script>" in name for name in NAMES) and any(name.startswith("=") for name in NAMES)


# heads


@pytest.fixture
def server(monkeypatch):
    import uvicorn

    from agesex.api import Settings, create_app

    listening = socket.create_server(("127.0.0.1", 0))
    running = uvicorn.Server(uvicorn.Config(create_app(Settings(warm_up=False)), log_config=None, ws="none"))
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]})
    thread.start()
    yield listening.getsockname()
    running.should_exit = True
    thread.join(30)


def sent(address, data):
    """The status line of an answer, b"" where the connection is closed without one."""
    with socket.create_connection(address, timeout=30) as connection:
        try:
            connection.sendall(data)
            return connection.recv(1000).split(b"\r\n")[0]
        except ConnectionError:
            return b""


def test_heads_that_are_too_long_are_refused_and_the_server_goes_on(server):
    start, end = b"GET /healthz HTTP/1.1\r\nHost: a\r\n", b"\r\n\r\n"
    for _ in range(100):
        if sent(server, start + b"Connection: close" + end).endswith(b"200 OK"):
            break
        time.sleep(0.1)
    for head in (
        start + b"X-Long: " + b"x" * 2**21 + end,
        start + b"".join(b"X-%d: y\r\n" % i for i in range(50_000)) + b"\r\n",
        b"GET /" + b"a" * 2**21 + b" HTTP/1.1\r\nHost: a" + end,
        start + b"Content-Length: " + b"9" * 5000 + end,
        start + b"no colon" + end,
        np.random.default_rng(0).bytes(100_000) + end,
    ):
        answer = sent(server, head)
        assert answer == b"" or answer.split()[1][:1] == b"4", answer
    assert sent(server, start + b"Connection: close" + end).endswith(b"200 OK")
