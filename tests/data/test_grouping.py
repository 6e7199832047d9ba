from __future__ import annotations

import numpy as np
import pytest
import torch

from mtan_edu.data import (
    NYUV2_CLASSES,
    NYUV2_GROUPS,
    ClassGroups,
    DataSplits,
    DenseDataset,
    GroupedDataset,
    group_classes,
    open_data,
)
from tests.data.small_sets import CLASSES, compact_arrays, compact_set

GROUPS = ClassGroups({"flat": ("floor", "wall"), "rest": ("lamp",)})


@pytest.mark.parametrize(("unknown", "label"), [(None, -1), ("rest", 1)])
def test_labels_become_those_of_their_groups_and_the_rest_stays(unknown, label):
    frames = compact_set()
    grouped = GroupedDataset(frames, ClassGroups(GROUPS.members, unknown))
    old, new = frames[1].targets, grouped[1].targets
    expected = torch.tensor([0, 0, 1, label])[old["semantic"]]
    assert torch.equal(new["semantic"], expected)
    assert torch.equal(new["depth"], old["depth"])
    assert torch.equal(grouped[1].image, frames[1].image)
    assert (grouped.classes, grouped.tasks, len(grouped)) == (("flat", "rest"), frames.tasks, len(frames))


def test_unknown_as_255_is_unknown_too():
    arrays = compact_arrays()
    pictures = compact_set()
    arrays["label"] = arrays["label"].astype(np.uint8)  # -1 becomes 255
    one, other = (GroupedDataset(frames, GROUPS)[0] for frames in (pictures, DenseDataset(arrays, CLASSES)))
    assert torch.equal(one.targets["semantic"], other.targets["semantic"])


@pytest.mark.parametrize(
    ("members", "sentence"),
    [
        ({"flat": ("floor", "wall")}, "`members` must hold every class once; got 'lamp' in no group"),
        ({"flat": CLASSES, "high": ("lamp",)}, "got 'lamp' in flat and high. Put it into one group"),
    ],
)
def test_a_class_in_no_group_or_in_two_gets_a_sentence(members, sentence):
    data = DataSplits(compact_set(), compact_set(), "small", CLASSES)
    with pytest.raises(ValueError, match=sentence):
        group_classes(data, ClassGroups(members))


def test_the_groups_indoors_hold_every_class_once_and_refine_each_other():
    seven, two = NYUV2_GROUPS[7], NYUV2_GROUPS[2]
    assert (len(seven.names), len(two.names)) == (7, 2)
    to_seven, to_two = seven.table(NYUV2_CLASSES), two.table(seven.names)
    structure = {name for name, group in zip(NYUV2_CLASSES, to_seven[:-1], strict=True) if to_two[group] == 0}
    assert structure == {"ceiling", "floor", "wall", "window"}


def test_rooms_have_other_labels_on_the_same_images_and_nothing_is_drawn_twice(tmp_path):
    fine, seven, two = (
        open_data("rooms", folder=tmp_path, size=(32, 64), train=2, val=1, classes=n) for n in (None, 7, 2)
    )
    assert [len(data.classes) for data in (fine, seven, two)] == [13, 7, 2]
    assert len([entry for entry in tmp_path.iterdir() if entry.is_dir()]) == 1
    assert torch.equal(fine.train[1].image, two.train[1].image)
    floor, ceiling = (seven.train[0].targets["semantic"] == seven.classes.index(name) for name in ("floor", "ceiling"))
    assert torch.equal(floor, fine.train[0].targets["semantic"] == fine.classes.index("floor"))
    assert (two.train[0].targets["semantic"][floor | ceiling] == 0).all()


def test_a_number_of_classes_that_has_no_groups_gets_a_sentence_before_anything_is_drawn(tmp_path):
    with pytest.raises(ValueError, match="`classes` must be 2, 7 or 13 for rooms and NYUv2; got 19"):
        open_data("rooms", folder=tmp_path, size=(32, 64), train=2, val=1, classes=19)
    assert not any(tmp_path.iterdir())
