from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

import mtan_edu
from mtan_edu.data import check_folder, default_data_folder, open_data
from tests.data.small_sets import compact_arrays, write_compact, write_pictures, write_prepared


@pytest.mark.parametrize("write", [write_compact, write_prepared, write_pictures])
def test_the_form_of_a_folder_is_found_out(tmp_path, write):
    splits = open_data(str(write(tmp_path / "set")), folder=tmp_path / "data")
    assert (splits.name, len(splits.train), len(splits.val), splits.image_size) == ("set", 3, 2, (32, 64))
    assert splits.classes[:2] == ("bed", "books")
    assert not (tmp_path / "data").exists()


def test_rooms_are_drawn_once_and_are_a_sound_data_set_like_any_other(tmp_path):
    drawn = open_data("rooms", folder=tmp_path, size=(32, 64), train=2, val=1)
    [folder] = [entry for entry in tmp_path.iterdir() if entry.is_dir()]
    opened = open_data(folder, folder=tmp_path)
    assert check_folder(folder) == []
    assert (opened.tasks, opened.image_size, len(opened.train), len(opened.val)) == (drawn.tasks, (32, 64), 2, 1)
    assert torch.equal(opened.train[1].image, drawn.train[1].image)


@pytest.mark.parametrize("name", ["nowhere", "room"])
def test_a_path_to_nothing_gets_a_sentence(tmp_path, name):
    with pytest.raises(FileNotFoundError, match=f"`data` must be rooms or an existing folder; got .*{name}"):
        open_data(tmp_path / name, folder=tmp_path)


def test_an_empty_folder_gets_a_sentence(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match=r"`data` must hold train\.npz and val\.npz, or .*; got an empty folder"):
        open_data(tmp_path / "empty", folder=tmp_path)


def test_a_folder_of_something_else_gets_a_sentence(tmp_path):
    (tmp_path / "notes.txt").touch()
    with pytest.raises(ValueError, match=r"got other files in .*data/README\.md"):
        open_data(tmp_path, folder=tmp_path)


def test_the_folder_above_a_data_set_gets_the_right_one_named(tmp_path):
    write_compact(tmp_path / "pair")
    with pytest.raises(ValueError, match=r"Give .*pair\."):
        open_data(tmp_path, folder=tmp_path)


def test_an_empty_split_gets_a_sentence(tmp_path):
    folder = write_compact(tmp_path / "pair")
    np.savez(folder / "val.npz", **compact_arrays(frames=0))
    with pytest.raises(ValueError, match="`val` must hold at least one frame; got 0 in pair"):
        open_data(folder, folder=tmp_path)


def test_half_a_data_set_gets_a_sentence(tmp_path):
    pair, prepared = write_compact(tmp_path / "pair"), write_prepared(tmp_path / "set")
    (pair / "train.npz").unlink()
    (prepared / "train").rename(tmp_path / "train_elsewhere")
    with pytest.raises(FileNotFoundError, match=r"`train\.npz` must exist"):
        open_data(pair, folder=tmp_path)
    with pytest.raises(ValueError, match="`train` must be a folder with the frames; got none"):
        open_data(prepared, folder=tmp_path)


def test_image_sides_that_cannot_be_halved_five_times_get_a_sentence(tmp_path):
    folder = tmp_path / "pair"
    folder.mkdir()
    for split in ("train", "val"):
        np.savez(folder / f"{split}.npz", **compact_arrays(height=32, width=100))
    with pytest.raises(ValueError, match="`image sides` must be multiples of 32; got 32x100"):
        open_data(folder, folder=tmp_path)
    with pytest.raises(ValueError, match="`image sides` must be multiples of 32; got 0x64"):
        open_data("rooms", folder=tmp_path, size=(0, 64))


def test_data_lie_beside_the_package_in_a_checkout():
    assert default_data_folder() == Path(mtan_edu.__file__).resolve().parents[1] / "data"


def test_real_frames_open_in_both_forms(real_data, tmp_path):
    assert open_data(real_data / "nyuv2_96x128", folder=tmp_path).image_size == (96, 128)
    assert open_data(real_data / "nyuv2_dev_288x384.tar", folder=tmp_path).image_size == (288, 384)
