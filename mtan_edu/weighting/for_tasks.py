"""What loss weightings and gradient balancings have in common: a number of tasks, and one loss of each of them."""

from __future__ import annotations

from jaxtyping import Float
from torch import Tensor, nn


class ForTasks(nn.Module):
    """Something that weighs K tasks. It knows them by their order alone.

    Attributes:
        num_tasks: Number of tasks, K.
    """

    def __init__(self, num_tasks: int) -> None:
        """Weigh `num_tasks` tasks, K.

        Raises:
            ValueError: If `num_tasks` is below 1.
        """
        super().__init__()
        if num_tasks < 1:
            raise ValueError(f"`num_tasks` must be at least 1; got {num_tasks}. Give the number of tasks to weigh.")
        self.num_tasks = num_tasks

    def end_epoch(self, mean_losses: Float[Tensor, " K"]) -> None:
        """Hear how the epoch went. Most methods need not know.

        Args:
            mean_losses: Each task's unweighted training loss, averaged over the epoch, `(K,)`.

        Raises:
            ValueError: If there are not K losses.
        """
        self._check("mean_losses", mean_losses)

    def extra_repr(self) -> str:
        """What `print` shows."""
        return f"num_tasks={self.num_tasks}"

    def _check(self, name: str, losses: Tensor) -> None:
        if losses.shape != (self.num_tasks,):
            raise ValueError(
                f"`{name}` must have shape ({self.num_tasks},), one loss per task; got {tuple(losses.shape)}. "
                "Stack the tasks' losses in the tasks' order."
            )
