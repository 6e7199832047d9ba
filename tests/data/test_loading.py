from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from mtan_edu.data import Compose, RandomFlip, RandomScaleCrop, Sample, batch_indices, batches, number_of_batches
from mtan_edu.data.loading import generator
from tests.data.small_sets import compact_set

AUGMENT = Compose(RandomScaleCrop(), RandomFlip())


def epoch_of(dataset, **changes):
    options = {"seed": 3, "epoch": 2, "shuffle": True, "augment": AUGMENT} | changes
    return list(batches(dataset, options.pop("batch_size", 4), **options))


def assert_equal(first, second):
    assert len(first) == len(second)
    for one, other in zip(first, second, strict=True):
        assert torch.equal(one.image, other.image)
        assert all(torch.equal(one.targets[name], other.targets[name]) for name in other.targets)


@pytest.mark.parametrize("threads", [1, 2])
def test_two_workers_yield_the_batches_of_none(threads):
    torch.set_num_threads(threads)
    dataset = compact_set(frames=10)
    assert_equal(epoch_of(dataset, workers=2), epoch_of(dataset, workers=0))


def test_an_epoch_can_be_drawn_again_in_any_order_of_epochs():
    dataset = compact_set(frames=6)
    third = epoch_of(dataset, epoch=3)
    epoch_of(dataset, epoch=1)
    assert_equal(epoch_of(dataset, epoch=3), third)


def test_the_augmentation_of_a_sample_does_not_depend_on_its_batch():
    dataset = compact_set(frames=5)
    pairs, wholes = epoch_of(dataset, batch_size=3), epoch_of(dataset, batch_size=5)
    assert torch.equal(torch.cat([batch.image for batch in pairs]), wholes[0].image)


def test_another_epoch_and_another_seed_bring_other_batches():
    dataset = compact_set(frames=6)
    first = epoch_of(dataset)[0].image
    assert not torch.equal(first, epoch_of(dataset, epoch=4)[0].image)
    assert not torch.equal(first, epoch_of(dataset, seed=4)[0].image)


def test_without_shuffling_samples_keep_their_order_and_values():
    dataset = compact_set(frames=5)
    got = torch.cat([batch.image for batch in epoch_of(dataset, shuffle=False, augment=None, batch_size=2)])
    assert torch.equal(got, torch.stack([sample.image for sample in dataset]))


@pytest.mark.parametrize("workers", [0, 1])
def test_global_generators_are_neither_read_nor_moved(workers):
    torch_before, numpy_before = torch.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002
    epoch_of(compact_set(frames=3), workers=workers)
    assert torch.equal(torch.get_rng_state(), torch_before)
    assert np.array_equal(np.random.get_state()[1], numpy_before)  # noqa: NPY002


@given(samples=st.integers(1, 60), batch_size=st.integers(1, 9), shuffle=st.booleans(), epoch=st.integers(0, 99))
def test_every_sample_comes_once_but_for_one_lone_rest(samples, batch_size, shuffle, epoch):
    order = batch_indices(samples, batch_size, seed=1, epoch=epoch, shuffle=shuffle)
    times = Counter(index for batch in order for index in batch.tolist())
    lone = shuffle and batch_size > 1 and samples > batch_size and samples % batch_size == 1
    assert set(times.values()) == {1}
    assert len(times) == samples - lone
    assert len(order) == number_of_batches(samples, batch_size, shuffle=shuffle)
    assert all(len(batch) == batch_size for batch in order[:-1])


def test_a_lone_last_sample_is_left_out_of_training_only():
    assert [len(batch) for batch in batch_indices(9, 4, seed=0, epoch=0, shuffle=True)] == [4, 4]
    assert [len(batch) for batch in batch_indices(9, 4, seed=0, epoch=0, shuffle=False)] == [4, 4, 1]
    assert [len(batch) for batch in batch_indices(1, 4, seed=0, epoch=0, shuffle=True)] == [1]
    assert [len(batch) for batch in batch_indices(3, 1, seed=0, epoch=0, shuffle=True)] == [1, 1, 1]


def test_the_order_of_an_epoch_and_the_augmentation_of_its_first_sample_are_drawn_apart():
    draws = {tuple(generator(5, *position).random(3)) for position in [(), (0,), (0, 0), (1,), (1, 0), (0, 1)]}
    assert len(draws) == 6


def test_a_list_of_samples_is_a_data_set():
    samples = list(compact_set(frames=3))
    assert len(next(batches(samples, 2, seed=0, epoch=0, shuffle=False))) == 2


class Spoiled:
    """A set whose second frame cannot be read."""

    def __len__(self) -> int:
        return 2

    def __getitem__(self, index: int) -> Sample:
        if index == 1:
            raise ValueError("frame 1 is damaged.")
        return compact_set()[index]


@pytest.mark.parametrize("workers", [0, 1])
def test_a_frame_that_cannot_be_read_gets_its_sentence_alone(workers):
    with pytest.raises(ValueError, match=r"\Aframe 1 is damaged\.\Z"):
        epoch_of(Spoiled(), batch_size=1, workers=workers)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"batch_size": 0}, "`batch_size` must be 1 or above; got 0"),
        ({"workers": -1}, "`workers` must be 0 or above; got -1"),
        ({"seed": -1}, "`seed` must be 0 or above; got -1"),
        ({"epoch": -1}, "`epoch` must be 0 or above; got -1"),
    ],
)
def test_arguments_out_of_range_get_a_sentence(change, sentence):
    with pytest.raises(ValueError, match=sentence):
        epoch_of(compact_set(), **change)


def test_an_empty_set_gets_a_sentence_when_its_batches_are_asked_for():
    with pytest.raises(ValueError, match="`samples` must be 1 or above; got 0"):
        batches(compact_set(frames=0), 4, seed=0, epoch=0, shuffle=True)
