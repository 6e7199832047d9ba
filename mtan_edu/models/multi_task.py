"""What all models here have in common: tasks, one head for each, and a partition of their parameters."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence

from jaxtyping import Float
from torch import Tensor, nn

from mtan_edu.models.checks import check_known
from mtan_edu.models.pooling import fit_to


class MultiTaskModel(nn.Module, ABC):
    """A network from an image to one prediction per task.

    `shared_parameters()` and `task_parameters(task)` partition `parameters()`: every parameter belongs to exactly
    one of them.

    Attributes:
        heads: Task name to the network that turns its features into its prediction. Its order is the order of
            the tasks.
    """

    heads: nn.ModuleDict

    @property
    def tasks(self) -> tuple[str, ...]:
        """Task names, in order."""
        return tuple(self.heads)

    def forward(self, image: Float[Tensor, "B C H W"], tasks: Sequence[str] | None = None) -> dict[str, Tensor]:
        """Predict every task, or some of them.

        Args:
            image: Images, `(B, C, H, W)`.
            tasks: The tasks wanted; None = all. Where each task has images of its own, a batch wants one.

        Returns:
            Task name to its head's output: scores before softmax, directions before normalization. Of a dense task
            `(B, out_channels, H, W)`; a head that predicts a smaller map is brought to the image's size, bilinearly
            and with aligned corners. Of a classification task `(B, classes)`.

        Raises:
            TypeError: If the images are not floating point.
            ValueError: If the model has no such task, or cannot read images of this shape.
        """
        wanted = self.tasks if tasks is None else tuple(tasks)
        for task in wanted:
            check_known("tasks", task, self.tasks)
        return self.predict(self.features(image, wanted), (image.shape[2], image.shape[3]))

    def predict(self, features: Mapping[str, Tensor], size: tuple[int, int]) -> dict[str, Tensor]:
        """What the heads make of the features.

        Args:
            features: Task name to what `features` gave for it, `(B, C, h, w)`.
            size: Height and width to which maps are brought [pixels].

        Returns:
            Task name to prediction, as `forward` returns it.
        """
        predictions = {task: self.heads[task](of_task) for task, of_task in features.items()}
        return {
            task: fit_to(prediction, size) if prediction.ndim == 4 else prediction
            for task, prediction in predictions.items()
        }

    @abstractmethod
    def features(self, image: Float[Tensor, "B C H W"], tasks: Sequence[str]) -> dict[str, Tensor]:
        """Compute what the heads read.

        Args:
            image: Images, `(B, C, H, W)`.
            tasks: Names of tasks of this model.

        Returns:
            Task name to its features, `(B, C, h, w)`.
        """

    @abstractmethod
    def shared_parameters(self) -> Iterator[nn.Parameter]:
        """Parameters that more than one task trains, when there is more than one."""

    def task_parameters(self, task: str) -> Iterator[nn.Parameter]:
        """Parameters that only `task` trains.

        Raises:
            ValueError: If the model has no such task.
        """
        check_known("task", task, self.tasks)
        yield from self.heads[task].parameters()
