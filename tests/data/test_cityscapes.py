from __future__ import annotations

import re

import numpy as np
import pytest
import torch

from mtan_edu.data import (
    CITYSCAPES_CLASSES,
    CITYSCAPES_GROUPS,
    DenseDataset,
    check_folder,
    group_classes,
    open_data,
    read_cityscapes,
)
from tests.data.small_streets import write_streets
from tests.data.test_nyuv2 import pack


def test_the_authors_layout_is_read(tmp_path):
    data = read_cityscapes(write_streets(tmp_path / "streets"))
    assert (data.name, data.tasks, data.image_size) == ("streets", ("semantic", "depth"), (32, 64))
    assert (len(data.train), len(data.val)) == (3, 2)
    assert data.classes == ("flat", "construction", "object", "nature", "sky", "human", "vehicle")
    stored = np.load(tmp_path / "streets" / "val" / "depth" / "1.npy")[..., 0]
    sample = data.val[1]
    torch.testing.assert_close(sample.targets["depth"][0], torch.from_numpy(stored).float())
    assert sample.targets["semantic"].min() == -1
    assert data.quantities == sample.quantities == {"depth": "inverse depth"}


def test_the_form_is_found_out_also_in_an_archive(tmp_path):
    folder = write_streets(tmp_path / "streets")
    archive = pack(folder, tmp_path / "streets.tar")
    for path in (folder, archive):
        for asked, classes in ((None, 7), (2, 2), (7, 7), (19, 19)):
            opened = open_data(path, folder=tmp_path, classes=asked)
            assert (len(opened.classes), opened.quantities) == (classes, {"depth": "inverse depth"})


@pytest.mark.parametrize("classes", [2, 7])
def test_labels_that_are_not_there_are_made_from_finer_ones(tmp_path, classes):
    given = read_cityscapes(write_streets(tmp_path / "all"), classes)
    made = read_cityscapes(write_streets(tmp_path / "fine", labels=(19,)), classes)
    assert made.classes == given.classes
    for one, other in zip(given.train, made.train, strict=True):
        assert torch.equal(one.targets["semantic"], other.targets["semantic"])
        assert torch.equal(one.targets["depth"], other.targets["depth"])


def test_two_classes_come_from_seven_where_there_are_no_others(tmp_path):
    seven = read_cityscapes(write_streets(tmp_path / "seven", labels=(7,)), 7)
    two = read_cityscapes(tmp_path / "seven", 2)
    label, group = seven.val[0].targets["semantic"], two.val[0].targets["semantic"]
    assert torch.equal(group, (label >= 5).long())  # human and vehicle; void is background


def test_pixels_of_no_class_are_background_of_two_and_unknown_of_seven_classes(tmp_path):
    folder = write_streets(tmp_path / "streets", labels=(19,))
    void = read_cityscapes(folder, 19).train[0].targets["semantic"] == -1
    assert void.any()
    assert (read_cityscapes(folder, 7).train[0].targets["semantic"][void] == -1).all()
    assert (read_cityscapes(folder, 2).train[0].targets["semantic"][void] == 0).all()


def test_every_class_is_in_a_group_the_bicycle_too():
    seven = CITYSCAPES_GROUPS[7].table(CITYSCAPES_CLASSES)
    assert [int(seven[CITYSCAPES_CLASSES.index(name)]) for name in ("road", "pole", "sky", "rider")] == [0, 2, 4, 5]
    assert seven[CITYSCAPES_CLASSES.index("bicycle")] == 6
    assert seven[-1] == -1


@pytest.mark.parametrize(
    ("labels", "classes", "sentence"),
    [
        ((7,), 19, r"got 19, and of label folders in .* label_7\. Add label_19 to train and val"),
        ((2,), 7, r"got 7, and of label folders in .* label_2\. Add label_7"),
        ((2, 7, 19), 13, r"`classes` must be 2, 7 or 19 for CityScapes; got 13"),
    ],
)
def test_classes_without_labels_get_a_sentence(tmp_path, labels, classes, sentence):
    folder = write_streets(tmp_path / "streets", labels=labels)
    with pytest.raises(ValueError, match=sentence):
        open_data(folder, folder=tmp_path, classes=classes)


def test_labels_in_one_split_only_are_named(tmp_path):
    folder = write_streets(tmp_path / "streets", labels=(7,))
    (folder / "val" / "label_7").rename(tmp_path / "elsewhere")
    with pytest.raises(ValueError, match=r"of label folders in .* none that both splits have"):
        read_cityscapes(folder)
    assert any("`val/label_7` must be a folder with 2 frames; got none" in line for line in check_folder(folder))


def test_a_sound_set_has_no_problem_and_a_wrong_value_of_each_folder_one(tmp_path):
    folder = write_streets(tmp_path / "streets")
    assert check_folder(folder) == []
    np.save(folder / "train" / "label_2" / "0.npy", np.full((32, 64), 2))
    np.save(folder / "train" / "label_19" / "1.npy", np.full((32, 64), 19))
    np.save(folder / "val" / "depth" / "0.npy", np.full((32, 64, 1), -0.1))
    (folder / "val" / "depth" / "1.npy").unlink()
    expected = [
        r"`val/depth/1\.npy` must exist, as the frames are 0\.\.1",
        r"train/label_2/0\.npy: `label` must lie in -1\.\.1 .*got 2",
        r"train/label_19/1\.npy: `label` must lie in -1\.\.18 .*got 19",
        r"val/depth/0\.npy: `inverse_depth` must be 0 \(unknown\) or above.*got -0\.1",
    ]
    lines = check_folder(folder)
    assert len(lines) == len(expected)
    assert all(re.search(sentence, line) for sentence, line in zip(expected, lines, strict=True)), lines


def test_stored_as_16_bits_inverse_depth_is_what_the_prepared_files_hold():
    image = np.zeros((1, 32, 64, 3), np.uint8)
    stored = np.full((1, 32, 64), 32257, np.uint16)
    depth = DenseDataset({"image": image, "inverse_depth": stored}, CITYSCAPES_CLASSES)[0].targets["depth"]
    assert depth.max().item() == pytest.approx(0.4922, abs=1e-4)


def test_depth_is_one_quantity_or_the_other():
    arrays = {"image": np.zeros((1, 32, 64, 3), np.uint8)} | dict.fromkeys(
        ("depth", "inverse_depth"), np.ones((1, 32, 64), np.float32)
    )
    with pytest.raises(ValueError, match="`fields` must hold one of depth and inverse_depth; got both"):
        DenseDataset(arrays, CITYSCAPES_CLASSES)


def test_real_streets_are_read_and_their_7_classes_follow_from_their_19(real_data):
    archive = real_data / "camvid_128x256.tar"
    fine, coarse = read_cityscapes(archive, 19), read_cityscapes(archive, 7)
    assert (coarse.tasks, coarse.image_size) == (("semantic",), (128, 256))
    assert (len(coarse.train), len(coarse.val)) == (367, 101)
    made = group_classes(fine, CITYSCAPES_GROUPS[7])
    bicycle = CITYSCAPES_CLASSES.index("bicycle")  # CamVid's "bicyclist" is who rides and what is ridden
    for index in range(0, 101, 25):
        label, one, other = (data.val[index].targets["semantic"] for data in (fine, coarse, made))
        assert (one == other)[label != bicycle].all()
