import hashlib
import json

import cv2
import numpy as np
import pandas as pd
import pytest
from drawn import drawn_face, write_utkface
from pyarrow import parquet

from agesex import advice, dataset, faces, images, photo_quality
from agesex.dataset import measures
from agesex.errors import BadDataset
from training import quality

MEASURES = list(photo_quality.MEASURES)
NUMBERS = [*MEASURES, *photo_quality.PICTURE]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The file that the command makes of eight drawn faces and one broken photo."""
    folder = tmp_path_factory.mktemp("made")
    names = write_utkface(folder / "copy", 8)
    (folder / "copy" / "30_0_0_20170101000009999.jpg.chip.jpg").write_bytes(b"no picture")
    assert quality.main([str(folder / "copy"), "--out", str(folder / "made.parquet")]) == 0
    return folder, names


def table(**changes):
    rows = pd.DataFrame({"file": ["a", "b"], **dict.fromkeys(NUMBERS, np.float32([0.1, 0.2]))})
    return rows.assign(grey=[True, False], flags=["grey,dark", ""]).assign(**changes)


def test_the_command_writes_what_advice_measures_of_every_photo(made):
    folder, names = made
    rows = photo_quality.read(folder / "made.parquet")
    assert list(rows.file) == sorted(names)
    for row in rows.itertuples():
        crop = images.decode((folder / "copy" / row.file).read_bytes())
        found = advice.measure(crop, faces.aligned(crop))
        for name in MEASURES:
            assert getattr(row, name) == pytest.approx(getattr(found, name), abs=6e-4), name
    assert rows.light.nunique() > 1


def test_the_command_writes_what_measures_finds_in_every_picture(made):
    folder, _ = made
    rows = photo_quality.read(folder / "made.parquet")
    assert list(rows.columns) == ["file", *photo_quality.COLUMNS]
    for row in rows.itertuples():
        found = measures.measure(images.decode((folder / "copy" / row.file).read_bytes()))
        assert (row.grey, row.flags) == (found.grey, found.flags)
        for name in photo_quality.PICTURE:
            error = 0.6 * 10 ** -photo_quality.DIGITS[name]
            assert getattr(row, name) == pytest.approx(getattr(found, name), abs=error), name
    assert rows.colour.nunique() > 1


def test_a_grey_and_a_dark_photo_are_flagged(tmp_path):
    face = drawn_face(1)
    grey = np.repeat(face.mean(axis=2, keepdims=True).astype(np.uint8), 3, axis=2)
    for age, picture in ((1, face), (2, grey), (3, face // 4)):
        cv2.imwrite(str(tmp_path / f"{age}_0_0_2017010100000000{age}.jpg"), picture[..., ::-1])
    rows, _ = quality.measured(dataset.open_dataset(tmp_path))
    assert rows.grey.tolist() == [False, True, False]
    assert ["grey" in flags for flags in rows["flags"]] == [False, True, False]
    assert ["dark" in flags for flags in rows["flags"]] == [False, False, True]


def test_a_photo_that_cannot_be_read_is_left_out_and_named(tmp_path, capsys):
    write_utkface(tmp_path / "copy", 2)
    broken = "30_0_0_20170101000009999.jpg.chip.jpg"
    (tmp_path / "copy" / broken).write_bytes(b"no picture")
    assert quality.main([str(tmp_path / "copy"), "--out", str(tmp_path / "x.parquet")]) == 0
    out, err = capsys.readouterr()
    assert "2 photos measured, 1 left out" in out and f"{broken} was left out" in err


def test_a_copy_without_one_readable_photo_is_refused_and_writes_nothing(tmp_path, capsys):
    (tmp_path / "30_0_0_20170101000009999.jpg.chip.jpg").write_bytes(b"no picture")
    out = tmp_path / "x.parquet"
    assert quality.main([str(tmp_path), "--out", str(out)]) == 1
    assert "no photo that can be measured" in capsys.readouterr().err and not out.exists()


def test_a_blurred_face_measures_more_blur_and_a_dark_one_less_light(tmp_path):
    face = drawn_face(1)
    for age, picture in ((1, face), (2, cv2.GaussianBlur(face, (0, 0), 3)), (3, face // 3)):
        cv2.imwrite(str(tmp_path / f"{age}_0_0_2017010100000000{age}.jpg"), picture[..., ::-1])
    rows, _ = quality.measured(dataset.open_dataset(tmp_path))
    untouched, blurred, dark = rows.itertuples()
    assert blurred.blur > untouched.blur + 1 and dark.light < untouched.light / 2


def test_the_file_holds_short_numbers_and_names_the_manifest(made):
    stored = parquet.read_table(made[0] / "made.parquet")
    assert [str(stored.schema.field(name).type) for name in NUMBERS] == ["float"] * 7
    assert [str(stored.schema.field(name).type) for name in ("grey", "flags")] == ["bool", "large_string"]
    assert parquet.ParquetFile(made[0] / "made.parquet").metadata.row_group(0).column(1).compression == "ZSTD"
    sha256 = hashlib.sha256(dataset.MANIFEST.read_bytes()).hexdigest()
    assert stored.schema.metadata[photo_quality.MANIFEST_KEY.encode()].decode() == sha256


def test_the_committed_file_belongs_to_the_committed_manifest():
    stored = parquet.read_schema(photo_quality.FILE)
    facts = json.loads(dataset.MANIFEST.with_suffix(".json").read_text("utf-8"))
    assert stored.metadata[photo_quality.MANIFEST_KEY.encode()].decode() == facts["manifest_sha256"]
    rows = photo_quality.read()
    assert list(rows.file) == sorted(dataset.read_manifest().file)
    assert rows.light.between(0, 255).all() and rows.burnt.between(0, 1).all()
    assert rows[["brightness", "contrast", "colour"]].stack().between(0, 255).all()


def test_the_committed_flags_catch_the_shares_that_the_limits_were_chosen_by():
    rows = photo_quality.read()
    flags = rows["flags"].str.get_dummies(",").reindex(columns=list(measures.FLAGS), fill_value=0)
    share = flags.mean()
    assert share["tiny"] == 0 and share["grey"] == rows.grey.mean() == pytest.approx(0.031, abs=0.0006)
    assert share[["dark", "bright", "flat", "blurred"]].round(3).tolist() == [0.003, 0.005, 0.006, 0.005]


def test_what_is_read_equals_what_a_person_asks_for(tmp_path):
    table().to_parquet(tmp_path / "x.parquet", index=False)
    rows = photo_quality.read(tmp_path / "x.parquet")
    assert rows.blur.tolist() == rows.colour.tolist() == [0.1, 0.2]
    assert rows["flags"].tolist() == ["grey,dark", ""]


def test_a_missing_file_is_no_error(tmp_path):
    assert photo_quality.read(tmp_path / "none.parquet") is None


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (table().drop(columns="light"), "its columns are"),
        (table(file=["a", "a"]), "named twice"),
        (table(file=["a", None]), "not at all"),
        (table(blur=["x", "y"]), "blur is no finite number"),
        (table(light=[np.nan, 1.0]), "light is no finite number"),
        (table(burnt=[np.inf, 1.0]), "burnt is no finite number"),
        (table(colour=[np.nan, 1.0]), "colour is no finite number"),
        (table(grey=["yes", "no"]), "grey is not yes or no"),
        (table(flags=["", None]), "flags are missing"),
        (table(flags=["", "ugly"]), "flags are missing or have other names"),
    ],
)
def test_a_broken_table_is_one_sentence(tmp_path, rows, reason):
    rows.to_parquet(tmp_path / "x.parquet", index=False)
    with pytest.raises(BadDataset, match=reason):
        photo_quality.read(tmp_path / "x.parquet")


def test_a_file_that_is_no_parquet_is_one_sentence(tmp_path):
    (tmp_path / "x.parquet").write_bytes(b"PAR1 and nothing else")
    with pytest.raises(BadDataset, match="make it again"):
        photo_quality.read(tmp_path / "x.parquet")


def test_measures_are_joined_by_file_and_change_nothing_else():
    faces_of = pd.DataFrame({"file": ["b", "c", "a"], "age": [1, 2, 3]}, index=[7, 8, 9])
    found = photo_quality.joined(faces_of, table())
    assert found.blur.tolist()[::2] == pytest.approx([0.2, 0.1]) and np.isnan(found.blur[8])
    pd.testing.assert_frame_equal(found[["file", "age"]], faces_of)
    own = photo_quality.joined(faces_of.assign(blur=5.0), table())
    assert own.blur.tolist() == [5, 5, 5] and own.light.notna().sum() == 2
    assert photo_quality.joined(faces_of, None) is faces_of
    assert list(found.columns) == ["file", "age", *MEASURES]
    more = photo_quality.joined(faces_of, table(), photo_quality.COLUMNS)
    assert list(more.columns) == ["file", "age", *photo_quality.COLUMNS]
    assert more["flags"].tolist()[::2] == ["", "grey,dark"]
    assert more["flags"].isna().tolist() == [False, True, False]


@pytest.mark.realdata
def test_photos_of_utkface_measured_again_are_those_of_the_file(utkface):
    rows = photo_quality.read().iloc[::1500]
    data = dataset.open_dataset(utkface)
    few = dataset.Dataset(data.path, data.table[data.table.file.isin(rows.file)], [])
    again, unread = quality.measured(few)
    assert not unread and list(again.file) == list(rows.file) and len(again) == 16
    # another build of OpenCV may decode a JPEG a grey level off
    assert np.abs(again.light - rows.light.to_numpy()).max() <= 2
    assert np.abs(again.blur - rows.blur.to_numpy()).max() <= 0.02
    assert np.abs(again.burnt - rows.burnt.to_numpy()).max() <= 0.005
    assert np.abs(again.brightness - rows.brightness.to_numpy()).max() <= 1
    assert np.abs(again.colour - rows.colour.to_numpy()).max() <= 2
