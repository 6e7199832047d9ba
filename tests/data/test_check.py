from __future__ import annotations

import pickle
import re

import numpy as np
import pytest
from PIL import Image

from mtan_edu.data import check_folder
from tests.data.small_sets import CLASSES, compact_arrays, write_compact, write_pictures, write_prepared
from tests.data.test_nyuv2 import Evil, pack


def problems(folder) -> list[str]:
    return check_folder(folder, CLASSES)


@pytest.mark.parametrize("write", [write_compact, write_prepared, write_pictures])
def test_a_sound_data_set_has_no_problem(tmp_path, write):
    assert problems(write(tmp_path / "set")) == []


def test_a_sound_archive_has_no_problem(tmp_path):
    assert problems(pack(write_prepared(tmp_path / "set"), tmp_path / "set.tar")) == []


def test_hidden_files_are_no_problem(tmp_path):
    folder = write_prepared(tmp_path / "set")
    (folder / "train" / "image" / ".DS_Store").touch()
    assert problems(folder) == []


PREPARED = [
    ("train/image/0.npy", np.full((32, 64, 3), 1.5), r"`image` must lie in \[0, 1\]; got 1.5"),
    ("train/image/1.npy", np.full((32, 64, 3), -0.5), r"`image` must lie in \[0, 1\]; got -0.5"),
    ("val/image/1.npy", np.full((32, 64, 3), np.nan), r"`image` must lie in \[0, 1\]; got NaN"),
    ("train/image/0.npy", np.zeros((3, 32, 64)), r"`image` must have the shape .*got \(3, 32, 64\)"),
    ("val/image/0.npy", np.zeros((32, 32, 3)), r"image size must be 32x64, as in most files; got 32x32"),
    ("train/label/2.npy", np.full((32, 64), 3.0), r"`label` must lie in -1..2 .*got 3"),
    ("train/label/2.npy", np.full((32, 64), -2), r"`label` must lie in -1..2 .*got -2"),
    ("train/label/2.npy", np.full((32, 64), 1.5), r"`label` must hold whole numbers; got fractions"),
    ("train/label/0.npy", np.full((32, 64), np.nan), r"`label` must hold whole numbers; got fractions or NaN"),
    ("train/label/1.npy", np.full((32, 64), "floor"), r"`label` must be stored as one of: floating point.*got <U5"),
    ("train/depth/0.npy", np.full((32, 64, 1), -0.1), r"`depth` must be 0 \(unknown\) or above.*got -0.1"),
    ("train/depth/0.npy", np.full((32, 64, 1), np.inf), r"`depth` .*got inf"),
    ("train/depth/0.npy", np.full((32, 64), np.nan), r"`depth` .*got NaN"),
    ("train/depth/1.npy", np.zeros(()), r"`depth` must have at least 2 axes; got the shape \(\)"),
    ("train/label/1.npy", np.zeros(64), r"`label` must have at least 2 axes; got the shape \(64,\)"),
    ("train/depth/0.npy", np.zeros((32, 64, 2)), r"`depth` must have the shape"),
    ("val/normal/0.npy", np.full((32, 64, 3), 1.0), r"`normal` must be unit vectors.*lengths of 1.73205 at 100.00%"),
    ("val/normal/0.npy", np.full((32, 64, 3), np.nan), r"`normal` must be unit vectors.*got lengths of NaN"),
    ("val/normal/0.npy", np.full((32, 64, 3), np.inf), r"`normal` must be unit vectors.*got lengths of inf"),
    ("val/normal/0.npy", np.zeros((32, 64, 3), complex), r"`normal` must be stored as one of.*got complex128"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "values", "sentence"), PREPARED)
@pytest.mark.parametrize("packed", [False, True])
def test_each_wrong_file_gets_one_line_with_its_name(tmp_path, name, values, sentence, packed):
    folder = write_prepared(tmp_path / "set")
    np.save(folder / name, values)
    [line] = problems(pack(folder, tmp_path / "set.tar") if packed else folder)
    assert line.startswith(name)
    assert re.search(sentence, line), line


@pytest.mark.parametrize("field", ["image", "label", "depth", "normal"])
def test_missing_and_surplus_files_are_named(tmp_path, field):
    folder = write_prepared(tmp_path / "set")
    (folder / "train" / field / "1.npy").unlink()
    (folder / "val" / field / "1.npy").rename(folder / "val" / field / "5.npy")
    (folder / "val" / field / "notes.txt").touch()
    starts = [
        f"`train/{field}/1.npy` must exist, as the frames are 0..2; got no such file",
        f"`val/{field}/1.npy` must exist, as the frames are 0..1; got no such file",
        f"`val/{field}/5.npy` must not exist, as the frames are 0..1; got a surplus file",
        f"`val/{field}/notes.txt` must not exist, as the frames are 0..1; got a surplus file",
    ]
    lines = problems(folder)
    assert len(lines) == 4
    assert all(line.startswith(start) for line, start in zip(lines, starts, strict=True))


@pytest.mark.parametrize("field", ["image", "label", "depth", "normal"])
def test_a_missing_last_file_is_missed(tmp_path, field):
    folder = write_prepared(tmp_path / "set")
    (folder / "train" / field / "2.npy").unlink()
    [line] = problems(folder)
    assert line.startswith(f"`train/{field}/2.npy` must exist")


def test_a_number_written_in_two_ways_is_surplus(tmp_path):
    folder = write_prepared(tmp_path / "set")
    (folder / "train" / "depth" / "01.npy").touch()
    (folder / "train" / "label" / "1.png").touch()
    starts = ["`train/label/1.png` must not exist", "`train/depth/01.npy` must not exist"]
    assert [line.split(",")[0] for line in problems(folder)] == starts


def test_many_missing_files_are_counted_after_the_first_ten(tmp_path):
    folder = write_prepared(tmp_path / "set")
    for field in ("image", "label", "depth"):
        np.save(folder / "train" / field / "29.npy", np.load(folder / "train" / field / "0.npy"))
    lines = [line for line in problems(folder) if "train/normal" in line]
    assert len(lines) == 11
    assert lines[-1] == "`train/normal`: the same holds for 17 more files."


def test_a_missing_field_of_one_split_is_named(tmp_path):
    folder = write_prepared(tmp_path / "set")
    (folder / "val" / "normal").rename(tmp_path / "normal")
    [line] = problems(folder)
    assert line.startswith("`val/normal` must be a folder with 2 frames; got none")


def test_a_missing_split_is_named_in_both_forms(tmp_path):
    prepared, compact = write_prepared(tmp_path / "set"), write_compact(tmp_path / "pair")
    (prepared / "val").rename(tmp_path / "val")
    (compact / "val.npz").unlink()
    assert [line.split(";")[0] for line in problems(prepared)] == ["`val` must be a folder with the frames"]
    assert [line.split(";")[0] for line in problems(compact)] == ["`val.npz` must exist"]


def test_an_empty_split_is_named_in_both_forms(tmp_path):
    prepared, compact = write_prepared(tmp_path / "set"), write_compact(tmp_path / "pair")
    for path in (prepared / "val").rglob("*.npy"):
        path.unlink()
    np.savez(compact / "val.npz", **compact_arrays(frames=0))
    for folder in (prepared, compact):
        [line] = problems(folder)
        assert line.startswith("`val` must hold at least one frame; got 0")


def test_missing_images_and_missing_targets_are_named(tmp_path):
    folder = write_prepared(tmp_path / "set")
    for split in ("train", "val"):
        (folder / split / "image").rename(tmp_path / f"{split}_image")
    [line] = problems(folder)
    assert line.startswith("`fields` must be image and at least one of label, depth, normal; got label, depth, normal")


@pytest.mark.parametrize("packed", [False, True])
def test_pickles_and_damage_are_named_and_nothing_is_loaded(tmp_path, packed):
    folder = write_prepared(tmp_path / "set")
    proof = tmp_path / "proof"
    np.save(folder / "train/image/0.npy", np.array([Evil(proof)]), allow_pickle=True)
    (folder / "train/label/0.npy").write_bytes(pickle.dumps(Evil(proof)))
    whole = (folder / "val/depth/0.npy").read_bytes()
    (folder / "val/depth/0.npy").write_bytes(whole[:-10])
    (folder / "val/depth/1.npy").write_bytes(b"")
    (folder / "val/normal/0.npy").write_bytes(whole[:30])
    (folder / "val/normal/1.npy").write_text("no array")
    lines = problems(pack(folder, tmp_path / "set.tar") if packed else folder)
    expected = [
        r"`train/image/0.npy` must hold plain numbers; got a pickle",
        r"`train/label/0.npy` must hold plain numbers; got a pickle",
        r"`val/depth/0.npy` must be a whole file; got one cut off by 10 bytes",
        r"`val/depth/1.npy` must be a NumPy file; got something else",
        r"`val/normal/0.npy` must be a whole, readable file; got a damaged one",
        r"`val/normal/1.npy` must be a NumPy file; got something else",
    ]
    assert len(lines) == len(expected)
    assert all(line.startswith(start) for line, start in zip(lines, expected, strict=True))
    assert not proof.exists()


def test_damaged_and_wrong_pictures_are_named(tmp_path):
    folder = write_pictures(tmp_path / "set")
    whole = (folder / "train/depth/0.png").read_bytes()
    (folder / "train/depth/0.png").write_bytes(whole[: len(whole) // 2])
    (folder / "train/depth/1.png").write_text("no picture")
    Image.fromarray(np.zeros((32, 64), np.uint8)).save(folder / "train/image/2.png")
    Image.fromarray(np.full((32, 64), 7, np.uint8)).save(folder / "val/label/0.png")
    Image.fromarray(np.full((32, 64, 3), 255, np.uint8)).save(folder / "val/normal/1.png")
    expected = [
        "train/image/2.png: `image` must have the shape (32, 64, 3); got (32, 64)",
        "`train/depth/0.png` must be a whole, readable file; got a damaged one",
        "`train/depth/1.png` must be a whole, readable file; got a damaged one",
        "val/label/0.png: `label` must lie in -1..2 (-1 = unknown); got 7",
        "val/normal/1.png: `normal` must be unit vectors, or (0, 0, 0) where unknown; got lengths of 1.73",
    ]
    lines = problems(folder)
    assert len(lines) == len(expected)
    assert all(line.startswith(start) for line, start in zip(lines, expected, strict=True))


COMPACT = [
    ({"label": np.full((2, 32, 64), 3, np.int8)}, r".*/label: frame 0: `label` must .*2 of 2 frames have such values"),
    ({"depth": np.full((2, 32, 64), np.nan, np.float32)}, r"val.npz/depth: frame 0: `depth` .*got NaN"),
    ({"normal": np.full((2, 32, 64, 3), 127, np.int8)}, r"val.npz/normal: frame 0: `normal` must be unit vectors"),
    ({"image": np.full((2, 32, 64, 3), 9.0)}, r"val.npz/image: frame 0: `image` must lie in \[0, 1\]; got 9"),
    ({"image": np.zeros((2, 32, 64), np.uint8)}, r"val.npz/image: `image` must have the shape \(2, 32, 64, 3\)"),
    ({"label": np.zeros(2)}, r"val.npz/label: `label` must have at least 3 axes; got the shape \(2,\)"),
    ({"label": np.zeros((2, 32, 64), np.uint16)}, r"val.npz/label: `label` must be stored as one of"),
    ({"depth": np.zeros((1, 32, 64), np.uint16)}, r"val.npz/depth: the number of frames must be 2, as in .*; got 1"),
    ({"depth": np.zeros((2, 32, 32), np.uint16)}, r"val.npz/depth: the image size must be 32x64, as in .*; got 32x32"),
    ({"depth": np.array([{}])}, r"`val.npz/depth` must hold plain numbers; got a pickle"),
    ({"note": np.array([{}])}, r"`val.npz/note` must hold plain numbers; got a pickle"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "sentence"), COMPACT)
def test_each_wrong_array_of_the_pair_gets_one_line(tmp_path, change, sentence):
    folder = write_compact(tmp_path / "pair")
    np.savez(folder / "val.npz", **(compact_arrays(frames=2) | change))
    [line] = problems(folder)
    assert re.match(sentence, line), line


def test_an_array_that_only_one_split_has_is_named(tmp_path):
    folder = write_compact(tmp_path / "pair")
    arrays = compact_arrays(frames=2)
    del arrays["normal"]
    np.savez(folder / "val.npz", **arrays)
    assert [line.split(";")[0] for line in problems(folder)] == ["`val.npz/normal` must exist, as in the other split"]


def test_a_damaged_half_of_the_pair_is_named(tmp_path):
    folder = write_compact(tmp_path / "pair")
    whole = (folder / "train.npz").read_bytes()
    (folder / "train.npz").write_bytes(whole[: len(whole) // 2])
    assert [line.split(";")[0] for line in problems(folder)] == ["`train.npz` must be a whole, readable file"]


def test_progress_sees_every_file(tmp_path):
    seen = []

    def progress(items, total, description):
        for item in items:
            seen.append((item, total))
            yield item

    check_folder(write_prepared(tmp_path / "set"), CLASSES, progress)
    assert len(seen) == 5 * 4
    assert seen[0] == ("train/image/0.npy", 20)


def test_a_folder_without_a_data_set_misses_both_splits(tmp_path):
    assert [line.split(";")[0] for line in problems(tmp_path)] == [
        "`train` must be a folder with the frames",
        "`val` must be a folder with the frames",
    ]


def test_a_path_to_nothing_gets_a_sentence(tmp_path):
    with pytest.raises(FileNotFoundError, match="`folder` must exist; got"):
        problems(tmp_path / "none")


def test_real_frames_have_no_problem(real_data):
    assert check_folder(real_data / "nyuv2_96x128") == []
