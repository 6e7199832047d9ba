"""One split of a classification domain: pictures of one size, each of one class, as tensors on request."""

from __future__ import annotations

import operator
from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np
import torch
from torch.utils.data import Dataset

from mtan_edu.data.batch import Sample


class DomainDataset(Dataset[Sample], ABC):
    """Pictures of one size with one class each. A subclass says where the pictures lie.

    Attributes:
        domain: Name of the domain, which is also the name of the only target.
        classes: Class names in the order of the labels.
        labels: Class of every picture, int64 `(n,)`; read-only.
        image_size: Height and width of every picture [pixels].
    """

    image_size: tuple[int, int]

    def __init__(self, domain: str, classes: Sequence[str], labels: np.ndarray) -> None:
        self.domain = domain
        self.classes = tuple(classes)
        self.labels = np.asarray(labels, np.int64)
        self.labels.flags.writeable = False
        if self.labels.ndim != 1 or len(self.labels) == 0:
            raise ValueError(
                f"`labels` must hold one class per picture; got the shape {self.labels.shape} in {domain}. "
                "A split needs at least one picture."
            )
        if self.labels.min() < 0 or self.labels.max() >= len(self.classes):
            raise ValueError(
                f"`labels` must lie in 0..{len(self.classes) - 1}, as {domain} has {len(self.classes)} classes; "
                f"got {self.labels.min()}..{self.labels.max()}."
            )

    def __len__(self) -> int:
        return len(self.labels)

    @abstractmethod
    def picture(self, index: int) -> np.ndarray:
        """Picture `index` (from 0), uint8 `(H, W, 3)`."""

    def __getitem__(self, index: int) -> Sample:
        """Picture `index` as new tensors: the image `(3, H, W)` in [0, 1], and `{domain: class}` with int64 `()`."""
        position = operator.index(index)
        if not -len(self) <= position < len(self):
            raise IndexError(f"`index` must lie in 0..{len(self) - 1}; got {position}. The set has no such picture.")
        position %= len(self)
        pixels = torch.from_numpy(np.ascontiguousarray(self.picture(position).transpose(2, 0, 1)))  # (3, H, W)
        return Sample(pixels.float() / 255, {self.domain: torch.tensor(int(self.labels[position]))})


class HeldDomainDataset(DomainDataset):
    """Pictures held in memory: 1,000 of 72x72 take 16 MB.

    Args:
        domain: Name of the domain.
        classes: Class names in the order of the labels.
        pictures: Colors, uint8 `(n, H, W, 3)`.
        labels: Class of each picture, whole numbers `(n,)`.

    Raises:
        ValueError: If there is no picture, or shapes, types or labels do not fit.
    """

    def __init__(self, domain: str, classes: Sequence[str], pictures: np.ndarray, labels: np.ndarray) -> None:
        super().__init__(domain, classes, labels)
        if pictures.dtype != np.uint8 or pictures.ndim != 4 or pictures.shape[-1] != 3 or len(pictures) != len(self):
            raise ValueError(
                f"`pictures` must be uint8 of the shape ({len(self)}, H, W, 3), one per label; got {pictures.dtype} "
                f"of {pictures.shape} in {domain}. Gray pictures repeat their channel."
            )
        self.image_size = (pictures.shape[1], pictures.shape[2])
        self._pictures = pictures

    def picture(self, index: int) -> np.ndarray:
        """Picture `index` (from 0), uint8 `(H, W, 3)`."""
        return self._pictures[index]
