"""What all models here have in common: tasks, one head for each, and a partition of their parameters."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping

from jaxtyping import Float
from torch import Tensor, nn

from mtan_edu.models.checks import check_known
from mtan_edu.models.stage import Backbone


class MultiTaskModel(nn.Module, ABC):
    """A backbone with one head per task.

    `shared_parameters()` and `task_parameters(task)` partition `parameters()`: every parameter belongs to exactly
    one of them.

    Args:
        backbone: The shared network.
        heads: Task name to the network that turns its features into its prediction. Its order is the order of
            the tasks.
    """

    def __init__(self, backbone: Backbone, heads: Mapping[str, nn.Module]) -> None:
        super().__init__()
        self.backbone = backbone
        self.heads = nn.ModuleDict(heads)

    @property
    def tasks(self) -> tuple[str, ...]:
        """Task names, in order."""
        return tuple(self.heads)

    @abstractmethod
    def forward(self, image: Float[Tensor, "B C H W"]) -> dict[str, Tensor]:
        """Predict every task.

        Args:
            image: Images, `(B, C, H, W)`.

        Returns:
            Task name to its head's output, `(B, out_channels, H, W)`: scores before softmax, directions before
            normalization.
        """

    def shared_parameters(self) -> Iterator[nn.Parameter]:
        """Parameters that more than one task trains, when there is more than one."""
        yield from self.backbone.parameters()

    def task_parameters(self, task: str) -> Iterator[nn.Parameter]:
        """Parameters that only `task` trains.

        Raises:
            ValueError: If the model has no such task.
        """
        check_known("task", task, self.tasks)
        yield from self.heads[task].parameters()
