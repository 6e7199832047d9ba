from __future__ import annotations

import numpy as np
import pytest
import torch

from mtan_edu.data import IGNORE_LABEL, DataSplits, DenseDataset
from tests.data.small_sets import CLASSES, compact_arrays, compact_set, floating, pictures


def test_a_sample_is_decoded_by_hand():
    arrays = {
        "image": np.array([[[[255, 0, 51], [0, 0, 0]]]], np.uint8),
        "label": np.array([[[2, -1]]], np.int8),
        "depth": np.array([[[1500, 0]]], np.uint16),
        "normal": np.array([[[[0, 127, 0], [0, 0, 0]]]], np.int8),
    }
    sample = DenseDataset(arrays, CLASSES)[0]
    assert sample.image.tolist() == [[[1.0, 0.0]], [[0.0, 0.0]], [[pytest.approx(0.2), 0.0]]]
    assert sample.targets["semantic"].tolist() == [[2, IGNORE_LABEL]]
    assert sample.targets["depth"].tolist() == [[[1.5, 0.0]]]
    assert sample.targets["normal"].tolist() == [[[0.0, 0.0]], [[1.0, 0.0]], [[0.0, 0.0]]]


def test_types_and_shapes_are_those_of_a_sample():
    dataset = compact_set(frames=3, height=32, width=64)
    sample = dataset[2]
    assert (len(dataset), dataset.image_size, dataset.tasks) == (3, (32, 64), ("semantic", "depth", "normal"))
    shapes = {name: tuple(target.shape) for name, target in sample.targets.items()}
    assert shapes == {"semantic": (32, 64), "depth": (1, 32, 64), "normal": (3, 32, 64)}
    assert {name: target.dtype for name, target in sample.targets.items()} == {
        "semantic": torch.int64,
        "depth": torch.float32,
        "normal": torch.float32,
    }


@pytest.mark.parametrize(("convert", "normal_error"), [(floating, 1e-6), (pictures, 0.02)])
def test_all_stored_forms_become_the_same_sample(convert, normal_error):
    arrays = compact_arrays(frames=1)
    expected, got = DenseDataset(arrays, CLASSES)[0], DenseDataset(convert(arrays), CLASSES)[0]
    torch.testing.assert_close(got.image, expected.image)
    assert torch.equal(got.targets["semantic"], expected.targets["semantic"])
    torch.testing.assert_close(got.targets["depth"], expected.targets["depth"])
    torch.testing.assert_close(got.targets["normal"], expected.targets["normal"], atol=normal_error, rtol=0)


def test_known_normals_have_length_one_and_unknown_ones_zero():
    dataset = compact_set()
    length = dataset[0].targets["normal"].square().sum(dim=0).sqrt()
    known = torch.from_numpy(dataset.frame(0)["normal"].any(axis=-1))
    torch.testing.assert_close(length, known.float())


def test_a_stored_normal_that_is_a_mean_of_unlike_ones_is_unknown():
    arrays = compact_arrays(frames=1)
    arrays["normal"][0, 0, 0] = (20, -20, 10)
    assert not DenseDataset(arrays, CLASSES)[0].targets["normal"][:, 0, 0].any()


def test_a_valid_normal_whose_components_sum_to_zero_stays():
    arrays = compact_arrays(frames=1)
    arrays["normal"][0, 0, 0] = (90, -90, 0)
    assert DenseDataset(arrays, CLASSES)[0].targets["normal"][:, 0, 0].tolist() == pytest.approx(
        [0.5**0.5, -(0.5**0.5), 0]
    )


def test_changing_a_sample_changes_nothing_in_the_set():
    dataset = DenseDataset(floating(compact_arrays()), CLASSES)
    sample = dataset[0]
    for tensor in (sample.image, *sample.targets.values()):
        tensor.fill_(7)
    assert dataset[0].image.max() <= 1
    assert dataset[0].targets["normal"].max() <= 1


def test_a_set_may_lack_tasks():
    arrays = compact_arrays()
    only_depth = DenseDataset({"depth": arrays["depth"], "image": arrays["image"], "index": np.arange(3)}, CLASSES)
    assert only_depth.tasks == tuple(only_depth[0].targets) == ("depth",)


def test_tasks_stand_in_their_order_whatever_the_order_of_the_arrays():
    assert DenseDataset(dict(reversed(compact_arrays().items())), CLASSES).tasks == ("semantic", "depth", "normal")


def test_a_set_ends_where_it_ends():
    dataset = compact_set(frames=3)
    assert len(list(dataset)) == 3
    assert torch.equal(dataset[-1].image, dataset[2].image)
    with pytest.raises(IndexError, match=r"0\.\.2; got 3"):
        dataset[3]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"label": np.full((3, 32, 64), 3, np.int8)}, r"`label` must lie in -1..2.*got 3"),
        ({"label": np.full((3, 32, 64), -2, np.int8)}, r"got -2"),
        ({"label": np.full((3, 32, 64), 0.5)}, r"whole numbers; got fractions"),
        ({"depth": np.full((3, 32, 64), -1.0)}, r"`depth` must be 0 .* got -1"),
        ({"depth": np.full((3, 32, 64), np.nan)}, r"`depth`.*got NaN"),
        ({"depth": np.full((3, 32, 64), np.inf)}, r"`depth`.*got inf"),
        ({"normal": np.full((3, 32, 64, 3), np.nan)}, r"`normal` must be finite"),
        ({"image": np.full((3, 32, 64, 3), 255.0)}, r"`image` must lie in \[0, 1\]; got 255"),
        ({"image": np.zeros((3, 32, 64, 4), np.uint8)}, r"`image` must have the shape \(3, 32, 64, 3\)"),
        ({"image": np.zeros((32, 64, 3), np.uint8)}, r"`image` must have the shape \(n, H, W, 3\)"),
        ({"depth": np.zeros((3, 31, 64), np.uint16)}, r"`depth` must have the shape \(3, 32, 64\); got \(3, 31, 64\)"),
        ({"depth": np.zeros((2, 32, 64), np.uint16)}, r"`depth` must hold 3 frames.*got 2"),
        ({"label": np.zeros((3, 32, 64), complex)}, r"`label` must be stored as one of.*got complex128"),
        ({"image": np.zeros((3, 32, 64, 3), np.int64)}, r"`image` must be stored as one of.*got int64"),
    ],
)  # fmt: skip
def test_impossible_arrays_get_a_sentence(change, sentence):
    with pytest.raises(ValueError, match=sentence):
        DenseDataset(compact_arrays() | change, CLASSES)


def test_a_set_without_images_or_without_targets_gets_a_sentence():
    arrays = compact_arrays()
    for missing in ({"label": arrays["label"]}, {"image": arrays["image"]}, {}):
        with pytest.raises(ValueError, match="`fields` must be image and at least one of label, depth, normal"):
            DenseDataset(missing, CLASSES)


def test_splits_agree_in_size_tasks_and_classes():
    train, empty, wide = compact_set(), compact_set(frames=0), compact_set(width=96)
    assert DataSplits(train, train, "small", CLASSES).tasks == ("semantic", "depth", "normal")
    with pytest.raises(ValueError, match="`val` must hold at least one frame; got 0 in small"):
        DataSplits(train, empty, "small", CLASSES)
    with pytest.raises(ValueError, match="`image_size` must be equal in both splits"):
        DataSplits(train, wide, "small", CLASSES)


def test_real_frames_decode_to_unit_normals_and_known_labels(real_data):
    with np.load(real_data / "nyuv2_96x128" / "val.npz", allow_pickle=False) as stored:
        arrays = {name: stored[name][:5] for name in stored.files}
    sample = DenseDataset(arrays, tuple("abcdefghijklm"))[4]
    length = sample.targets["normal"].square().sum(dim=0).sqrt()
    assert ((length - 1).abs() < 1e-5)[length > 0].all()
    assert 0.9 < (length > 0).float().mean() < 1
    assert 0.7 < sample.targets["depth"].min() <= sample.targets["depth"].max() < 10
