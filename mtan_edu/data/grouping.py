"""Several classes as one: the same images with fewer, coarser labels, made while they are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mtan_edu.data.batch import IGNORE_LABEL
from mtan_edu.data.dataset import FrameDataset
from mtan_edu.data.fields import decode_label
from mtan_edu.data.splits import DataSplits


@dataclass(frozen=True)
class ClassGroups:
    """Classes put together.

    Attributes:
        members: Group name to the names of its classes. The order of the groups is that of the new labels.
        unknown: The group that pixels of no class belong to; None = they stay unknown.
    """

    members: Mapping[str, tuple[str, ...]]
    unknown: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Group names in the order of the new labels."""
        return tuple(self.members)

    def table(self, classes: Sequence[str]) -> np.ndarray:
        """The label of every class's group.

        Args:
            classes: Names of the classes in the order of their labels.

        Returns:
            int8, `(N + 1,)`. The last entry is that of unknown pixels: a label of -1 finds it.

        Raises:
            ValueError: If a class belongs to no group, or to several.
        """
        groups = [[name for name, members in self.members.items() if one in members] for one in classes]
        for one, found in zip(classes, groups, strict=True):
            if len(found) != 1:
                raise ValueError(
                    f"`members` must hold every class once; got {one!r} in {' and '.join(found) or 'no group'}. "
                    "Put it into one group."
                )
        unknown = IGNORE_LABEL if self.unknown is None else self.names.index(self.unknown)
        return np.array([*(self.names.index(found[0]) for found in groups), unknown], dtype=np.int8)


class GroupedDataset(FrameDataset):
    """Frames whose labels are those of groups; everything else is as it was, and nothing is stored twice.

    Args:
        frames: Frames with labels.
        groups: Which classes become one.

    Raises:
        ValueError: If a class of the frames belongs to no group, or to several.
    """

    def __init__(self, frames: FrameDataset, groups: ClassGroups) -> None:
        self.image_size, self.fields, self.classes = frames.image_size, frames.fields, groups.names
        self._frames = frames
        self._table = groups.table(frames.classes)

    def __len__(self) -> int:
        return len(self._frames)

    def frame(self, index: int) -> dict[str, np.ndarray]:
        """The stored fields of one frame, `(H, W)` or `(H, W, C)`, with labels of groups."""
        stored = self._frames.frame(index)
        if "label" not in stored:
            return stored
        return {**stored, "label": self._table[decode_label(stored["label"])]}


def group_classes(data: DataSplits, groups: ClassGroups) -> DataSplits:
    """The same frames with the labels of groups.

    Args:
        data: Training and validation frames.
        groups: Which of their classes become one.

    Raises:
        ValueError: If a class belongs to no group, or to several.
    """
    train, val = GroupedDataset(data.train, groups), GroupedDataset(data.val, groups)
    return DataSplits(train, val, data.name, groups.names)
