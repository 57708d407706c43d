"""A data set of what an unfinished import kept."""

import shutil
import tarfile

import pytest
from drawn import write_utkface

from agesex import cli
from agesex.dataset import check, finishing, importing, store
from agesex.dataset.importing import import_from
from agesex.errors import BadDataset


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("AGESEX_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(importing, "CHUNK", 3)
    return tmp_path / "home" / "datasets"


@pytest.fixture
def folder(tmp_path):
    write_utkface(tmp_path / "UTKFace", n=12)
    return tmp_path / "UTKFace"


@pytest.fixture
def cut(tmp_path, folder):
    """A .tar whose import was cut off at its end: Path."""
    path = tmp_path / "UTKFace.tar"
    with tarfile.open(path, "w") as archive:
        for file in sorted(folder.iterdir()):
            archive.add(file, f"UTKFace/{file.name}")
            end = archive.offset - 1500
    path.write_bytes(path.read_bytes()[:end])
    with pytest.raises(BadDataset, match=r"it is cut off.*make do with that: .* dataset finish utkface.*goes on with"):
        import_from(path)
    return path


def test_what_was_kept_becomes_a_data_set_that_says_it_is_a_part(folder, cut, home):
    assert finishing.finish("utkface") == 11
    stored = store.open_stored("utkface")
    assert dict(stored.photos()) == {file.name: file.read_bytes() for file in sorted(folder.iterdir())[:11]}
    assert stored.facts["part"] is True and stored.facts["from"] == "UTKFace.tar"
    assert not (home / "utkface.part").exists()
    note = next(finding for finding in check.check("utkface") if finding.kind == "part")
    assert (note.n, note.severity) == (11, check.NOTE) and "a part of UTKFace.tar" in note.text


def test_an_import_of_the_whole_takes_its_place(folder, cut):
    finishing.finish("utkface")
    assert import_from(folder).taken == 12
    assert "part" not in store.open_stored("utkface").facts


def test_a_part_that_turns_out_to_be_the_whole_is_imported_again_and_is_no_part_then(folder, cut):
    finishing.finish("utkface")
    max(folder.iterdir()).unlink()
    assert not import_from(folder).unchanged
    assert "part" not in store.open_stored("utkface").facts


def test_a_photo_that_came_anew_counts_once_with_its_last_content(folder, cut):
    first, *_ = sorted(folder.iterdir())
    first.write_bytes(max(folder.iterdir()).read_bytes())
    with pytest.raises(ZeroDivisionError):
        import_from(folder, progress=lambda report: 1 / 0)
    finishing.finish("utkface")
    stored = store.open_stored("utkface")
    assert stored.table.file.is_unique and stored.photo(first.name) == first.read_bytes()


def test_an_older_data_set_with_more_photos_is_not_given_up(tmp_path, folder, cut):
    aside = store.part_of("utkface").rename(tmp_path / "aside")
    import_from(folder)
    shutil.move(aside, store.part_of("utkface"))
    with pytest.raises(BadDataset, match="1 of them is not in this one"):
        finishing.finish("utkface")
    assert len(store.open_stored("utkface").table) == 12 and store.part_of("utkface").exists()


def test_without_an_unfinished_import_there_is_nothing_to_finish(folder):
    import_from(folder)
    with pytest.raises(BadDataset, match="no unfinished import of utkface that kept a photo"):
        finishing.finish("utkface")


def test_the_commands_say_what_is_unfinished_and_how_to_finish_it(cut, capsys):
    assert cli.main(["dataset", "check", "utkface"]) == 1
    said = capsys.readouterr().err
    assert "the import of utkface from UTKFace.tar is unfinished: 11 photos so far. Go on with: " in said
    assert "dataset finish utkface" in said and "dataset remove utkface" in said
    cli.main(["dataset", "list"])
    assert "to make do with that: python -m agesex dataset finish utkface" in capsys.readouterr().out
    assert cli.main(["dataset", "finish", "utkface"]) == 0
    assert capsys.readouterr().out.endswith("11 photos taken, a part of the source\n")
