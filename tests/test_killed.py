"""Kill -9 in the middle of an import and of scoring, and what benchmarks/kill.py has found elsewhere."""

import json
from functools import partial
from types import SimpleNamespace

import pandas as pd
import pytest
from killing.child import Counter
from killing.trial import FAILED, HALF, LOST, OTHER, SAME, Bench, Moment, Outcome

from agesex import outputs
from agesex.dataset import store
from agesex.errors import BadDataset, BadModel
from training import promote, train

SETTINGS = {"model": "stub"}


@pytest.fixture(scope="module")
def importing(tmp_path_factory):
    bench = Bench("import", tmp_path_factory.mktemp("import") / "bench", n=110)
    bench.measure()
    return bench


@pytest.fixture(scope="module")
def scoring(tmp_path_factory):
    bench = Bench("score", tmp_path_factory.mktemp("score") / "bench", n=60)
    bench.measure()
    return bench


@pytest.mark.parametrize("back", [1, 9])
def test_an_import_that_is_killed_goes_on_to_the_same_data_set(importing, back):
    """Right before its last change of a file, and among its chunks."""
    outcome = importing.kill(Moment(change=importing.changes - back))
    assert outcome.killed and (outcome.what, outcome.said) == (SAME, "")


@pytest.mark.parametrize("change", [3, 5])
def test_scoring_that_is_killed_goes_on_to_the_same_table_and_leaves_nothing_beside_it(scoring, change):
    outcome = scoring.kill(Moment(change=change))
    assert outcome.killed and (outcome.what, outcome.said) == (SAME, "")


@pytest.mark.parametrize("what", [FAILED, HALF, LOST, OTHER, SAME])
def test_what_is_bad_is_told_from_the_same_result(scoring, monkeypatch, what):
    monkeypatch.setattr(scoring, "_start", lambda here, change=None: _Process(change, status=what == FAILED))
    for name, answer in (
        ("look", 1 / 2 if what != HALF else None), ("lost", "a photo" * (what == LOST)), ("result", what),
    ):  # fmt: skip
        monkeypatch.setattr(scoring.operation, name, partial(_answer, answer), raising=True)
    monkeypatch.setattr(scoring, "expected", SAME)
    if what == SAME:
        assert scoring.kill(Moment(change=4)) == Outcome(Moment(change=4), SAME, True, 0.5)
    else:
        assert scoring.kill(Moment(change=4)).what == what


class _Process:
    """A process that was killed where it was told to, and ends with a status where not."""

    def __init__(self, change, status):
        self.code = -9 if change else int(status)

    def wait(self, seconds=None):
        return self.code


def _answer(answer, *args):
    if answer is None:
        raise AssertionError("half-written")
    return answer


def test_only_changes_of_files_below_the_folder_are_counted(tmp_path):
    counter = Counter(tmp_path)
    for event, args in (
        ("open", (str(tmp_path / "a"), "r", 0)), ("open", ("/elsewhere", "w", 1)), ("import", ("os",)),
        ("os.rename", ("/elsewhere", "/b", -1, -1)), ("open", (3, "w", 1)),
    ):  # fmt: skip
        counter(event, args)
    assert counter.n == 0
    counter("open", (str(tmp_path / "a"), "w", 1))
    counter("os.rename", (str(tmp_path / "a"), "b", -1, -1))
    assert counter.n == 2


# what was found


def test_what_an_import_leaves_between_its_last_steps_goes_with_the_next_one(tmp_path, monkeypatch):
    monkeypatch.setenv("AGESEX_HOME", str(tmp_path))
    folder = store.datasets() / "utkface"
    folder.mkdir(parents=True)
    for name in (store.FACTS, store.TABLE, store.PHOTOS, "rows-00000.parquet", "work.json"):
        (folder / name).write_bytes(b"")
    store.recover("utkface")
    assert {path.name for path in folder.iterdir()} == {store.FACTS, store.TABLE, store.PHOTOS}


def test_a_removal_that_was_killed_is_finished_by_the_same_command(tmp_path, monkeypatch):
    monkeypatch.setenv("AGESEX_HOME", str(tmp_path))
    going = store.datasets() / "utkface.going"
    going.mkdir(parents=True)
    (going / store.PHOTOS).write_bytes(b"photos")
    store.remove("utkface")
    assert not going.exists()
    with pytest.raises(BadDataset, match="there is no data set"):
        store.remove("utkface")


def test_scoring_leaves_no_pile_of_notes_and_none_beside_a_whole_table(tmp_path, monkeypatch):
    path = tmp_path / "ages.csv"
    notes = tmp_path / "ages.csv.part.json"
    (tmp_path / "ages.csv.part.json.new").write_text("half of the no")  # killed while they were written
    with outputs.File(path, "csv", SETTINGS, resume=True) as sink:
        assert json.loads(notes.read_text()) == SETTINGS
        sink.add([dict.fromkeys(outputs.COLUMNS, "") | {"file": "a.jpg"}])
        with monkeypatch.context() as patch:
            patch.setattr(outputs.os, "replace", _then_die(outputs.os.replace))
            with pytest.raises(SystemExit):
                sink.finish()
    assert path.exists() and notes.exists()
    with pytest.raises(ValueError, match="ages.csv is whole"):
        outputs.File(path, "csv", SETTINGS, resume=True)
    assert [file.name for file in tmp_path.iterdir()] == ["ages.csv"]


def _then_die(call):
    def dying(*args):
        call(*args)
        raise SystemExit

    return dying


def test_an_older_checkpoint_that_a_kill_has_left_is_deleted(tmp_path):
    for epoch in (1, 2, 3):
        train.checkpoint(tmp_path, epoch).write_bytes(b"weights")
    (tmp_path / "checkpoint-002.part.keras").write_bytes(b"half")
    train.remove_others(tmp_path, 2)
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint-002.keras"]


def test_a_run_is_finished_only_once_its_scores_are_written(tmp_path, monkeypatch):
    """Killed between the two files, it was taken for finished and the next step found no scores."""
    pack = _Pack()
    monkeypatch.setattr(train, "_begin", lambda *args: [{"epoch": 1}, {"epoch": 2}])
    monkeypatch.setattr(train, "_resume", lambda folder, epochs: None)
    finished = []
    monkeypatch.setattr(train, "finish", lambda *args: finished.append(args))
    (tmp_path / "model.keras").write_bytes(b"weights")
    train.train(train.RECIPES["tiny"], pack, tmp_path, verbose=0)
    assert len(finished) == 1
    (tmp_path / "finish.json").write_text("{}")
    train.train(train.RECIPES["tiny"], pack, tmp_path, verbose=0)
    assert len(finished) == 1


def test_a_promotion_brings_back_the_model_that_a_killed_evaluation_left_aside(tmp_path, monkeypatch):
    (tmp_path / "tiny.old").mkdir()
    (tmp_path / "tiny.old" / "card.json").write_text("{}")
    monkeypatch.setenv("AGESEX_MODELS", str(tmp_path))
    for name in ("read_run", "check_data", "check_splits"):
        monkeypatch.setattr(promote, name, lambda *args, **options: SimpleNamespace(facts={"data": {}}, folder=tmp_path))
    with pytest.raises(BadModel):  # the card says nothing, but it is found
        promote.promote("runs/tiny", None, "tiny")
    assert [path.name for path in tmp_path.iterdir()] == ["tiny"]


class _Pack:
    def __init__(self):
        rows = {"split": ["train", "validation"] * 20, "age": range(40), "sex": ["female", "male"] * 20}
        self.table = pd.DataFrame(rows).assign(group=[str(i) for i in range(40)])

    def decode(self, rows):
        import numpy as np

        return np.zeros((len(rows), 200, 200, 3), np.uint8)
