"""What every loss weighting is: a module from the vector of the tasks' losses to the one loss that is trained."""

from __future__ import annotations

from abc import ABC, abstractmethod

from jaxtyping import Float
from torch import Tensor, nn


class LossWeighting(nn.Module, ABC):
    """Makes one loss of K. It knows neither the tasks' names nor the network: only a vector, in the tasks' order.

    Call it on the losses of a step; after each epoch tell it the epoch's mean losses with `end_epoch`. Whatever it
    learns or remembers lies in parameters and buffers, so that `state_dict` resumes it.
    """

    def __init__(self, num_tasks: int) -> None:
        """Weight the losses of `num_tasks` tasks, K.

        Raises:
            ValueError: If `num_tasks` is below 1.
        """
        super().__init__()
        if num_tasks < 1:
            raise ValueError(f"`num_tasks` must be at least 1; got {num_tasks}. Give the number of losses to weight.")
        self.num_tasks = num_tasks

    def forward(self, losses: Float[Tensor, " K"]) -> Float[Tensor, ""]:
        """The loss to train, from the tasks' losses.

        Args:
            losses: Unweighted loss of each task, `(K,)`.

        Returns:
            Total loss, `()`.

        Raises:
            ValueError: If there are not K losses.
        """
        self._check("losses", losses)
        return self.combine(losses)

    def combine(self, losses: Float[Tensor, " K"]) -> Float[Tensor, ""]:
        """L = Σ_k λ_k L_k, with λ from `weights`. A weighting with another objective defines its own."""
        return (self.weights().to(losses) * losses).sum()

    @abstractmethod
    def weights(self) -> Float[Tensor, " K"]:
        """The weight λ of each task's loss now, `(K,)`: the factor of its gradient. Carries no gradient itself."""
        raise NotImplementedError

    def end_epoch(self, mean_losses: Float[Tensor, " K"]) -> None:
        """Hear how the epoch went. Most weightings need not know.

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
