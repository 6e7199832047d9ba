"""Every task's gradient on the parameters that the tasks share, and on its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol, runtime_checkable

import torch
from jaxtyping import Float
from torch import Tensor, nn


@runtime_checkable
class SharingModel(Protocol):
    """A model that says which of its parameters the tasks share, and which are a task's own."""

    def shared_parameters(self) -> Iterable[nn.Parameter]:
        """Parameters that more than one task trains."""

    def task_parameters(self, task: str, /) -> Iterable[nn.Parameter]:
        """Parameters that only `task` trains."""


class TaskGradients:
    """The tasks' gradients: on shared parameters as one matrix, which every step fills anew; on their own as a list.

    The shared parameters' gradients are those with respect to the parameters themselves, one backward pass per task.
    Taking them at feature maps instead, and propagating the balanced one from there, counts the features of a
    network like MTAN twice where one map is computed from another.

    Args:
        model: What is trained, on its final device.
        tasks: Task names, in the order of the rows.

    Attributes:
        shared: The shared parameters that are trained, in the order of the columns.
        own: Task name to its own parameters that are trained.
        matrix: Gradients of the last step on the shared parameters, `(K, P)`. `columns` finds a parameter's.

    Raises:
        TypeError: If the model does not name its parameters.
    """

    def __init__(self, model: nn.Module, tasks: Sequence[str]) -> None:
        naming = check_names_parameters(model)
        self.shared = _trained(naming.shared_parameters())
        self.own = {task: _trained(naming.task_parameters(task)) for task in tasks}
        size = sum(parameter.numel() for parameter in self.shared)
        like = self.shared[0] if self.shared else torch.zeros(0)
        self.matrix = torch.zeros(len(tasks), size, dtype=like.dtype, device=like.device)
        self._rows = [self._views(row) for row in self.matrix]
        self._read = [False] * len(self.shared)

    def propagate(self, losses: Sequence[Float[Tensor, ""]]) -> Float[Tensor, " K"]:
        """Go back from each loss in turn: fill the matrix, and `.grad` of the tasks' own parameters.

        The forward pass is kept until the last task has gone back, and each pass computes no more than its own task
        needs. Parameters that no loss reads keep no `.grad`.

        Args:
            losses: The tasks' unweighted losses, in the order of the tasks.

        Returns:
            Length of each task's gradient on all its parameters, `(K,)`, float64, on the CPU: not finite if a
            gradient is not.
        """
        self._read = [False] * len(self.shared)
        norms = []
        for number, (loss, own, row) in enumerate(zip(losses, self.own.values(), self._rows, strict=True)):
            gradients = _gradients(loss, (*self.shared, *own), last=number == len(losses) - 1)
            for position, (view, gradient) in enumerate(zip(row, gradients, strict=False)):
                view.zero_() if gradient is None else view.copy_(gradient)
                self._read[position] |= gradient is not None
            for parameter, gradient in zip(own, gradients[len(row) :], strict=True):
                parameter.grad = None if gradient is None else _in_order_of(parameter, gradient)
            norms.append(_length([self.matrix[number], *gradients[len(row) :]]))
        return torch.stack(norms).double().cpu()

    def assign(self, gradient: Float[Tensor, " P"], own_weights: Float[Tensor, " K"]) -> None:
        """Write the balanced gradient into `.grad` of the shared parameters, and scale those of the tasks' own.

        Args:
            gradient: What a balancing made of `matrix`. The parameters' `.grad` are views of it.
            own_weights: Factor of each task's gradient on its own parameters.
        """
        for parameter, view, read in zip(self.shared, self._views(gradient), self._read, strict=True):
            parameter.grad = view if read else None
        for own, weight in zip(self.own.values(), own_weights.tolist(), strict=True):
            for parameter in own if weight != 1 else ():
                parameter.grad = None if parameter.grad is None else parameter.grad * weight

    def columns(self, parameter: nn.Parameter) -> slice:
        """Where a shared parameter's gradient stands in the matrix.

        Raises:
            ValueError: If the parameter is not shared.
        """
        start = 0
        for known in self.shared:
            if known is parameter:
                return slice(start, start + known.numel())
            start += known.numel()
        raise ValueError("`parameter` must be one that the tasks share; got another. `shared` lists them.")

    def _views(self, vector: Tensor) -> list[Tensor]:
        """A vector of length P as one tensor per shared parameter, each in its parameter's order in memory."""
        views, start = [], vector.storage_offset()
        for parameter in self.shared:
            views.append(vector.as_strided(parameter.shape, parameter.stride(), start))
            start += parameter.numel()
        return views


def check_names_parameters(model: nn.Module) -> SharingModel:
    """The model, if its tasks' gradients can be told apart.

    Raises:
        TypeError: If it does not name its parameters.
    """
    if isinstance(model, SharingModel):
        return model
    raise TypeError(
        "`model` must name its parameters, by `shared_parameters()` and `task_parameters(task)`, where gradients are "
        f"balanced; got {type(model).__name__}. Take a model of mtan_edu.models, or a loss weighting."
    )


def _trained(parameters: Iterable[nn.Parameter]) -> tuple[nn.Parameter, ...]:
    """Each parameter once, without those that are held fixed."""
    return tuple(parameter for parameter in dict.fromkeys(parameters) if parameter.requires_grad)


def _gradients(loss: Tensor, parameters: Sequence[nn.Parameter], last: bool) -> Sequence[Tensor | None]:
    """One backward pass; None for a parameter that the loss does not read."""
    if not loss.requires_grad or not parameters:  # such as a batch without a label
        return [None] * len(parameters)
    return torch.autograd.grad(loss, parameters, retain_graph=not last, allow_unused=True)


def _in_order_of(parameter: nn.Parameter, gradient: Tensor) -> Tensor:
    """The gradient in the parameter's order in memory: Adam's fused step goes through both side by side, unchecked."""
    if gradient.stride() == parameter.stride():
        return gradient
    return torch.empty_like(parameter).copy_(gradient)


def _length(gradients: Sequence[Tensor | None]) -> Tensor:
    """‖·‖ of all together, `()`."""
    norms = torch._foreach_norm([gradient for gradient in gradients if gradient is not None])
    return torch.linalg.vector_norm(torch.stack(norms))
