from __future__ import annotations

import pickle
import tarfile

import numpy as np
import pytest
import torch

from mtan_edu.data import batches, read_compact, read_prepared
from tests.data.small_sets import CLASSES, write_compact, write_pictures, write_prepared


def assert_equal_samples(first, second, normal_error):
    torch.testing.assert_close(first.image, second.image)
    assert torch.equal(first.targets["semantic"], second.targets["semantic"])
    torch.testing.assert_close(first.targets["depth"], second.targets["depth"])
    torch.testing.assert_close(first.targets["normal"], second.targets["normal"], atol=normal_error, rtol=0)


def pack(folder, archive, mode="w"):
    with tarfile.open(archive, mode) as tar:
        tar.add(folder, arcname="some/where")
    return archive


@pytest.mark.parametrize(("write", "normal_error"), [(write_prepared, 1e-6), (write_pictures, 0.02)])
def test_files_per_frame_hold_what_the_compact_pair_holds(tmp_path, write, normal_error):
    compact = read_compact(write_compact(tmp_path / "pair"), CLASSES)
    prepared = read_prepared(write(tmp_path / "files"), CLASSES)
    assert (prepared.name, len(prepared.train), len(prepared.val)) == ("files", 3, 2)
    assert (prepared.tasks, prepared.image_size) == (compact.tasks, compact.image_size)
    for split in ("train", "val"):
        for one, other in zip(getattr(compact, split), getattr(prepared, split), strict=True):
            assert_equal_samples(one, other, normal_error)


@pytest.mark.parametrize("write", [write_prepared, write_pictures])
def test_an_archive_is_read_without_unpacking(tmp_path, write):
    folder = write(tmp_path / "files")
    packed = read_prepared(pack(folder, tmp_path / "set.tar"), CLASSES)
    assert packed.name == "set"
    assert_equal_samples(packed.val[1], read_prepared(folder, CLASSES).val[1], 0)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["files", "set.tar"]


def test_frames_stand_in_the_order_of_their_numbers(tmp_path):
    folder = write_prepared(tmp_path / "files")
    for split in ("train", "val"):
        for field in ("image", "label", "depth", "normal"):
            first = np.load(folder / split / field / "0.npy")
            for index in range(11):
                marked = np.full_like(first, index / 20) if field == "image" else first
                np.save(folder / split / field / f"{index}.npy", marked)
    train = read_prepared(folder, CLASSES).train
    assert [round(float(sample.image[0, 0, 0]) * 20) for sample in train] == list(range(11))


def test_workers_read_files_as_the_main_process_does(tmp_path):
    train = read_prepared(write_pictures(tmp_path / "files"), CLASSES).train
    alone, ahead = (list(batches(train, 2, seed=0, epoch=0, shuffle=True, workers=workers)) for workers in (0, 2))
    assert all(torch.equal(one.image, other.image) for one, other in zip(alone, ahead, strict=True))


def test_depth_without_a_channel_axis_and_integer_labels_are_read_too(tmp_path):
    folder = write_prepared(tmp_path / "files")
    expected = read_prepared(folder, CLASSES).train[0]
    depth, label = folder / "train" / "depth" / "0.npy", folder / "train" / "label" / "0.npy"
    np.save(depth, np.load(depth)[..., 0].astype(">f4"))
    np.save(label, np.load(label).astype(np.int32))
    assert_equal_samples(read_prepared(folder, CLASSES).train[0], expected, 0)


def test_a_field_that_no_split_has_is_a_task_less(tmp_path):
    folder = write_prepared(tmp_path / "files")
    for split in ("train", "val"):
        for field in ("label", "normal"):
            (folder / split / field).rename(tmp_path / f"{split}_{field}")
    assert read_prepared(folder, CLASSES).tasks == ("depth",)


def test_a_frame_is_checked_when_it_is_read(tmp_path):
    folder = write_prepared(tmp_path / "files")
    np.save(folder / "train" / "label" / "1.npy", np.full((32, 64), 13))
    np.save(folder / "train" / "depth" / "2.npy", np.ones((32, 32, 1)))
    train = read_prepared(folder, CLASSES).train
    assert train[0].targets["semantic"].max() < 3
    with pytest.raises(ValueError, match=r"train/label/1\.npy: `label` must lie in -1\.\.2 .*got 13"):
        train[1]
    with pytest.raises(
        ValueError, match=r"train/depth/2\.npy: `depth` must have the shape \(32, 64\); got \(32, 32, 1\)"
    ):
        train[2]


def test_channels_before_pixels_get_a_sentence_at_once(tmp_path):
    folder = write_prepared(tmp_path / "files")
    for path in folder.glob("*/image/*.npy"):
        np.save(path, np.moveaxis(np.load(path), -1, 0))
    with pytest.raises(ValueError, match=r"train/image/0\.npy: `image` must have the shape .*got \(3, 32, 64\)"):
        read_prepared(folder, CLASSES)


def test_a_file_that_vanishes_gets_a_sentence(tmp_path):
    folder = write_prepared(tmp_path / "files")
    train = read_prepared(folder, CLASSES).train
    (folder / "train" / "image" / "2.npy").unlink()
    with pytest.raises(FileNotFoundError, match=r"`train/image/2\.npy` must exist"):
        train[2]


def test_missing_files_are_found_before_training(tmp_path):
    folder = write_prepared(tmp_path / "files")
    (folder / "val" / "depth" / "0.npy").unlink()
    (folder / "train" / "image" / "7.npy").touch()
    with pytest.raises(ValueError, match=r"train/image/7\.npy.*1 more problem: `mtan-edu data check` names them all"):
        read_prepared(folder, CLASSES)


class Evil:
    """Proves, by the file it makes, that it was unpickled."""

    def __init__(self, proof) -> None:
        self.proof = proof

    def __reduce__(self):
        return (open, (str(self.proof), "w"))


@pytest.mark.parametrize("packed", [False, True])
def test_no_pickle_is_loaded_from_a_frame(tmp_path, packed):
    folder = write_prepared(tmp_path / "files")
    np.save(folder / "train" / "depth" / "0.npy", np.array([Evil(tmp_path / "proof")]), allow_pickle=True)
    (folder / "train" / "depth" / "1.npy").write_bytes(pickle.dumps(Evil(tmp_path / "proof")))
    train = read_prepared(pack(folder, tmp_path / "set.tar") if packed else folder, CLASSES).train
    for index in (0, 1):
        with pytest.raises(ValueError, match="got a pickle, which can run any program when loaded, and was not loaded"):
            train[index]
    assert not (tmp_path / "proof").exists()


def test_no_pickle_is_loaded_from_the_compact_pair(tmp_path):
    folder = write_compact(tmp_path / "pair")
    np.savez(folder / "val.npz", image=np.array([Evil(tmp_path / "proof")]), label=np.zeros((1, 2, 2), np.int8))
    with pytest.raises(ValueError, match=r"`val\.npz/image` must hold plain numbers; got a pickle"):
        read_compact(folder, CLASSES)
    (folder / "train.npz").write_bytes(pickle.dumps(Evil(tmp_path / "proof")))
    with pytest.raises(ValueError, match=r"`train\.npz` must hold plain numbers; got a pickle"):
        read_compact(folder, CLASSES)
    assert not (tmp_path / "proof").exists()


def test_a_missing_or_damaged_half_of_the_pair_gets_a_sentence(tmp_path):
    folder = write_compact(tmp_path / "pair")
    whole = (folder / "val.npz").read_bytes()
    (folder / "val.npz").unlink()
    with pytest.raises(FileNotFoundError, match=r"`val\.npz` must exist"):
        read_compact(folder, CLASSES)
    (folder / "val.npz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match=r"`val\.npz` must be a whole, readable file"):
        read_compact(folder, CLASSES)
    (folder / "val.npz").write_bytes(whole[:3000] + bytes(500) + whole[3500:])
    with pytest.raises(ValueError, match=r"`val\.npz/image` must be a whole, readable file"):
        read_compact(folder, CLASSES)


def test_an_impossible_value_in_the_pair_names_the_file(tmp_path):
    folder = write_compact(tmp_path / "pair")
    with pytest.raises(ValueError, match=r"pair/train\.npz: `label` must lie in -1\.\.1"):
        read_compact(folder, CLASSES[:2])


@pytest.mark.parametrize("name", ["set.tar.gz", "notes.tar"])
def test_what_is_no_plain_archive_gets_a_sentence(tmp_path, name):
    if name == "set.tar.gz":
        pack(write_prepared(tmp_path / "files"), tmp_path / name, "w:gz")
    else:
        (tmp_path / name).write_text("no archive at all\n" * 100)
    with pytest.raises(ValueError, match=f"`{name}` must be a whole, uncompressed tar archive"):
        read_prepared(tmp_path / name)


def test_normals_that_are_not_unit_vectors_are_made_so(tmp_path):
    folder = write_prepared(tmp_path / "files")
    path = folder / "train" / "normal" / "0.npy"
    expected = read_prepared(folder, CLASSES).train[0].targets["normal"]
    np.save(path, 0.7 * np.load(path))
    torch.testing.assert_close(read_prepared(folder, CLASSES).train[0].targets["normal"], expected)


def test_real_frames_agree_in_size_and_range_in_both_forms(real_data):
    compact = read_compact(real_data / "nyuv2_96x128")
    packed = read_prepared(real_data / "nyuv2_dev_288x384.tar")
    assert (len(compact.train), len(compact.val), compact.image_size) == (600, 195, (96, 128))
    assert (len(packed.train), len(packed.val), packed.image_size) == (100, 30, (288, 384))
    for splits in (compact, packed):
        sample = splits.val[7]
        assert set(sample.targets["semantic"].unique().tolist()) <= set(range(-1, 13))
        assert 0.7 < sample.targets["depth"].min() <= sample.targets["depth"].max() < 10
        assert (sample.targets["normal"][2] >= 0).float().mean() > 0.95  # surfaces that are seen face the camera


def test_a_real_frame_is_the_same_frame_in_both_forms(real_data):
    with np.load(real_data / "nyuv2_96x128" / "val.npz", allow_pickle=False) as stored:
        small_index = stored["official_index"].tolist()
    with tarfile.open(real_data / "nyuv2_dev_288x384.tar") as tar:
        text = tar.extractfile("nyuv2_dev_288x384/val/official_index.txt").read().decode()
    packed = read_prepared(real_data / "nyuv2_dev_288x384.tar")
    compact = read_compact(real_data / "nyuv2_96x128")
    numbers = [int(word) for word in text.split()]
    large, small = next((i, small_index.index(n)) for i, n in enumerate(numbers) if n in small_index)
    shrunk = packed.val[large].targets["depth"][0, 1::3, 1::3]
    difference = (shrunk - compact.val[small].targets["depth"][0]).abs()
    assert difference.median() < 0.05
