"""`training.embed` and `training.suspects` from photos to their files.

Replaced is what tests have not: the frozen network of the suspects, and PaCMAP, which only `requirements-research.txt`
brings, by a projection on two directions.
"""

import numpy as np
import pandas as pd
import pytest
from drawn import write_utkface

from agesex import dataset, face_map, suspects
from training import embed, features
from training import suspects as suspects_command

N = 60


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A folder of drawn faces that are all of the data set."""
    names = sorted(write_utkface(tmp_path / "copy", N))
    manifest = tmp_path / "splits.csv"
    manifest.write_text("file,split,group,published\n" + "".join(f"{name},test,,0\n" for name in names))
    monkeypatch.setattr(dataset.read_manifest, "__defaults__", (manifest,))
    monkeypatch.setattr(dataset.with_splits, "__defaults__", (manifest,))
    return tmp_path / "copy"


@pytest.mark.model
@pytest.mark.filterwarnings("ignore:The least populated class")  # sixty faces are few for eighteen groups
def test_suspects_are_ranked_from_photos(copy, tmp_path, monkeypatch, capsys):
    def frozen(weights):  # the real one is not part of the repository
        return lambda crops: crops.reshape(len(crops), -1, 3)[:, ::2000].reshape(len(crops), -1)

    monkeypatch.setattr(features, "frozen", frozen)
    monkeypatch.setattr(suspects_command, "FOLDS", 2)  # three more would only take longer
    monkeypatch.setattr(suspects_command.out_of_fold, "__kwdefaults__", {"epochs": 1})
    out = tmp_path / "suspects.parquet"
    assert suspects_command.main([str(copy), "--init", str(tmp_path), "--out", str(out)]) == 0
    rows = suspects.read(out)
    assert rows.file.tolist() == sorted(file.name for file in copy.iterdir())
    assert rows.age_oof.between(0, 100).all() and rows.p_female_oof.nunique() > N / 2
    assert rows[["age_score", "sex_score"]].apply(lambda scores: scores.between(0, 1)).all(axis=None)
    assert f"{N} photos -> {out}" in capsys.readouterr().out


@pytest.mark.model
def test_a_map_is_drawn_from_photos_by_the_shipped_model(copy, tmp_path, monkeypatch, capsys):
    def projected(vectors, *args):
        centred = vectors - vectors.mean(axis=0)
        return (centred @ np.linalg.svd(centred, full_matrices=False)[2][:2].T).astype(float)

    calls = []
    monkeypatch.setattr(embed, "projected", lambda *args: calls.append(args) or projected(*args))
    out, vectors = tmp_path / "map.parquet", tmp_path / "vectors.npy"
    assert embed.main([str(copy), "--out", str(out), "--vectors", str(vectors)]) == 0
    table = pd.read_parquet(out)
    kept = np.load(vectors)
    assert kept.shape == (N, 256) and len(np.unique(kept, axis=0)) == N and len(calls) == 1
    assert len(table) == N and max(np.abs(table[["x", "y"]]).max()) == face_map.WHOLE
    assert f"{N} photos -> {out}" in capsys.readouterr().out
