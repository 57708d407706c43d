"""A training and a promotion as operations that are killed, see `operations`."""

import hashlib
import json
import os
import shutil

import numpy as np

from killing.common import environment, hashed, names_in


class Train:
    """`training.train` of the smallest recipe: two epochs of drawn faces."""

    def prepare(self, source, n=260):
        from drawn import write_utkface

        from training import prepare
        from training.pack import Pack

        write_utkface(source / "UTKFace", n=n)
        (source / "list.txt").write_text("")
        prepare.prepare(source / "UTKFace", source / "pack", manifest=source / "splits.csv", rebuild=True,
                        test_list=source / "list.txt")  # fmt: skip
        table = Pack(source / "pack").table
        table["split"] = np.resize(["train", "train", "validation", "calibration", "test"], len(table))
        table.to_parquet(source / "pack" / "index.parquet", index=False)

    def begin(self, source, folder):
        folder.mkdir()
        (folder / "source").symlink_to(source)

    def work(self, folder):
        from training import train

        _repeatable()
        return train.main(["--recipe", "tiny", "--pack", str(folder / "source" / "pack"), "--runs", str(folder / "runs")])

    def look(self, folder):
        run = folder / "runs" / "tiny"
        if not (run / "history.csv").exists():
            return 0
        import pandas as pd

        epochs = len(pd.read_csv(run / "history.csv"))
        assert (run / f"checkpoint-{epochs:03d}.keras").exists(), f"epoch {epochs} is in the history only"
        self.history = (run / "history.csv").read_text()
        return epochs

    def lost(self, folder, kept):
        """The seconds of an epoch that was learned again would be others."""
        there = (folder / "runs" / "tiny" / "history.csv").read_text()
        return "an epoch was learned again" if kept and not there.startswith(self.history) else ""

    def result(self, folder):
        import pandas as pd

        run = folder / "runs" / "tiny"
        history = pd.read_csv(run / "history.csv").drop(columns="seconds")
        facts = json.loads((run / "train.json").read_text())
        facts.pop("seconds")
        facts.pop("trained")
        return hashed(history.to_csv(), _weights(run / "model.keras"), json.dumps(facts), *names_in(run))


class Promote(Train):
    """`training.promote`, then `training.evaluate`, which puts a new folder in the place of a model."""

    def prepare(self, source, n=260):
        super().prepare(source, n)
        from training import evaluate, train
        from training.pack import Pack

        _repeatable()
        pack = ["--pack", str(source / "pack")]
        assert train.main(["--recipe", "tiny", *pack, "--runs", str(source / "runs")]) == 0
        evaluate.evaluate(source / "runs" / "tiny", Pack(source / "pack"), source / "models" / "tiny")
        card = source / "models" / "tiny" / "card.json"  # an older one, so that it shows which is there
        card.write_text(json.dumps(json.loads(card.read_text()) | {"title": "the older one"}))

    def begin(self, source, folder):
        super().begin(source, folder)
        for name in ("runs", "models"):
            shutil.copytree(source / name, folder / name)

    def work(self, folder):
        os.environ["AGESEX_MODELS"] = str(folder / "models")
        from training import evaluate, promote

        _repeatable()
        pack = ["--pack", str(folder / "source" / "pack")]
        run = folder / "runs" / "tiny"
        if promote.main([str(run), "--default", "tiny", *pack]) not in (0, 2):
            return 1
        return evaluate.main(["--run", str(run), "--models", str(folder / "models"), *pack])

    def look(self, folder):
        with environment(AGESEX_MODELS=folder / "models"):
            from agesex import model
            from agesex.model import hash_of

            assert set(model.names()) <= {"tiny"}, model.names()
            for name in model.names():
                card = model.read_card(name)
                assert card["sha256"] == hash_of(folder / "models" / name / "model.keras")
                assert len(model.read_predictions(name)) == 260
            there = (folder / "models" / "tiny", folder / "models" / "tiny.old")
            assert any((path / "card.json").exists() for path in there), "the model is lost"
            return len(model.names())

    def lost(self, folder, kept):
        return ""

    def result(self, folder):
        models, run = folder / "models", folder / "runs" / "tiny"
        import pandas as pd

        table = pd.read_parquet(models / "tiny" / "predictions.parquet").to_csv()
        texts = [(models / "tiny" / "card.json").read_text(), (run / "promotion.json").read_text()]
        return hashed(table, *texts, *names_in(models), *names_in(run))


def _repeatable():
    """TensorFlow's sums in one order."""
    import tensorflow as tf

    tf.config.experimental.enable_op_determinism()


def _weights(path):
    """A hash of the weights in a .keras file, whose own bytes hold the time."""
    import io
    import zipfile

    import h5py

    digest = hashlib.sha256()
    with zipfile.ZipFile(path) as archive, h5py.File(io.BytesIO(archive.read("model.weights.h5"))) as file:
        file.visititems(lambda name, part: digest.update(part[()].tobytes() if hasattr(part, "dtype") else b""))
    return digest.hexdigest()
