from __future__ import annotations

import numpy as np
import pytest
import torch

from mtan_edu.data import batches
from mtan_edu.data.domains import Domain, DomainSplits, HeldDomainDataset
from tests.data.domains.small_domains import picture


def held(count: int = 3, domain: str = "birds", classes: tuple[str, ...] = ("crow", "owl"), side: int = 6):
    pictures = np.stack([picture(seed, side, side + 2) for seed in range(count)])
    return HeldDomainDataset(domain, classes, pictures, np.arange(count) % 2)


def domain(**changes) -> Domain:
    fields = {"name": "birds", "train": held(), "val": held(2), "classes": ("crow", "owl")}
    return Domain(**{**fields, "mean": (0.5, 0.5, 0.5), "std": (0.2, 0.2, 0.2), **changes})


def test_a_sample_holds_the_colors_divided_by_255():
    dataset = held()
    np.testing.assert_array_equal(dataset[1].image * 255, picture(1, 6, 8).transpose(2, 0, 1))
    assert dataset[-1].targets["birds"].item() == 0


def test_changing_a_sample_changes_nothing_in_the_set():
    dataset = held()
    dataset[0].image.zero_()
    assert dataset[0].image.sum() > 0
    with pytest.raises(ValueError, match="read-only"):
        dataset.labels[0] = 1


def test_an_index_out_of_range_is_refused():
    with pytest.raises(IndexError, match=r"`index` must lie in 0..2; got 3"):
        held()[3]


def test_samples_make_batches_with_a_class_per_image():
    (batch,) = batches(held(), 4, seed=0, epoch=0, shuffle=False)
    assert batch.image.shape == (3, 3, 6, 8)
    assert torch.equal(batch.targets["birds"], torch.tensor([0, 1, 0]))


@pytest.mark.parametrize(
    ("pictures", "labels", "sentence"),
    [
        (np.zeros((0, 4, 4, 3), np.uint8), [], "`labels` must hold one class per picture; got the shape .0,."),
        (np.zeros((2, 4, 4, 3), np.uint8), [0, 2], "`labels` must lie in 0..1, as birds has 2 classes; got 0..2"),
        (np.zeros((2, 4, 4, 3), np.uint8), [-1, 1], "`labels` must lie in 0..1, as birds has 2 classes; got -1..1"),
        (np.zeros((2, 4, 4, 3)), [0, 1], "`pictures` must be uint8 of the shape .2, H, W, 3., .* got float64"),
        (np.zeros((2, 4, 4), np.uint8), [0, 1], "`pictures` must be uint8 .* got uint8 of .2, 4, 4."),
        (np.zeros((3, 4, 4, 3), np.uint8), [0, 1], "`pictures` must be uint8 of the shape .2, H, W, 3., one per label"),
    ],
)
def test_pictures_and_labels_that_do_not_fit_are_refused(pictures, labels, sentence):
    with pytest.raises(ValueError, match=sentence):
        HeldDomainDataset("birds", ("crow", "owl"), pictures, np.array(labels, int))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"val": held(2, domain="fish")}, "Both splits of birds must name it and its 2 classes; got fish"),
        ({"val": held(2, side=9)}, r"`image_size` must be equal in both splits; got \(6, 8\) and \(9, 11\) in birds"),
        ({"std": (0.2, 0.0, 0.2)}, "`mean` and `std` of birds must be 3 numbers each, the latter above 0"),
        ({"std": (0.2, float("nan"), 0.2)}, "`mean` and `std` of birds must be 3 numbers each"),
    ],
)
def test_a_domain_whose_parts_do_not_fit_is_refused(changes, sentence):
    with pytest.raises(ValueError, match=sentence):
        domain(**changes)


def test_a_domain_of_one_class_is_refused():
    one = HeldDomainDataset("birds", ("owl",), np.zeros((1, 4, 4, 3), np.uint8), np.array([0]))
    with pytest.raises(ValueError, match="`classes` of birds must be 2 or more; got owl. With one class"):
        domain(train=one, val=one, classes=("owl",))


def test_domains_of_different_sizes_or_none_are_refused():
    other = domain(name="fish", train=held(domain="fish", side=9), val=held(2, domain="fish", side=9))
    with pytest.raises(ValueError, match=r"`image_size` must be equal in all domains; got \(9, 11\) in fish"):
        DomainSplits("zoo", {"birds": domain(), "fish": other})
    with pytest.raises(ValueError, match="`domains` must be 1 or more; got none in zoo"):
        DomainSplits("zoo", {})
    with pytest.raises(ValueError, match="`domains` must map each name to its domain; got birds under fish"):
        DomainSplits("zoo", {"fish": domain()})
