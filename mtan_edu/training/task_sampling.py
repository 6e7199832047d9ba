"""Which task's batch comes next, where each task has images of its own. Pure functions of their arguments."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping

import numpy as np

from mtan_edu.data.loading import batch_indices, cut, generator

Draw = tuple[str, np.ndarray]
"""A task, and the indices of a batch among its own images."""

TaskSampling = Callable[[Mapping[str, int], int, int, int], list[Draw]]
"""Task to number of images, batch size, seed and epoch to the batches of the epoch, in order."""

_POSITION = 2
"""Keeps these draws apart from those of `batches`, whose positions are (epoch) and (epoch, index)."""


def in_turn(images: Mapping[str, int], batch_size: int, seed: int, epoch: int) -> list[Draw]:
    """All batches of the first task, then all of the second, ...: every image once.

    References:
        The code of Liu et al., CVPR 2019. What the last task has taught then stands freshest at the end of an epoch.
    """
    return [
        (task, indices)
        for task, count in images.items()
        for indices in batch_indices(count, batch_size, seed=seed, epoch=epoch, shuffle=True)
    ]


def interleaved(images: Mapping[str, int], batch_size: int, seed: int, epoch: int) -> list[Draw]:
    """The batches of `in_turn` in a new order every epoch: every image once, and no task long after another."""
    draws = in_turn(images, batch_size, seed, epoch)
    order = generator(seed, epoch, 0, _POSITION).permutation(len(draws))
    return [draws[position] for position in order]


def proportional(images: Mapping[str, int], batch_size: int, seed: int, epoch: int) -> list[Draw]:
    """As many batches as `in_turn` has; the task of each is drawn, with a probability in proportion to its images.

    A task that is drawn again and again goes through its images in ever new orders; one may not come up at all.
    """
    tasks = list(images)
    shares = np.array(list(images.values())) / sum(images.values())
    supply = {
        task: _endless(count, batch_size, seed, epoch, number) for number, (task, count) in enumerate(images.items())
    }
    steps = range(len(in_turn(images, batch_size, seed, epoch)))
    drawn = [tasks[generator(seed, epoch, step, _POSITION).choice(len(tasks), p=shares)] for step in steps]
    return [(task, next(supply[task])) for task in drawn]


TASK_SAMPLINGS: Mapping[str, TaskSampling] = {
    "in_turn": in_turn,
    "interleaved": interleaved,
    "proportional": proportional,
}
"""Name of a sampling to the function."""


def _endless(images: int, batch_size: int, seed: int, epoch: int, task: int) -> Iterator[np.ndarray]:
    for turn in itertools.count():
        order = generator(seed, epoch, task, turn, _POSITION).permutation(images)
        yield from cut(order, batch_size, shuffle=True)
