"""The house rules: imports run one way, requirements hold, the wheel is whole, CI skips nothing."""

import ast
import itertools
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib import metadata

import numpy as np
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

SCREEN = {"streamlit", "app", "pages", "tests"}  # and every ui*.py
FORBIDDEN = {"agesex": SCREEN | {"training"}, "training": SCREEN}


def imported(source):
    """Top-level names that a piece of source code imports, anywhere in it."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names.add(node.module.split(".")[0])
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            called = getattr(node.func, "id", called)
            if called in {"import_module", "__import__"}:
                names.add(str(node.args[0].value).split(".")[0])
    return names


def test_the_walk_sees_every_kind_of_import():
    source = """
import streamlit.testing as x
def late():
    from training import train
    importlib.import_module("ui")
    __import__("pages.x")
    from . import app
"""
    assert imported(source) == {"streamlit", "training", "ui", "pages"}


@pytest.mark.parametrize("package", FORBIDDEN)
def test_imports_run_one_way(root, package):
    files = sorted((root / package).rglob("*.py"))
    assert files
    forbidden = FORBIDDEN[package] | {path.stem for path in root.glob("ui*")}
    assert "ui" in forbidden
    wrong = {
        str(file.relative_to(root)): names
        for file in files
        if (names := imported(file.read_text("utf-8")) & forbidden)
    }
    assert not wrong


def requirements(file):
    lines = (line.partition("#")[0].strip() for line in file.read_text("utf-8").splitlines())
    return [Requirement(line) for line in lines if line and not line.startswith("-")]


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-api.txt", "requirements-data.txt", "requirements-dev.txt"])
def test_what_is_required_has_a_floor_and_is_installed(root, name):
    wanted = requirements(root / name)
    assert wanted
    for requirement in wanted:
        assert any(spec.operator == ">=" for spec in requirement.specifier), requirement
        if requirement.marker is None or requirement.marker.evaluate():
            assert requirement.specifier.contains(metadata.version(requirement.name)), requirement


def test_the_lock_meets_every_floor_with_hashes(root):
    text = (root / "requirements.lock").read_text("utf-8")
    entries = [entry for entry in re.split(r"\n(?=\S)", text.replace("\\\n", " ")) if entry.strip()]
    assert len(entries) > 60 and all("--hash=sha256:" in entry for entry in entries)
    locked = [Requirement(entry.partition("--hash")[0].strip()) for entry in entries]
    for name in ("requirements.txt", "requirements-api.txt", "requirements-data.txt"):
        for wanted in requirements(root / name):
            pins = [pin for pin in locked if canonicalize_name(pin.name) == canonicalize_name(wanted.name)]
            assert pins, wanted
            for pin in pins:
                (exact,) = pin.specifier
                assert exact.operator == "==" and wanted.specifier.contains(exact.version), (wanted, pin)
    assert not re.search(r"https?://|--index-url|--find-links", text)


@pytest.mark.parametrize(
    ("system", "machine", "expected"),
    [
        ("linux", "x86_64", "tensorflow-cpu"),
        ("linux", "aarch64", "tensorflow"),
        ("darwin", "arm64", "tensorflow"),
        ("win32", "AMD64", "tensorflow-cpu"),
    ],
)
def test_every_platform_gets_exactly_one_tensorflow(root, system, machine, expected):
    platform = {"sys_platform": system, "platform_machine": machine}
    chosen = [
        requirement.name
        for requirement in requirements(root / "requirements.txt")
        if requirement.name.startswith("tensorflow") and requirement.marker.evaluate(platform)
    ]
    assert chosen == [expected]


@pytest.mark.parametrize("name", ["mtcnn", "tf-keras-vis", "keras"])
def test_nothing_brings_a_second_tensorflow(name):
    needed = [Requirement(line) for line in metadata.requires(name)]
    needed = {r.name for r in needed if r.marker is None or r.marker.evaluate({"extra": ""})}
    assert not needed & {"tensorflow", "tensorflow-cpu"}


def test_the_makefile_leaves_the_system_alone(root):
    assert not re.search(r"\b(apt|apt-get|sudo|brew)\b", (root / "Makefile").read_text("utf-8"))


@pytest.fixture(scope="module")
def pyproject(root):
    return tomllib.loads((root / "pyproject.toml").read_text("utf-8"))


def test_every_package_folder_is_listed(root, pyproject):
    folders = {path.parent.relative_to(root) for path in (root / "agesex").rglob("__init__.py")}
    expected = {".".join(folder.parts) for folder in folders} | {"agesex._models"}
    assert set(pyproject["tool"]["setuptools"]["packages"]) == expected


def test_the_wheel_carries_package_data_and_models(root, tmp_path):
    source = tmp_path / "source"  # setuptools leaves build/ and *.egg-info where it builds
    for name in ("agesex", "models"):
        shutil.copytree(root / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "requirements.txt", "requirements-api.txt", "requirements-data.txt", "LICENSE", "README.md"):
        shutil.copy(root / name, source)
    (source / "models" / "sample").mkdir()
    (source / "models" / "sample" / "card.json").write_text("{}")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*build, "--no-index", "-w", tmp_path, source], check=True, timeout=300)
    (wheel,) = tmp_path.glob("agesex-*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    tracked = {
        path.relative_to(source).as_posix()
        for path in (source / "agesex").rglob("*")
        if path.is_file()
    }
    assert tracked <= names
    assert {"agesex/_models/sample/card.json", "agesex/_models/LICENSE"} <= names
    top = {name.split("/")[0] for name in names}
    assert top == {"agesex", wheel.name.split("-py3")[0] + ".dist-info"}
    (entry,) = [name for name in names if name.endswith("entry_points.txt")]
    assert "agesex = agesex.cli:main" in zipfile.ZipFile(wheel).read(entry).decode()
    (meta,) = [name for name in names if name.endswith("METADATA")]
    text = zipfile.ZipFile(wheel).read(meta).decode()
    needed = {Requirement(line).name for line in re.findall(r"Requires-Dist: (.+)", text)}
    assert {"keras", "streamlit", "mtcnn"} <= needed


@pytest.fixture(scope="module")
def config(root):
    return tomllib.loads((root / ".streamlit" / "config.toml").read_text("utf-8"))


def test_the_app_is_private_and_safe(config):
    assert config["browser"]["gatherUsageStats"] is False
    assert config["client"]["showErrorDetails"] == "none"
    assert config["server"]["enableXsrfProtection"] is config["server"]["enableCORS"] is True
    assert "fontFaces" not in config["theme"]
    assert not re.search(r"https?://", str(config))


def test_the_upload_limit_is_the_limit_of_the_decoder(config):
    import inspect

    from agesex import images

    limit = inspect.signature(images.decode_with_notes).parameters["max_bytes"].default
    assert config["server"]["maxUploadSize"] * 2**20 == limit


def linear(colour):
    """Hex colour -> linear RGB, 0 to 1."""
    value = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def contrast(a, b):
    """Contrast ratio by WCAG 2: 1 (the same) to 21 (black on white)."""
    high, low = sorted((linear(c) @ [0.2126, 0.7152, 0.0722] for c in (a, b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast_of_black_on_white_is_21():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_can_be_read(config, theme):
    colours = config["theme"][theme]
    for ground in ("backgroundColor", "secondaryBackgroundColor"):
        assert contrast(colours["textColor"], colours[ground]) >= 7
        assert contrast(colours["linkColor"], colours[ground]) >= 4.5
    assert contrast(colours["primaryColor"], colours["backgroundColor"]) >= 4.5
    assert contrast(colours["primaryColor"], "#ffffff") >= 3  # text on a button


# Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB
BLINDNESS = {
    "none": np.eye(3),
    "protan": [[0.1524, 1.0526, -0.2050], [0.1145, 0.7863, 0.0992], [-0.0039, -0.0481, 1.0520]],
    "deutan": [[0.3673, 0.8606, -0.2280], [0.2802, 0.6727, 0.0471], [-0.0118, 0.0429, 0.9689]],
    "tritan": [[1.2555, -0.0767, -0.1788], [-0.0784, 0.9308, 0.1476], [0.0047, 0.6914, 0.3039]],
}


def lab(rgb):
    """Linear RGB -> CIE L*a*b*, D65."""
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    x, y, z = np.cbrt(to_xyz @ np.clip(rgb, 0, 1) / to_xyz.sum(1))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("blindness", BLINDNESS)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_chart_colours_differ_for_every_kind_of_eye(config, theme, blindness):
    palette = config["theme"][theme]["chartCategoricalColors"]
    seen = [lab(np.array(BLINDNESS[blindness]) @ linear(colour)) for colour in palette]
    assert np.linalg.norm(seen[0] - seen[1]) > 40  # the two sexes
    pairs = itertools.combinations(range(len(palette)), 2)
    distance = {pair: np.linalg.norm(seen[pair[0]] - seen[pair[1]]) for pair in pairs}
    assert min(distance.values()) > 8, min(distance, key=distance.get)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_sequential_colours_grow_lighter_or_darker_all_the_way(config, theme):
    lightness = [lab(linear(c))[0] for c in config["theme"][theme]["chartSequentialColors"]]
    steps = np.diff(lightness) * (1 if theme == "dark" else -1)
    assert len(lightness) == 10
    assert (steps > 3).all()


SKIPS = """
import pytest
{module_skip}
def test_runs(): pass
def test_skips(): pytest.skip("no data here")
@pytest.mark.may_skip("a reason")
def test_may(): pytest.skip("allowed")
"""


@pytest.mark.parametrize(
    ("ci", "module_skip", "outcome"),
    [
        ("0", "", "1 passed, 2 skipped"),
        ("1", "", "1 failed, 1 passed, 1 skipped"),
        ("0", "pytest.importorskip('no_such_module')", "1 skipped"),
        ("1", "pytest.importorskip('no_such_module')", "1 error"),
    ],
)
def test_ci_skips_nothing(root, tmp_path, ci, module_skip, outcome):
    shutil.copy(root / "tests" / "conftest.py", tmp_path)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = may_skip(reason): allowed\n")
    (tmp_path / "test_it.py").write_text(SKIPS.format(module_skip=module_skip))
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        env={**os.environ, "AGESEX_CI": ci},
        capture_output=True,
        text=True,
    )
    assert done.stdout.splitlines()[-1].startswith(outcome), done.stdout


def test_the_app_is_not_open_to_the_network_by_default(config):
    assert config["server"]["address"] == "localhost"
