"""What a task is: everything in which one task differs from another, as fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from torch import Tensor

from mtan_edu.records import Display, TaskRecord


@runtime_checkable
class Metrics(Protocol):
    """Figures that accumulate over a set."""

    def update(self, output: Tensor, target: Tensor) -> None:
        """Take in one batch: a network's raw output and the target."""
        ...

    def compute(self) -> dict[str, float]:
        """Metric name to its value over all batches so far; NaN where nothing could be measured."""
        ...


@dataclass(frozen=True)
class Task:
    """One thing to predict for an image. Code that asks a task's name to decide what to do wants a field here.

    Attributes:
        name: The task's name, such as "semantic": its key in targets, outputs, losses and metrics.
        out_channels: Channels of the network's output, C.
        loss: Raw output, `(B, C, H, W)` or of whole images `(B, C)`, and target `(B, ...)` to a loss `()`.
        metrics: Makes a fresh accumulator.
        higher_is_better: Metric name to the direction in which it improves. Order = order of the tables.
        activation: Raw output to prediction, in the same shape.
        prediction_array: Raw output to what a picture shows: labels or scalars `(B, H, W)`, directions `(B, H, W, 3)`,
            labels of whole images `(B,)`.
        target_array: Target to an array of the same shape and type as `prediction_array` gives.
        display: How a picture shows such an array.
    """

    name: str
    out_channels: int
    loss: Callable[[Tensor, Tensor], Tensor]
    metrics: Callable[[], Metrics]
    higher_is_better: Mapping[str, bool]
    activation: Callable[[Tensor], Tensor]
    prediction_array: Callable[[Tensor], np.ndarray]
    target_array: Callable[[Tensor], np.ndarray]
    display: Display

    def __post_init__(self) -> None:
        if not self.name:
            raise ValueError("`name` must be at least one character; got ''. Call the task what its data set calls it.")
        if self.out_channels < 1:
            raise ValueError(
                f"`out_channels` must be at least 1; got {self.out_channels}. Give one channel per number to predict."
            )

    @property
    def record(self) -> TaskRecord:
        """What a figure or a report must know of this task, without torch."""
        return TaskRecord(self.name, self.out_channels, self.display, dict(self.higher_is_better))
