"""Every task, with raw outputs and targets of which some are unknown, every axis of its own size."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from mtan_edu.tasks import ClassificationTask, Task, dense_tasks

B, H, W = 2, 4, 7
IMAGES = 23
"""Images of a classification task: as it has no pixels, so many that some are unknown and some are not."""

TASKS = (*dense_tasks().values(), ClassificationTask("digits", [f"digit {n}" for n in range(11)]))

every_task = pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)


def example(task: Task, seed: int = 0, dtype: torch.dtype = torch.float32) -> tuple[Tensor, Tensor]:
    """A raw output that is a leaf asking for its gradient, and a target with about a fifth of it unknown."""
    generator = torch.Generator().manual_seed(seed)
    if task.display.kind == "class":
        output = torch.randn(IMAGES, task.out_channels, generator=generator, dtype=dtype, requires_grad=True)
        label = torch.randint(0, task.out_channels, (IMAGES,), generator=generator)
        return output, label.where(torch.rand(IMAGES, generator=generator) > 0.2, -1)
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


def known(target: Tensor) -> Tensor:
    """Where it is known, `(B, H, W)` or `(B,)`."""
    return (target != 0).any(dim=1) if target.is_floating_point() else target != -1
