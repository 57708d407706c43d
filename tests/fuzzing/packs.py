"""Twelve valid archives and tables of each form that a data set comes in; always the same bytes.

    files("tar.gz")           # [bytes, …]
    path = lay(kind, data, folder)   # as a user would have it: the archive, or a table beside its pictures
"""

import csv
import functools
import gzip
import io
import tarfile
import zipfile

import numpy as np

from fuzzing import pictures

KINDS = ("zip", "tar", "tar.gz", "nested", "csv48", "csv48.gz", "fairface", "mat")
PHOTOS = 6  # of an archive
_TIME = (2020, 1, 1, 0, 0, 0)


@functools.cache
def files(kind):
    """The twelve files of a form."""
    return tuple(_MAKERS[kind](number) for number in range(12))


def lay(kind, data, folder):
    """Write a file, and what has to lie beside it; returns the path to import."""
    folder.mkdir(parents=True)
    name = {
        "zip": "a.zip", "tar": "a.tar", "tar.gz": "a.tar.gz", "nested": "a.zip", "csv48": "a.csv",
        "csv48.gz": "a.csv.gz", "fairface": "labels.csv", "mat": "wiki.mat",
    }[kind]  # fmt: skip
    (folder / name).write_bytes(data)
    if kind == "fairface":
        (folder / "train").mkdir()
        for i in range(PHOTOS):
            (folder / "train" / f"{i}.jpg").write_bytes(_photos(0)[i][1])
    if kind == "mat":
        (folder / "17").mkdir()
        for i in range(PHOTOS):
            (folder / "17" / f"{i}.jpg").write_bytes(_photos(0)[i][1])
    return folder / name


@functools.cache
def _photos(number):
    """(name, bytes) of the photos of one archive: a few under 200 × 200, one of that size."""
    rng = np.random.default_rng(number)
    return [
        (f"{rng.integers(1, 100)}_{i % 2}_{i % 5}_2017011617{number:02d}{i:05d}.jpg.chip.jpg",
         pictures.utkface(number * PHOTOS + i, 200 if i == 0 else 40))
        for i in range(PHOTOS)
    ]  # fmt: skip


def _zip(number):
    out = io.BytesIO()
    method = (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED)[number % 2]
    with zipfile.ZipFile(_Pipe(out) if number % 3 == 2 else out, "w", method) as archive:
        for name, data in _photos(number):
            info = zipfile.ZipInfo(f"{'UTKFace/' * (number % 4 > 1)}{name}", _TIME)
            archive.writestr(info, data, method)
        if number % 4 == 3:
            archive.writestr(zipfile.ZipInfo("read me.txt", _TIME), "text", method)
    return out.getvalue()


class _Pipe:
    """A file that cannot be sought: lengths then stand behind the members."""

    def __init__(self, file):
        self.write, self.flush = file.write, file.flush


def _tar(number):
    out = io.BytesIO()
    form = (tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT)[number % 3]
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for name, data in _photos(number):
            long = "x" * 120 + "/" if number % 4 == 3 else ""
            info = tarfile.TarInfo(f"{long if form != tarfile.USTAR_FORMAT else ''}{name}")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def _tar_gz(number):
    return gzip.compress(_tar(number), 6, mtime=0)


def _nested(number):
    inner = {f"part{i}.{'tar.gz' if i else 'zip'}": (_tar_gz if i else _zip)(number + i) for i in range(2)}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, data in inner.items():
            archive.writestr(zipfile.ZipInfo(name, _TIME), data)
    return out.getvalue()


def _csv48(number):
    rng = np.random.default_rng(number)
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=",;\t"[number % 3], lineterminator=("\n", "\r\n")[number % 2])
    columns = ["age", "ethnicity", "gender", "img_name", "pixels"]
    writer.writerow(columns)
    for i in range(4):
        pixels = " ".join(map(str, rng.integers(0, 256, 48 * 48)))
        writer.writerow([int(rng.integers(1, 90)), i % 5, i % 2, f"2016121920365{number:02d}{i:02d}.jpg.chip.jpg", pixels])
    return text.getvalue().encode("utf-8-sig" if number % 4 == 1 else "utf-8")


def _fairface(number):
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=",;\t"[number % 3])
    ages = np.roll(["0-2", "3-9", "20-29", "more than 70", "34", "70+"], number // 2)
    if number % 2:
        writer.writerow(["file", "age_group", "sex"])
        writer.writerows([f"train/{i}.jpg", ages[i], ("female", "male")[i % 2]] for i in range(PHOTOS))
    else:
        writer.writerow(["file", "age", "gender", "race", "service_test"])
        races = ["White", "Black", "Indian", "East Asian", "Middle Eastern", "Latino_Hispanic"]
        writer.writerows([f"train/{i}.jpg", ages[i], ("Female", "Male")[i % 2], races[i], "True"] for i in range(PHOTOS))
    return text.getvalue().encode("utf-8-sig" if number % 4 == 1 else "utf-8")


def _mat(number):
    from scipy.io import savemat

    rng = np.random.default_rng(number)
    years = rng.integers(1970, 2014, PHOTOS)
    paths = np.array([f"17/{i}.jpg" for i in range(PHOTOS)], object)
    record = {
        "dob": years * 365.2425 - 9000.0, "photo_taken": years.astype(float), "full_path": paths,
        "gender": np.array([0, 1, np.nan, 1, 0, 1.0]), "face_score": rng.uniform(1, 5, PHOTOS),
        "second_face_score": np.full(PHOTOS, np.nan),
    }  # fmt: skip
    out = io.BytesIO()
    savemat(out, {"wiki": record}, do_compression=number % 3 == 0)
    head = b"MATLAB 5.0 MAT-file Platform: posix".ljust(124)  # without the date
    return head + out.getvalue()[124:]


_MAKERS = {
    "zip": _zip, "tar": _tar, "tar.gz": _tar_gz, "nested": _nested, "csv48": _csv48,
    "csv48.gz": lambda number: gzip.compress(_csv48(number), 6, mtime=0), "fairface": _fairface, "mat": _mat,
}  # fmt: skip
