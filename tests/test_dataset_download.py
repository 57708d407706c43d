"""Downloads, from a server on this machine that cuts, refuses, lies and resumes; never from the internet."""

import argparse
import errno
import hashlib
import http.server
import io
import json
import shutil
import sys
import threading
import types

import filelock
import pytest

from agesex import cli_download
from agesex.dataset import download, mirrors, resuming
from agesex.dataset.mirrors import Mirror
from agesex.errors import BadDataset

CONTENT = bytes(range(256)) * 4000  # 1,024,000 bytes
ETAG = '"first"'
PIECE = resuming.PIECE  # what came of one is lost in a cut


class Server(http.server.ThreadingHTTPServer):
    """What the handler does, changed by a test."""

    daemon_threads = True
    content, etag, status, kind = CONTENT, ETAG, 200, "application/x-tar"
    cuts = ()  # after how many bytes each answer in turn breaks off
    ranges, length = True, None

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked = []  # the Range of every request

    def handle_error(self, request, client_address):
        """A client that goes away is what several tests are about."""


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        server = self.server
        server.asked.append(self.headers.get("Range"))
        if server.status != 200:
            self.send_error(server.status)
            return
        start, total = 0, len(server.content)
        if self.headers.get("Range") and server.ranges and self.headers.get("If-Range") == server.etag:
            start = int(self.headers["Range"].removeprefix("bytes=").rstrip("-"))
        if start and start >= total:
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{total}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{total - 1}/{total}")
        self.send_header("Content-Type", server.kind)
        self.send_header("Content-Length", server.length or str(total - start))
        self.send_header("ETag", server.etag)
        self.end_headers()
        server.cuts, cut = server.cuts[1:], (*server.cuts, None)[0]
        self.wfile.write(server.content[start:][:cut])

    def log_message(self, *args):
        pass


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(resuming, "PAUSE", 0.0)
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def wiki(server, monkeypatch):
    """The download "wiki", from the local server."""
    address = f"http://127.0.0.1:{server.server_port}/wiki_crop.tar"
    mirror = Mirror("https", address, "wiki_crop.tar", "drawn", "https://example.org/page", len(CONTENT))
    monkeypatch.setitem(mirrors.MIRRORS, "wiki", (mirror,))
    return mirror


def by_hand(error, folder):
    """The message of a failed download, which must say how to do without."""
    message = str(error.value)
    assert "wiki was not downloaded: " in message
    assert "fetch wiki_crop.tar from https://example.org/page" in message
    assert f'python -m agesex dataset import "{folder / "wiki_crop.tar"}" --source wiki' in message
    assert "\n" not in message
    return message


def test_a_file_arrives_whole_with_its_progress(server, wiki, tmp_path):
    steps = []
    fetched = download.fetch("wiki", tmp_path / "to", on_progress=lambda *step: steps.append(step))
    assert fetched.path == tmp_path / "to" / "wiki_crop.tar"
    assert fetched.path.read_bytes() == CONTENT
    assert (fetched.size, steps[-1]) == (len(CONTENT), (len(CONTENT), len(CONTENT)))
    assert "no checksum is published" in fetched.checked
    assert not list((tmp_path / "to").glob("*.part*"))


def test_what_is_there_is_not_fetched_again(server, wiki, tmp_path):
    download.fetch("wiki", tmp_path)
    download.fetch("wiki", tmp_path)
    assert len(server.asked) == 1


def test_a_cut_in_the_middle_is_continued_at_once(server, wiki, tmp_path):
    server.cuts = (4 * PIECE, 3 * PIECE + 5)
    fetched = download.fetch("wiki", tmp_path)
    assert fetched.path.read_bytes() == CONTENT
    assert server.asked == [None, f"bytes={4 * PIECE}-", f"bytes={7 * PIECE}-"]


def test_a_later_run_goes_on_where_an_earlier_one_stopped(server, wiki, tmp_path):
    server.cuts = (4 * PIECE, 0)
    with pytest.raises(BadDataset) as error:
        download.fetch("wiki", tmp_path)
    assert "wiki_crop.tar.part holds what came, and the same command goes on" in by_hand(error, tmp_path)
    assert (tmp_path / "wiki_crop.tar.part").stat().st_size == 4 * PIECE
    server.asked.clear()
    assert download.fetch("wiki", tmp_path).path.read_bytes() == CONTENT
    assert server.asked == [f"bytes={4 * PIECE}-"]


def test_a_part_of_another_version_is_thrown_away(server, wiki, tmp_path):
    server.cuts = (4 * PIECE, 0)
    with pytest.raises(BadDataset):
        download.fetch("wiki", tmp_path)
    server.content, server.etag = CONTENT[::-1], '"second"'
    assert download.fetch("wiki", tmp_path).path.read_bytes() == CONTENT[::-1]


def test_a_part_without_a_known_version_or_from_another_address_is_thrown_away(server, wiki, tmp_path):
    part, note = tmp_path / "wiki_crop.tar.part", tmp_path / "wiki_crop.tar.part.json"
    for text in (None, "no json", "[]", json.dumps({"url": "http://elsewhere/", "version": ETAG})):
        part.write_bytes(b"x" * 1000)
        if text:
            note.write_text(text)
        assert download.fetch("wiki", tmp_path).path.read_bytes() == CONTENT
        (tmp_path / "wiki_crop.tar").unlink()
    assert server.asked == [None] * 4


def test_a_server_that_cannot_resume_sends_all_again(server, wiki, tmp_path):
    server.ranges, server.cuts = False, (4 * PIECE,)
    assert download.fetch("wiki", tmp_path).path.read_bytes() == CONTENT


def test_a_part_that_is_whole_already_is_only_renamed(server, wiki, tmp_path):
    (tmp_path / "wiki_crop.tar.part").write_bytes(CONTENT)
    (tmp_path / "wiki_crop.tar.part.json").write_text(json.dumps({"url": wiki.id, "version": ETAG}))
    assert download.fetch("wiki", tmp_path).path.read_bytes() == CONTENT
    assert server.asked == [f"bytes={len(CONTENT)}-"]


@pytest.mark.parametrize(("status", "said"), [(403, "refuses"), (404, "no longer has it"), (503, "fails")])
def test_a_refusal_is_one_sentence_with_the_manual_way(server, wiki, tmp_path, status, said):
    server.status = status
    with pytest.raises(BadDataset) as error:
        download.fetch("wiki", tmp_path)
    assert f"the server {said} (status {status})" in by_hand(error, tmp_path)
    assert "holds what came" not in str(error.value)


def test_no_server_is_one_sentence_with_the_manual_way(wiki, server, tmp_path, monkeypatch):
    nowhere = Mirror("https", "http://127.0.0.1:9/x", wiki.file, "drawn", wiki.page, 1000)
    monkeypatch.setitem(mirrors.MIRRORS, "wiki", (nowhere,))
    with pytest.raises(BadDataset) as error:
        download.fetch("wiki", tmp_path)
    assert "the server cannot be reached (is this machine online?)." in by_hand(error, tmp_path)


def test_a_silent_server_is_not_waited_for(server, wiki, tmp_path, monkeypatch):
    monkeypatch.setattr(resuming, "TIMEOUT", (1, 0.05))
    asleep = threading.Event()
    monkeypatch.setattr(Handler, "do_GET", lambda self: asleep.wait(10))
    with pytest.raises(BadDataset) as error:
        download.fetch("wiki", tmp_path)
    asleep.set()
    assert "did not answer in time" in by_hand(error, tmp_path)


def test_a_wrong_length_is_never_taken_for_the_file(server, wiki, tmp_path):
    server.length = str(len(CONTENT) + 5)  # promises more than comes
    with pytest.raises(BadDataset) as error:
        download.fetch("wiki", tmp_path)
    assert "wiki_crop.tar.part holds what came" in by_hand(error, tmp_path)
    assert not (tmp_path / "wiki_crop.tar").exists()


@pytest.mark.parametrize("change", [{"content": b"sign in"}, {"kind": "text/html; charset=utf-8"}])
def test_a_page_instead_of_the_file_is_refused_before_anything_is_written(server, wiki, tmp_path, change):
    for name, value in change.items():
        setattr(server, name, value)
    with pytest.raises(BadDataset, match=r"it is another file|a web page instead of the file"):
        download.fetch("wiki", tmp_path)
    assert not (tmp_path / "wiki_crop.tar.part").exists()


def test_a_disk_with_too_little_room_is_seen_before_the_work(server, wiki, tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: types.SimpleNamespace(free=1000))
    with pytest.raises(BadDataset) as error:
        download.fetch("wiki", tmp_path)
    assert "the disk has 0.0 GB free" in by_hand(error, tmp_path)


def test_a_disk_that_fills_keeps_what_came(server, wiki, tmp_path):
    def full(done, total):
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(BadDataset) as error:
        download.fetch("wiki", tmp_path, on_progress=full)
    assert "it cannot be written (No space left on device)" in by_hand(error, tmp_path)
    assert (tmp_path / "wiki_crop.tar.part").exists()


def test_a_file_in_place_of_the_folder_is_one_sentence(server, wiki, tmp_path):
    (tmp_path / "to").write_text("a file")
    with pytest.raises(BadDataset, match="it cannot be written"):
        download.fetch("wiki", tmp_path / "to")


@pytest.mark.parametrize("right", [True, False])
def test_a_published_checksum_is_compared(server, wiki, tmp_path, monkeypatch, right):
    known = hashlib.sha256(CONTENT if right else b"other").hexdigest()
    mirror = Mirror("https", wiki.id, wiki.file, "drawn", wiki.page, 1000, known_hash=f"sha256:{known}")
    monkeypatch.setitem(mirrors.MIRRORS, "wiki", (mirror,))
    if right:
        assert download.fetch("wiki", tmp_path).checked == "its checksum is the published one"
        return
    with pytest.raises(BadDataset, match="its checksum is not the published one, so it was thrown away"):
        download.fetch("wiki", tmp_path)
    assert not list(tmp_path.glob("wiki_crop.tar*[!k]"))  # the lock stays


def test_two_downloads_of_one_file_do_not_mix(server, wiki, tmp_path):
    with (
        filelock.FileLock(tmp_path / "wiki_crop.tar.lock"),
        pytest.raises(BadDataset, match="another download of wiki_crop.tar .* is running"),
    ):
        download.fetch("wiki", tmp_path)


def package(monkeypatch, name, **functions):
    """A stand-in for an optional package."""
    monkeypatch.setitem(sys.modules, name, types.SimpleNamespace(**functions, __spec__=object()))


def test_kaggle_is_asked_for_its_handle_and_a_folder_of_our_own(tmp_path, monkeypatch):
    def dataset_download(handle, *, output_dir):
        assert handle == "jangedoo/utkface-new"
        (tmp_path / "utkface-new").mkdir()
        (tmp_path / "utkface-new" / "a.jpg").write_bytes(b"123")
        return output_dir

    package(monkeypatch, "kagglehub", dataset_download=dataset_download)
    fetched = download.fetch("utkface", tmp_path, kind="kaggle")
    assert (fetched.path, fetched.size) == (tmp_path / "utkface-new", 3)


@pytest.mark.parametrize("right", [True, False])
def test_the_checksum_that_hugging_face_names_is_compared(tmp_path, monkeypatch, right):
    def hf_hub_download(repository, file, *, repo_type, revision, local_dir):
        assert (repository, file, repo_type) == ("py97/UTKFace-Cropped", "UTKFace.tar.gz", "dataset")
        (local_dir / file).write_bytes(b"content" if right else b"other")
        return str(local_dir / file)

    package(
        monkeypatch, "huggingface_hub", hf_hub_download=hf_hub_download,
        hf_hub_url=lambda *args, **options: "address",
        get_hf_file_metadata=lambda address: types.SimpleNamespace(
            etag=hashlib.sha256(b"content").hexdigest()
        ),
    )  # fmt: skip
    if right:
        assert "the one that the mirror names" in download.fetch("utkface", tmp_path).checked
        return
    with pytest.raises(BadDataset, match="so it was thrown away"):
        download.fetch("utkface", tmp_path)
    assert not (tmp_path / "UTKFace.tar.gz").exists()


def test_the_real_huggingface_hub_reads_a_server_like_its_own(tmp_path, monkeypatch, server):
    from huggingface_hub import constants

    digest = hashlib.sha256(CONTENT).hexdigest()

    def answer(self):
        self.server.asked.append((self.command, self.path))
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.send_header("ETag", f'"{digest}"')
        self.send_header("X-Repo-Commit", "e" * 40)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(CONTENT)

    monkeypatch.setattr(Handler, "do_GET", answer)
    monkeypatch.setattr(Handler, "do_HEAD", answer, raising=False)
    address = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setattr(constants, "ENDPOINT", address)
    template = address + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    fetched = download.fetch("utkface", tmp_path, kind="huggingface")
    assert fetched.path.read_bytes() == CONTENT
    assert fetched.checked == "its checksum is the one that the mirror names"
    revision = mirrors.pick("utkface", "huggingface").revision
    path = f"/datasets/py97/UTKFace-Cropped/resolve/{revision}/UTKFace.tar.gz"
    assert ("HEAD", path) in server.asked


def test_whatever_a_package_raises_is_one_sentence(tmp_path, monkeypatch):
    def fail(*args, **options):
        raise RuntimeError("kaggle is on fire\nsecond line")

    package(monkeypatch, "kagglehub", dataset_download=fail)
    with pytest.raises(BadDataset, match=r"RuntimeError: kaggle is on fire\. By hand: fetch archive\.zip"):
        download.fetch("utkface", tmp_path, kind="kaggle")


def test_a_missing_package_is_named_with_the_manual_way(tmp_path, monkeypatch):
    monkeypatch.setattr(mirrors.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(BadDataset, match=r"missing \(pip install huggingface_hub\)\. By hand"):
        download.fetch("utkface", tmp_path)


def test_the_first_mirror_whose_package_is_installed_is_taken(monkeypatch):
    monkeypatch.setattr(
        mirrors.importlib.util, "find_spec", lambda name: object() if name == "kagglehub" else None
    )
    assert mirrors.pick("utkface").kind == "kaggle"
    assert mirrors.pick("utkface", "huggingface").kind == "huggingface"
    with pytest.raises(BadDataset, match="no mirror of the kind kaggle. Expected one of: https"):
        mirrors.pick("wiki", "kaggle")
    with pytest.raises(BadDataset, match="Expected one of utkface, wiki, imdb"):
        mirrors.pick("morph")


def test_the_command_knows_the_mirrors_that_there_are():
    assert set(cli_download.NAMES) == set(mirrors.MIRRORS) == set(mirrors.LICENCES)
    assert set(cli_download.KINDS) == set(mirrors.PACKAGES)


def run(*arguments):
    parser = argparse.ArgumentParser()
    cli_download.add(parser.add_subparsers())
    args = parser.parse_args(["download", *map(str, arguments)])
    return args.run(args)


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_nothing_is_fetched_before_the_licence_is_agreed_to(server, wiki, tmp_path, monkeypatch, capsys):
    assert run("wiki", "--to", tmp_path / "to") == 2
    assert "academic research only" in capsys.readouterr().err
    monkeypatch.setattr(sys, "stdin", Terminal("y\n"))
    assert run("wiki", "--to", tmp_path / "to") == 1
    assert "Nothing was downloaded." in capsys.readouterr().err
    assert not server.asked
    assert not (tmp_path / "to").exists()


@pytest.mark.parametrize("typed", [True, False])
def test_consent_is_typed_or_given_by_an_option_and_the_import_command_follows(
    server, wiki, tmp_path, monkeypatch, capsys, typed
):
    monkeypatch.setattr(sys, "stdin", Terminal("yes\n"))
    assert run("wiki", "--to", tmp_path, *([] if typed else ["--yes"])) == 0
    out, err = capsys.readouterr()
    command = f'python -m agesex dataset import "{tmp_path / "wiki_crop.tar"}" --source wiki'
    assert out == f"Import it with:\n{command}\n"
    assert "1,024,000 bytes; no checksum is published" in err


def test_a_download_goes_to_the_home_of_all_data(server, wiki, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("AGESEX_HOME", str(tmp_path / "home"))
    assert run("wiki", "--yes") == 0
    assert (tmp_path / "home" / "downloads" / "wiki_crop.tar").read_bytes() == CONTENT


def test_the_import_can_follow_at_once(server, wiki, tmp_path, monkeypatch, capsys):
    from agesex import cli

    asked = []
    monkeypatch.setattr(cli, "main", lambda arguments: asked.append(arguments) or 7)
    assert run("wiki", "--to", tmp_path, "--yes", "--import") == 7
    assert asked == [["dataset", "import", str(tmp_path / "wiki_crop.tar"), "--source", "wiki"]]


def test_a_bar_is_drawn_on_a_terminal_only(server, wiki, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    assert run("wiki", "--to", tmp_path, "--yes") == 0
    assert "MB" in sys.stderr.getvalue()
