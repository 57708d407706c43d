"""Files that are no data set: the reason comes first, then what is accepted."""

import gzip

import numpy as np
import pytest

from agesex.dataset.sources import base
from agesex.errors import BadDataset

COLUMNS = ",".join(f"column{i}" for i in range(10))


def said(path, content):
    path.write_bytes(content)
    with pytest.raises(BadDataset) as caught:
        base.guess(path)
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("sales.csv", b"region,amount\nnorth,3\n", "it is a table with the columns region, amount"),
        ("sales.tsv", b"region\tamount\n", "it is a table with the columns region, amount"),
        ("sales.csv.gz", gzip.compress(b"region,amount\n", mtime=0), "it is a table with the columns region, amount"),
        ("one.csv", b"hello\n", "it is a table with the column hello"),
        ("many.csv", COLUMNS.encode(), "columns column0, column1, column2, column3, column4, column5, column6, column7, …"),
        ("wide.csv", "region,amount\n".encode("utf-16"), "it is a table with the columns region, amount"),
        ("wide.csv", "region,amount\n".encode("utf-16-le"), "it is not text in UTF-8 (it looks like UTF-16"),
        ("bytes.csv", b"\0" + bytes(range(1, 99)), "it is not text in UTF-8. Accepted"),
        ("note.mat", b"hello", "it is not a Matlab file"),
        ("cut.mat", b"MATLAB 5.0 MAT-file" + b"\xff" * 500, "it is a Matlab file that is damaged or cut off"),
        ("some.bin", b"\1\2\3", "it is a single file of 3 bytes, neither archive nor table by its name"),
    ],
)
def test_the_reason_comes_before_what_is_accepted(tmp_path, name, content, reason):
    text = said(tmp_path / name, content)
    assert text.startswith(f"“{name}” is no data set that is known here: it is") and reason in text
    assert text.endswith(base.ACCEPTED) and "--source (utkface, " in text


def test_the_variables_of_a_matlab_file_are_named(tmp_path):
    scipy_io = pytest.importorskip("scipy.io")
    scipy_io.savemat(tmp_path / "made.mat", {"weights": np.eye(3), "bias": np.ones(2)})
    text = said(tmp_path / "other.mat", (tmp_path / "made.mat").read_bytes())
    assert "it is a Matlab file holding weights, bias." in text


@pytest.mark.parametrize("name", ["a.csv", "wiki.mat", "UTKFace.zip"])
def test_an_empty_file_is_called_empty(tmp_path, name):
    assert said(tmp_path / name, b"").startswith(f"the file “{name}” is empty.")
