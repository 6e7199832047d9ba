"""The prediction that does not look at the image: what every network has to beat."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from mtan_edu.data import IGNORE_LABEL
from mtan_edu.data.loading import Samples
from mtan_edu.tasks import Task


class BestConstant(nn.Module):
    """Predicts the same for every pixel of every image: what would have been best on the training frames.

    It is evaluated like a network, so that its figures can stand beside a network's.

    Args:
        outputs: Task name to the raw output of one pixel, `(C,)`.
    """

    def __init__(self, outputs: Mapping[str, Tensor]) -> None:
        super().__init__()
        self.outputs = nn.ParameterDict({task: nn.Parameter(output, False) for task, output in outputs.items()})

    def forward(self, image: Float[Tensor, "B C H W"]) -> dict[str, Tensor]:
        """Repeat each task's constant over the images.

        Args:
            image: Images, of which only the size matters, `(B, C, H, W)`.

        Returns:
            Task name to raw output, `(B, out_channels, H, W)`.
        """
        B, _, H, W = image.shape
        return {task: output.view(1, -1, 1, 1).expand(B, -1, H, W) for task, output in self.outputs.items()}


def best_constant(frames: Samples, tasks: Mapping[str, Task]) -> BestConstant:
    """Find the constant that has the lowest loss on some frames, per task.

    Classes get their logarithmic frequency, so that the most frequent one is predicted; a scalar gets the median,
    which no other number beats in mean absolute error; a direction gets the direction of the mean.

    Args:
        frames: The training frames; all known pixels of a task are held in memory at once.
        tasks: Task name to task.

    Returns:
        The constant prediction of every task.

    Raises:
        ValueError: If a task has no known pixel, or nobody knows the best constant for its kind.
    """
    return BestConstant({name: _best_for(task, [frames[i].targets[name] for i in range(len(frames))])
                         for name, task in tasks.items()})  # fmt: skip


def _best_for(task: Task, targets: Sequence[Tensor]) -> Tensor:
    if task.display.kind not in _BEST:
        raise ValueError(
            f"`tasks` must predict {', '.join(_BEST)}; got {task.display.kind} for {task.name}. "
            "Leave the task out of the baseline."
        )
    best = _BEST[task.display.kind](targets, task.out_channels)
    if best is None:
        raise ValueError(f"`frames` must have known pixels for {task.name}; got none. Check the data set.")
    return best


def _log_frequencies(targets: Sequence[Tensor], classes: int) -> Tensor | None:
    counts = torch.zeros(classes, dtype=torch.float64)
    for target in targets:  # (H, W)
        counts += torch.bincount(target[target != IGNORE_LABEL].flatten(), minlength=classes)
    if counts.sum() == 0:
        return None
    counts = counts.clamp(min=1)  # a class without a pixel would have the logarithm of 0
    return (counts / counts.sum()).log().float()


def _median(targets: Sequence[Tensor], _channels: int) -> Tensor | None:
    values = torch.cat([target[target != 0] for target in targets])
    return values.median().view(1) if values.numel() else None


def _mean_direction(targets: Sequence[Tensor], _channels: int) -> Tensor | None:
    total = torch.stack([target.double().flatten(1).sum(dim=1) for target in targets]).sum(dim=0)  # (3,)
    return F.normalize(total, dim=0).float() if total.any() else None


_BEST: Mapping[str, Callable[[Sequence[Tensor], int], Tensor | None]] = {
    "classes": _log_frequencies,
    "scalar": _median,
    "direction": _mean_direction,
}
