"""Raw outputs and targets of every dense task, with unknown pixels, every axis of its own size."""

from __future__ import annotations

import torch
from torch import Tensor

from mtan_edu.tasks import Task

B, H, W = 2, 4, 7


def example(task: Task, seed: int = 0, dtype: torch.dtype = torch.float32) -> tuple[Tensor, Tensor]:
    """A raw output that is a leaf asking for its gradient, and a target with about a fifth of its pixels unknown."""
    generator = torch.Generator().manual_seed(seed)
    output = torch.randn(B, task.out_channels, H, W, generator=generator, dtype=dtype, requires_grad=True)
    known = torch.rand(B, 1, H, W, generator=generator) > 0.2
    targets = {
        "classes": torch.randint(0, task.out_channels, (B, H, W), generator=generator).where(known[:, 0], -1),
        "scalar": torch.rand(B, 1, H, W, generator=generator, dtype=dtype).add(0.5) * known,
        "direction": torch.nn.functional.normalize(torch.randn(B, 3, H, W, generator=generator, dtype=dtype)) * known,
    }
    return output, targets[task.display.kind]


def nothing_known(target: Tensor) -> Tensor:
    """The target with every pixel unknown."""
    return torch.zeros_like(target) if target.is_floating_point() else torch.full_like(target, -1)
