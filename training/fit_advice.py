"""How often the notes of `agesex.advice` fire: on untouched faces, and on faces degraded as in the stress test.

    python -m training.fit_advice DATASET --n 400 --detector 150

DATASET is a folder, .tar.gz or .zip of UTKFace, aligned & cropped. Only faces of the validation split are
looked at. The comments in agesex/advice.py state what this printed.
"""

import argparse
import sys

import cv2
import numpy as np
import pandas as pd

from agesex import advice, dataset, faces, images
from agesex.errors import AgeSexError
from agesex.faces import detector
from training import degradations
from training.fit_template import MARGIN, MIN_CONFIDENCE
from training.stress import FAULTS

LOOKED_AT = ("low resolution", "blur", "darkness", "noise", "JPEG", "faded scan")
EXPOSED = (1.3, 1.6, 2.0, 2.5)  # times the light
TILTS = (15, 30, 45, 60)  # degrees


def main(argv=None):
    """Run the command; returns the exit status."""
    parser = argparse.ArgumentParser(prog="training.fit_advice", description=__doc__.split("\n")[0])
    parser.add_argument("dataset", help="folder, .tar.gz or .zip of UTKFace, aligned & cropped")
    parser.add_argument("--n", type=int, default=400, help="faces (%(default)s)")
    parser.add_argument("--detector", type=int, default=150, help="of these searched anew (%(default)s)")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args(argv)
    try:
        crops, races = collect(args.dataset, args.n, args.seed)
    except AgeSexError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{len(crops)} validation faces, seed {args.seed}; share of them with each note")
    table = rates(crops)
    print(table.to_string(float_format=lambda share: f"{share:.3f}"))
    print("\nnote 'dark' by race, the light halved:")
    half = np.stack([FAULTS["darkness"]["50 % of the light"](crop, None) for crop in crops])
    print(pd.Series(fired(half)["dark"]).groupby(races).agg(["mean", "size"]).round(3).to_string())
    print("\nuntouched, percentiles 5, 50, 95:")
    values = measures(crops)
    for name in ("blur", "light", "burnt"):
        print(f"  {name}: {np.percentile(values[name], [5, 50, 95]).round(3).tolist()}")
    searched(crops[: args.detector])
    return 0


def collect(path, n, seed=0):
    """Some random validation faces: uint8 (n, 200, 200, 3), and their labelled races (n,)."""
    source = dataset.open_dataset(path)
    rows = source.table[source.table.split == "validation"]
    rows = rows.sample(min(n, len(rows)), random_state=seed)
    race = dict(zip(rows.file, rows.race, strict=True))
    photos = {file: images.decode(data) for file, data in source.photos(rows.file)}
    return np.stack(list(photos.values())), np.array([race[file] for file in photos])


def measures(crops):
    """DataFrame of `advice.measure`, one row per crop."""
    return pd.DataFrame([vars(advice.measure(crop, faces.aligned(crop))) for crop in crops])


def fired(crops):
    """DataFrame of bool: a row per crop, a column per note."""
    said = [{note.fault for note in advice.notes(crop, faces.aligned(crop))} for crop in crops]
    return pd.DataFrame([{fault: fault in names for fault in advice.FAULTS} for names in said])


def rates(crops):
    """Share of the faces with each note that the crop alone can give, per condition."""
    rows = {"untouched": fired(crops).mean()}
    for fault in LOOKED_AT:
        for strength, apply in FAULTS[fault].items():
            changed = [apply(crop, np.random.default_rng((0, i))) for i, crop in enumerate(crops)]
            rows[f"{fault}, {strength}"] = fired(changed).mean()
    for light in EXPOSED:
        changed = [degradations.tone(crop, brightness=light, contrast=light) for crop in crops]
        rows[f"light × {light}"] = fired(changed).mean()
    return pd.DataFrame(rows).T[["blurred", "dark", "over-exposed"]]


def searched(crops):
    """Print what the detector says of untouched faces, and what becomes of tilted ones."""
    found = [_search(crop) for crop in crops]
    clean = [(crop, face) for crop, face in zip(crops, found, strict=True) if face is not None]
    if not clean:
        print("\nthe detector found no face")
        return
    values = pd.DataFrame([vars(advice.measure(crop, face)) for crop, face in clean])
    print(f"\nfound by the detector: {len(clean)} of {len(crops)}")
    print(f"  width of the box, median: {np.median([face.box[2] for _, face in clean]):.0f} px")
    for name in ("turn", "tilt"):
        print(f"  |{name}|, percentiles 50, 90, 95, 99: "
              f"{np.percentile(values[name].abs(), [50, 90, 95, 99]).round(2).tolist()}")  # fmt: skip
    print(f"  with the note 'turned': {(values.turn.abs() > advice.TURNED).mean():.3f}, "
          f"'unsure': {(values.confidence < advice.SURE).mean():.3f}")  # fmt: skip
    for degrees in TILTS:
        off = []
        for crop, face in clean:
            again = _search(degradations.move(_margin(crop), angle=degrees, border=cv2.BORDER_REPLICATE), 0)
            if again is not None:
                off.append(_moved(face.landmarks + MARGIN, again.landmarks, degrees))
        print(f"  tilted by {degrees}°: found {len(off) / len(clean):.2f}, landmarks off by "
              f"{np.median(off) if off else np.nan:.1f} px (median)")  # fmt: skip


def _margin(crop):
    return cv2.copyMakeBorder(crop, *[MARGIN] * 4, cv2.BORDER_CONSTANT, value=[127] * 3)


def _search(picture, margin=MARGIN):
    """The surest face of a picture as a Face, None without one."""
    boxes, landmarks, confidences = detector.detect(_margin(picture) if margin else picture)
    if not len(boxes) or confidences[0] < MIN_CONFIDENCE:
        return None
    points = (landmarks[0] - margin).astype(np.float32)
    return faces.Face(picture[:200, :200], tuple(boxes[0]), points, float(confidences[0]))


def _moved(before, after, degrees):
    """Mean distance of landmarks from where turning the picture has taken them, pixels."""
    middle, turn = (faces.SIZE + 2 * MARGIN - 1) / 2, np.deg2rad(degrees)
    rotation = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    expected = (before - middle) @ rotation.T + middle
    return float(np.linalg.norm(expected - after, axis=1).mean())


if __name__ == "__main__":
    sys.exit(main())
