"""What every gradient balancing is: a module from the tasks' gradients on their shared parameters to one of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from mtan_edu.weighting.for_tasks import ForTasks
from mtan_edu.weighting.gramian import gramian_of


class GradientBalancing(ForTasks, ABC):
    """Makes one gradient of K. It knows neither the tasks' names nor the network: only a matrix, in the tasks' order.

    A step of training is

        gradient = balancing(gradients, losses)     # goes into .grad of the shared parameters
        weights = balancing.weights()               # λ of this step

    A task's own parameters, which no other task trains, get the gradient of their own loss times `own_weights`, 1 in
    all methods but GradNorm. After each epoch `end_epoch` is told the epoch's mean losses. Whatever a method
    remembers lies in buffers, a few numbers that stay on the CPU in float64; whatever it draws follows from its seed
    and the number of the step. So `state_dict` resumes it after any step.

    With one task there is nothing to balance, and the gradient is that task's.

    Attributes:
        num_tasks: Number of gradients, K.
    """

    last_weights: Tensor

    def __init__(self, num_tasks: int) -> None:
        """Balance the gradients of `num_tasks` tasks, K.

        Raises:
            ValueError: If `num_tasks` is below 1.
        """
        super().__init__(num_tasks)
        self.register_buffer("last_weights", torch.ones(num_tasks, dtype=torch.float64))

    @torch.no_grad()
    def forward(self, gradients: Float[Tensor, "_ P"], losses: Float[Tensor, " _"]) -> Float[Tensor, " P"]:
        """The gradient to follow, from the tasks' gradients.

        Args:
            gradients: Each task's gradient of its unweighted loss, on the shared parameters, `(K, P)`; finite.
            losses: Each task's unweighted loss, `(K,)`. Most methods do not look at it.

        Returns:
            What the optimizer shall take for the gradient, `(P,)`.

        Raises:
            ValueError: If there are not K gradients and K losses.
        """
        if gradients.ndim != 2 or gradients.shape[0] != self.num_tasks:
            raise ValueError(
                f"`gradients` must have shape ({self.num_tasks}, P), one row per task; got {tuple(gradients.shape)}. "
                "Stack the tasks' gradients in the tasks' order."
            )
        self._check("losses", losses)
        if self.num_tasks == 1:
            return gradients[0].clone()
        return self.combine(gradients, losses.detach().cpu().double())

    @abstractmethod
    def combine(self, gradients: Float[Tensor, "K P"], losses: Float[Tensor, " K"]) -> Float[Tensor, " P"]:
        """The method itself, for two tasks or more. Writes its weights into `last_weights`."""
        raise NotImplementedError

    def weights(self) -> Float[Tensor, " K"]:
        """The weight λ of each task's gradient in the last step, `(K,)`, float64; 1 before the first."""
        return self.last_weights.clone()

    def own_weights(self) -> Float[Tensor, " K"]:
        """The factor of each task's gradient on the parameters that are its own, in the last step, `(K,)`: 1."""
        return torch.ones(self.num_tasks, dtype=torch.float64)

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Any:
        """Stay on the CPU and in float64 whatever `.to()` asks: a few numbers, and Apple's GPUs have no float64."""
        return self


class GramianBalancing(GradientBalancing):
    """A balancing whose gradient is Σ_k λ_k g_k, with λ from the scalar products of the gradients alone.

    A method says its λ (`weights_from`). A task whose gradient is exactly 0, as where a batch has no label for it,
    is left out: λ = 0, and the others are balanced as if it did not exist.
    """

    def combine(self, gradients: Float[Tensor, "K P"], losses: Float[Tensor, " K"]) -> Float[Tensor, " P"]:
        """Σ_k λ_k g_k."""
        self.last_weights.copy_(self.weights_for(gramian_of(gradients), losses))
        return self.last_weights.to(gradients) @ gradients

    def weights_for(self, gramian: Float[Tensor, "K K"], losses: Float[Tensor, " K"]) -> Float[Tensor, " K"]:
        """λ of all tasks, `(K,)`: `weights_from` for those that have a gradient, 0 for the others.

        Args:
            gramian: Scalar products of the gradients, ⟨g_i, g_j⟩, `(K, K)`, float64, on the CPU.
            losses: The tasks' unweighted losses, `(K,)`.
        """
        moved = gramian.diagonal() > 0
        weights = torch.zeros(self.num_tasks, dtype=torch.float64)
        if moved.sum() == 1:
            weights[moved] = 1.0
        elif moved.any():
            weights[moved] = self.weights_from(gramian[moved][:, moved])
        return weights

    @abstractmethod
    def weights_from(self, gramian: Float[Tensor, "K K"]) -> Float[Tensor, " K"]:
        """λ, from the scalar products of two gradients or more, none of them 0.

        Args:
            gramian: ⟨g_i, g_j⟩, `(K, K)`, float64, on the CPU.

        Returns:
            The weights, `(K,)`.
        """
        raise NotImplementedError
