"""What a data set hands to a network: images and, per task, what to predict for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import torch
from jaxtyping import Float
from torch import Tensor

IGNORE_LABEL = -1
"""The class of a pixel whose class nobody knows: it counts in no loss and in no metric."""


@dataclass(frozen=True)
class Sample:
    """One image and its targets.

    Attributes:
        image: Colors in [0, 1], `(3, H, W)`.
        targets: Task name to target. Dense targets are `semantic` `(H, W)` int64 with IGNORE_LABEL where
            unknown, `depth` `(1, H, W)` [m] with 0 where unknown, `normal` `(3, H, W)` unit vectors in camera
            axes (x right, y up, z towards the camera) with (0, 0, 0) where unknown. The class of a whole image is
            `()` int64. An image of a domain has a target for the task of that domain only.
        quantities: Target name to what it measures, where that is not what its name says: `depth` may hold
            "inverse depth".
    """

    image: Float[Tensor, "3 H W"]
    targets: Mapping[str, Tensor]
    quantities: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Batch:
    """Several samples of one size, stacked along a new first axis.

    Attributes:
        image: Colors in [0, 1], `(B, 3, H, W)`.
        targets: Task name to stacked targets, `(B, ...)`.
    """

    image: Float[Tensor, "B 3 H W"]
    targets: Mapping[str, Tensor]

    def __len__(self) -> int:
        return len(self.image)

    def to(self, device: torch.device | str) -> Batch:
        """The same batch on `device`."""
        return Batch(self.image.to(device), {name: target.to(device) for name, target in self.targets.items()})


def collate(samples: Sequence[Sample]) -> Batch:
    """Stack samples of one size into a batch."""
    names = samples[0].targets
    return Batch(
        image=torch.stack([sample.image for sample in samples]),
        targets={name: torch.stack([sample.targets[name] for sample in samples]) for name in names},
    )
