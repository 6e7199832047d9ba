"""Many-to-many data: several classification domains, each with images of its own."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from mtan_edu.data.domains.dataset import DomainDataset

Channels = tuple[float, float, float]
"""One number for each of red, green and blue."""


@dataclass(frozen=True)
class Domain:
    """One classification task with its own images.

    Attributes:
        name: Name of the domain and of its task.
        train: Pictures to learn from.
        val: Pictures to measure on.
        classes: Class names in the order of the labels.
        mean: Mean of the training images' colors in [0, 1], per channel. Normalized is (image - mean) / std.
        std: Their standard deviation, per channel; above 0.
        mirror: Whether a picture keeps its class when mirrored left to right.
        asks: What is asked of a picture, in one line; empty if unknown.
        origin: Where the pictures come from, and their license; empty if unknown.

    Raises:
        ValueError: If the splits do not fit each other, there is one class only, or a statistic is impossible.
    """

    name: str
    train: DomainDataset
    val: DomainDataset
    classes: tuple[str, ...]
    mean: Channels
    std: Channels
    mirror: bool = True
    asks: str = ""
    origin: str = ""

    def __post_init__(self) -> None:
        for split in (self.train, self.val):
            if split.domain != self.name or split.classes != self.classes:
                raise ValueError(
                    f"Both splits of {self.name} must name it and its {len(self.classes)} classes; got {split.domain} "
                    f"with {len(split.classes)} classes."
                )
        if self.train.image_size != self.val.image_size:
            raise ValueError(
                f"`image_size` must be equal in both splits; got {self.train.image_size} and {self.val.image_size} "
                f"in {self.name}."
            )
        if len(self.classes) < 2:
            raise ValueError(
                f"`classes` of {self.name} must be 2 or more; got {', '.join(self.classes) or 'none'}. "
                "With one class there is nothing to learn: leave the domain out."
            )
        known = all(map(math.isfinite, (*self.mean, *self.std))) and min(self.std) > 0
        if len(self.mean) != 3 or len(self.std) != 3 or not known:
            raise ValueError(
                f"`mean` and `std` of {self.name} must be 3 numbers each, the latter above 0; got {self.mean} and "
                f"{self.std}."
            )

    @property
    def image_size(self) -> tuple[int, int]:
        """Height and width of every picture [pixels]."""
        return self.train.image_size


@dataclass(frozen=True)
class DomainSplits:
    """Several domains whose pictures have one size.

    Attributes:
        name: What to call the data in records and figures.
        domains: Domain name to domain, in the order of every table.

    Raises:
        ValueError: If there is no domain, or the pictures differ in size.
    """

    name: str
    domains: Mapping[str, Domain]

    def __post_init__(self) -> None:
        if not self.domains:
            raise ValueError(f"`domains` must be 1 or more; got none in {self.name}.")
        for name, domain in self.domains.items():
            if name != domain.name:
                raise ValueError(f"`domains` must map each name to its domain; got {domain.name} under {name}.")
            if domain.image_size != self.image_size:
                raise ValueError(
                    f"`image_size` must be equal in all domains; got {domain.image_size} in {name} and "
                    f"{self.image_size} in {next(iter(self.domains))}."
                )

    @property
    def image_size(self) -> tuple[int, int]:
        """Height and width of every picture [pixels]."""
        return next(iter(self.domains.values())).image_size
