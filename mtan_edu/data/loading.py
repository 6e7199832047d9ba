"""Batches whose order and augmentation follow from (seed, epoch, index) alone.

No generator lives from one batch to the next, so a resumed run needs no generator's state, and any number of worker
processes yields the same batches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

from mtan_edu.data.batch import Batch, Sample, collate

Augmentation = Callable[[Sample, np.random.Generator], Sample]
"""Changes a sample at random; every draw comes from the generator that it is handed."""


@runtime_checkable
class Samples(Protocol):
    """Anything with a length and a sample per index: a `FrameDataset`, or a list of samples."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int, /) -> Sample: ...


def batches(
    dataset: Samples,
    batch_size: int,
    *,
    seed: int,
    epoch: int,
    shuffle: bool,
    augment: Augmentation | None = None,
    workers: int = 0,
) -> Iterator[Batch]:
    """One epoch of batches: a pure function of its arguments.

    Args:
        dataset: The samples, all of one size.
        batch_size: Samples per batch. The last batch may be smaller, as `batch_indices` says.
        seed: The run's seed.
        epoch: Number of the epoch; another epoch, another order and other augmentations.
        shuffle: Whether to draw an order (training) or keep the set's (evaluation).
        augment: What to do to each sample, or None.
        workers: Processes that prepare batches ahead; 0 prepares each when it is asked for.

    Raises:
        ValueError: If an argument is out of range, or a frame cannot be read.
        OSError: If a frame's file cannot be opened.
    """
    order = batch_indices(len(dataset), batch_size, seed=seed, epoch=epoch, shuffle=shuffle)
    return batches_in_order(dataset, order, seed=seed, epoch=epoch, augment=augment, workers=workers)


def batches_in_order(
    dataset: Samples,
    order: Sequence[np.ndarray],
    *,
    seed: int,
    epoch: int,
    augment: Augmentation | None = None,
    workers: int = 0,
) -> Iterator[Batch]:
    """The batches that `order` names, else as `batches`.

    Args:
        dataset: The samples; those of one batch are of one size and have targets for the same tasks.
        order: Indices of each batch's samples.
        seed: The run's seed.
        epoch: Number of the epoch.
        augment: What to do to each sample, or None.
        workers: Processes that prepare batches ahead; 0 prepares each when it is asked for.
    """
    if workers < 0:
        raise ValueError(f"`workers` must be 0 or above; got {workers}. 0 uses no extra process.")
    prepare = _Prepare(dataset, order, augment, seed, epoch)
    return _ahead(prepare, workers) if workers else map(prepare.batch, range(len(order)))


def batch_indices(samples: int, batch_size: int, *, seed: int, epoch: int, shuffle: bool) -> list[np.ndarray]:
    """Which samples stand in which batch of an epoch.

    A last batch of one sample is left out of a shuffled epoch of several batches: batch normalization has no variance
    over a single value. Another epoch leaves out another sample.

    Args:
        samples: Number of samples in the set, at least 1.
        batch_size: Samples per batch, at least 1.
        seed: The run's seed, at least 0.
        epoch: Number of the epoch, at least 0.
        shuffle: Whether to draw an order or keep 0, 1, 2, ...

    Returns:
        Indices of each batch's samples, `number_of_batches` arrays.
    """
    for name, value, least in (("batch_size", batch_size, 1), ("seed", seed, 0), ("epoch", epoch, 0)):
        if value < least:
            raise ValueError(f"`{name}` must be {least} or above; got {value}.")
    order = generator(seed, epoch).permutation(samples) if shuffle else np.arange(samples)
    return cut(order, batch_size, shuffle=shuffle)


def cut(order: np.ndarray, batch_size: int, *, shuffle: bool) -> list[np.ndarray]:
    """Cut an order into batches as `batch_indices` does.

    Args:
        order: Indices of all samples, in the order in which they shall come, `(n,)`.
        batch_size: Samples per batch, at least 1.
        shuffle: Whether the order was drawn: a lone last sample is then left out.
    """
    count = number_of_batches(len(order), batch_size, shuffle=shuffle)
    return [order[start * batch_size : (start + 1) * batch_size] for start in range(count)]


def number_of_batches(samples: int, batch_size: int, *, shuffle: bool) -> int:
    """How many batches an epoch has; see `batch_indices`."""
    if samples < 1:
        raise ValueError(f"`samples` must be 1 or above; got {samples}. The data set is empty.")
    lone_rest = shuffle and samples > batch_size > 1 and samples % batch_size == 1
    return -(-samples // batch_size) - int(lone_rest)


def generator(seed: int, *position: int) -> np.random.Generator:
    """A generator of its own for each `position`, such as (epoch) or (epoch, index).

    `np.random.default_rng([seed, epoch])` would equal `default_rng([seed, epoch, 0])`: NumPy fills short seeds up with
    zeros. A spawn key keeps positions of different lengths apart.
    """
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=position))


class _Prepare(Dataset["Batch | Exception"]):
    """The batches of one epoch by their number."""

    def __init__(
        self, dataset: Samples, order: Sequence[np.ndarray], augment: Augmentation | None, seed: int, epoch: int
    ) -> None:
        self.dataset, self.order, self.augment, self.seed, self.epoch = dataset, order, augment, seed, epoch

    def sample(self, index: int) -> Sample:
        sample = self.dataset[index]
        return sample if self.augment is None else self.augment(sample, generator(self.seed, self.epoch, index))

    def batch(self, step: int) -> Batch:
        return collate([self.sample(int(index)) for index in self.order[step]])

    def __getitem__(self, step: int) -> Batch | Exception:
        """Batch `step`; in a worker, an error is handed over as it is: the loader would wrap it in a traceback."""
        try:
            return self.batch(step)
        except (ValueError, OSError) as error:
            return error


def _ahead(prepare: _Prepare, workers: int) -> Iterator[Batch]:
    """The same batches, prepared by worker processes."""
    loader: DataLoader[Batch | Exception] = DataLoader(
        prepare,
        batch_size=None,
        sampler=range(len(prepare.order)),
        num_workers=workers,
        collate_fn=_as_it_is,
        generator=torch.Generator(),  # without one, the loader draws from the global generator
    )
    for item in loader:
        if isinstance(item, Exception):
            raise item
        yield item


def _as_it_is(item: Any) -> Any:
    return item
