"""The benchmarks' common parts: figures that are kept, and the table in README.md."""

import importlib.util
import json
import subprocess
import sys

import pytest


@pytest.fixture
def script(root, monkeypatch):
    """A file of benchmarks/ as a module, without running it."""
    monkeypatch.syspath_prepend(str(root / "benchmarks"))

    def load(name):
        spec = importlib.util.spec_from_file_location(f"benchmark_{name}", root / "benchmarks" / f"{name}.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return load


def test_a_kept_figure_is_a_line_of_json_and_without_the_variable_nothing(script, tmp_path, monkeypatch):
    keep = script("figures").keep
    monkeypatch.delenv("AGESEX_FIGURES", raising=False)
    keep("nothing", "1 ms")
    monkeypatch.setenv("AGESEX_FIGURES", str(tmp_path / "kept"))
    keep("a face", "5 ms", "the peer 10 ms")
    keep("640×480", "74 ms")
    rows = [json.loads(line) for line in (tmp_path / "kept").read_text("utf-8").splitlines()]
    assert rows == [["a face", "5 ms", "the peer 10 ms"], ["640×480", "74 ms", ""]]


def test_the_table_stands_between_its_marks_and_the_rest_stays(script):
    run = script("run")
    table = run.as_table([["a face", "5 ms", "the peer 10 ms"]], "9 s")
    assert "| a face | 5 ms | the peer 10 ms |" in table and "all of it took 9 s" in table
    text = run.replaced(f"before\n{run.START}\nold\n{run.END}\nafter\n", table)
    assert text == f"before\n{run.START}\n{table}\n{run.END}\nafter\n"
    with pytest.raises(SystemExit, match="lacks"):
        run.replaced("no marks", table)


def test_every_part_is_a_file_and_all_of_them_end(script, root):
    parts = script("run").PARTS
    assert all((root / "benchmarks" / f"{name}.py").is_file() for name in parts)
    assert all(seconds <= 150 for _, seconds in parts.values())


def test_a_part_that_fails_is_named_and_the_readme_stays(script, root, tmp_path, monkeypatch, capsys):
    run = script("run")
    (tmp_path / "benchmarks").mkdir()
    (tmp_path / "benchmarks" / "broken.py").write_text("raise SystemExit(3)\n", "utf-8")
    monkeypatch.setattr(run, "ROOT", tmp_path)
    monkeypatch.setattr(run, "PARTS", {"broken": ([], 60)})
    monkeypatch.setattr(sys, "argv", ["run.py", "--write"])
    assert run.main() == 1 and "not measured: broken" in capsys.readouterr().err
    assert not (tmp_path / "README.md").exists()


def test_a_table_of_some_parts_is_not_written(root):
    asked = [sys.executable, "benchmarks/run.py", "--write", "--only", "models"]
    said = subprocess.run(asked, cwd=root, capture_output=True, text=True, timeout=60)
    assert said.returncode == 2 and "--write needs every part" in said.stderr
