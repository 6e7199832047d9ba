"""A data set as training and validation frames."""

from __future__ import annotations

from dataclasses import dataclass

from mtan_edu.data.dataset import FrameDataset


@dataclass(frozen=True)
class DataSplits:
    """Training and validation frames that agree in size, targets and classes.

    Attributes:
        train: Frames to learn from.
        val: Frames to measure on.
        name: What to call the data set in records and figures.
        classes: Class names in the order of the labels.

    Raises:
        ValueError: If a split is empty, or the two differ in what they hold.
    """

    train: FrameDataset
    val: FrameDataset
    name: str
    classes: tuple[str, ...]

    def __post_init__(self) -> None:
        for split, frames in (("train", self.train), ("val", self.val)):
            if len(frames) == 0:
                raise ValueError(f"`{split}` must hold at least one frame; got 0 in {self.name}. Check the data set.")
        for what in ("image_size", "tasks", "classes", "quantities"):
            train, val = getattr(self.train, what), getattr(self.val, what)
            if train != val:
                raise ValueError(f"`{what}` must be equal in both splits; got {train} and {val} in {self.name}.")

    @property
    def tasks(self) -> tuple[str, ...]:
        """Names of the targets, such as ("semantic", "depth", "normal")."""
        return self.train.tasks

    @property
    def quantities(self) -> dict[str, str]:
        """Target name to what it measures, where its name does not say it: {"depth": "inverse depth"}, or nothing."""
        return self.train.quantities

    @property
    def image_size(self) -> tuple[int, int]:
        """Height and width of every frame."""
        return self.train.image_size
