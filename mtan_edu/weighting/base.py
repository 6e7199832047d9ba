"""What every loss weighting is: a module from the vector of the tasks' losses to the one loss that is trained."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar

import torch
from jaxtyping import Float
from torch import Tensor

from mtan_edu.weighting.for_tasks import ForTasks


class LossWeighting(ForTasks, ABC):
    """Makes one loss of K. It knows neither the tasks' names nor the network: only a vector, in the tasks' order.

    A step of training is

        total = weighting(losses)               # the objective
        weights = weighting.weights()           # λ of this step: after the call, before anything is moved
        total.backward(), optimizer step
        weighting.see_losses_again(losses)      # only if weighting.looks_again: the same batch, after the step

    and after each epoch `end_epoch` is told the epoch's mean losses. Whatever a weighting learns or remembers lies in
    parameters (moved by the network's optimizer) and buffers, so that `state_dict` resumes it after any step.

    Attributes:
        looks_again: Whether it must see the losses of the same batch again after the weights have moved.
        weighs_some: Whether a step may have losses of some tasks only, the others being 0: whether a task's λ is the
            same whatever the losses of the others are in the step.
        num_tasks: Number of losses, K.
    """

    looks_again: ClassVar[bool] = False
    weighs_some: ClassVar[bool] = False

    def forward(self, losses: Float[Tensor, " K"]) -> Float[Tensor, ""]:
        """The loss to train, from the tasks' losses.

        Args:
            losses: Unweighted loss of each task, `(K,)`.

        Returns:
            Total loss, `()`.

        Raises:
            ValueError: If there are not K losses, or a loss is negative where the formula has a logarithm of it.
        """
        self._check("losses", losses)
        return self.combine(losses)

    def combine(self, losses: Float[Tensor, " K"]) -> Float[Tensor, ""]:
        """L = Σ_k λ_k L_k, with λ from `weights`. A weighting with another objective defines its own."""
        return (self.weights().to(losses) * losses).sum()

    @abstractmethod
    def weights(self) -> Float[Tensor, " K"]:
        """The weight of each task's loss, λ_k = ∂L/∂L_k: the factor of its gradient, `(K,)`. Carries no gradient.

        Where λ depends on the losses themselves, it is λ at the losses of the last call. Read it after the call on a
        step's losses and before parameters are moved, and it is the λ of that step for every weighting.
        """
        raise NotImplementedError

    def see_losses_again(self, losses: Float[Tensor, " K"]) -> None:
        """See what the step has done. Called only where `looks_again`; most weightings need not know.

        Args:
            losses: Each task's unweighted loss on the batch of the last call, after the weights have moved, `(K,)`.

        Raises:
            ValueError: If there are not K losses.
        """
        self._check("losses", losses)

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Any:
        """Move parameters only: buffers stay on the CPU, as exact as they are, whatever `.to()` asks.

        They are a few numbers, and Apple's GPUs have no float64.
        """
        buffers, self._buffers = self._buffers, {}
        try:
            return super()._apply(fn, recurse)
        finally:
            self._buffers = buffers


class LossDependentWeighting(LossWeighting):
    """A weighting whose λ follows from the losses of the step itself.

    It says its objective (`combine`) and the derivative of that (`weights_at`).
    """

    last_losses: Tensor

    def __init__(self, num_tasks: int) -> None:
        """Weight the losses of `num_tasks` tasks, K."""
        super().__init__(num_tasks)
        self.register_buffer("last_losses", torch.ones(num_tasks, dtype=torch.float64))

    def forward(self, losses: Float[Tensor, " K"]) -> Float[Tensor, ""]:
        """The loss to train. Remembers the losses, for `weights`."""
        total = super().forward(losses)
        self.last_losses.copy_(losses.detach())
        return total

    @abstractmethod
    def combine(self, losses: Float[Tensor, " K"]) -> Float[Tensor, ""]:
        """The objective L, `()`."""
        raise NotImplementedError

    @abstractmethod
    def weights_at(self, losses: Float[Tensor, " K"]) -> Float[Tensor, " K"]:
        """λ_k = ∂L/∂L_k at these losses, `(K,)`."""
        raise NotImplementedError

    def weights(self) -> Float[Tensor, " K"]:
        """λ at the losses of the last call, `(K,)`, float64; before the first, at losses of 1."""
        return self.weights_at(self.last_losses)
