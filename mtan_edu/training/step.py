"""One step of training: from a batch to moved weights."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from mtan_edu.data.batch import Batch
from mtan_edu.tasks import Task
from mtan_edu.training.state import TrainingState
from mtan_edu.weighting import GradientBalancing, LossWeighting


class NonFiniteLossError(ArithmeticError):
    """A loss was NaN or infinite: training cannot go on, and the model's weights can no longer be trusted.

    Attributes:
        task: The task whose loss it was; "all tasks together" if only their weighted sum was not finite.
        epoch: 1 for the first.
        step: 1 for the epoch's first.
        value: The loss.
    """

    what = "loss"

    def __init__(self, task: str, epoch: int, step: int, value: float) -> None:
        self.task, self.epoch, self.step, self.value = task, epoch, step, value
        super().__init__(
            f"The {self.what} of {task} must be finite; got {value} in epoch {epoch}, step {step}. "
            "Lower the learning rate, or look for damaged values in the data."
        )


class NonFiniteGradientError(NonFiniteLossError):
    """A task's gradient was NaN or infinite, though its loss was not. Noticed where gradients are balanced.

    Attributes:
        task: The task whose gradient it was; "all tasks together" if only the balanced one was not finite.
        value: The gradient's length.
    """

    what = "gradient"


def training_step(
    state: TrainingState,
    tasks: Mapping[str, Task],
    batch: Batch,
    *,
    rate: float,
    step: int = 1,
    mixed_precision: bool = False,
) -> tuple[Float[Tensor, " K"], Float[Tensor, " K"]]:
    """Predict, weigh the tasks' losses or balance their gradients, propagate back, move the weights.

    The losses come to the CPU to be weighed. A GPU has to wait there once per step, which costs it little: it then
    computes the whole way back while the next batch is made. Balanced gradients cost it a second wait.

    Args:
        state: Model, weighting and optimizer.
        tasks: Task name to task, in the order of the losses.
        batch: Images, and targets for all tasks or, where tasks have images of their own, for some.
        rate: Learning rate.
        step: Number of this step in its epoch, from 1: what an error names.
        mixed_precision: Compute the network in bfloat16.

    Returns:
        The tasks' unweighted losses and their weights λ in this step, `(K,)` each, float64. The loss of a task that
        the batch has no target for is 0.

    Raises:
        NonFiniteLossError: Before the weights are moved.
        NonFiniteGradientError: Likewise, where gradients are balanced.
    """
    batch = batch.to(state.device)
    losses = _losses(state, tasks, batch, mixed_precision)
    values = torch.stack(losses).cpu()
    _check_finite(NonFiniteLossError, state, step, dict(zip(tasks, values.tolist(), strict=True)))
    state.optimizer.zero_grad()
    if isinstance(state.weighting, GradientBalancing):
        weights = _balance(state, state.weighting, tasks, losses, values.detach(), step)
    else:
        weights = _weigh(state, state.weighting, values, step)
    state.optimizer.step(rate)
    if isinstance(state.weighting, LossWeighting) and state.weighting.looks_again:
        state.weighting.see_losses_again(_look_again(state, tasks, batch, mixed_precision))
    return values.detach().double(), weights


def _losses(state: TrainingState, tasks: Mapping[str, Task], batch: Batch, mixed_precision: bool) -> list[Tensor]:
    """Each task's loss on the batch, where the model lies, `()` each; 0 where the batch has no target."""
    wanted = [name for name in tasks if name in batch.targets]
    image = batch.image.contiguous(memory_format=torch.channels_last)
    with torch.autocast(state.device.type, dtype=torch.bfloat16, enabled=mixed_precision):
        outputs = state.model(image) if len(wanted) == len(tasks) else state.model(image, wanted)
    nothing = image.new_zeros(())
    return [
        tasks[name].loss(outputs[name].float(), batch.targets[name]) if name in wanted else nothing for name in tasks
    ]


def _weigh(state: TrainingState, weighting: LossWeighting, losses: Tensor, step: int) -> Tensor:
    """Make one loss of all and propagate it back. Returns λ."""
    total = weighting(losses)
    weights = weighting.weights().double()  # λ of this step: what follows may change it
    _check_finite(NonFiniteLossError, state, step, {"all tasks together": total.item()})
    total.backward()
    return weights


def _balance(
    state: TrainingState,
    balancing: GradientBalancing,
    tasks: Mapping[str, Task],
    losses: Sequence[Tensor],
    values: Tensor,
    step: int,
) -> Tensor:
    """Propagate each loss back by itself and make one gradient of all. Returns λ."""
    gradients = state.gradients(tasks)
    lengths = gradients.propagate(losses)
    _check_finite(NonFiniteGradientError, state, step, dict(zip(tasks, lengths.tolist(), strict=True)))
    gradient, weights = balancing(gradients.matrix, values), balancing.weights()
    _check_finite(NonFiniteGradientError, state, step, {"all tasks together": weights.sum().item()})
    gradients.assign(gradient, balancing.own_weights())
    return weights


def _check_finite(
    error: type[NonFiniteLossError], state: TrainingState, step: int, values: Mapping[str, float]
) -> None:
    for task, value in values.items():
        if not math.isfinite(value):
            raise error(task, state.epoch + 1, step, value)


@torch.no_grad()
def _look_again(state: TrainingState, tasks: Mapping[str, Task], batch: Batch, mixed_precision: bool) -> Tensor:
    """The losses on the batch as the step has left them, `(K,)`, on the CPU.

    The network computes as in training. What that would move is put back: running statistics and the state of the
    global generators, so that a layer such as dropout draws in the next step what it would have drawn.
    """
    before = {name: buffer.clone() for name, buffer in state.model.named_buffers()}
    with torch.random.fork_rng(devices=[state.device] if state.device.type == "cuda" else []):
        losses = torch.stack(_losses(state, tasks, batch, mixed_precision)).cpu()
    for name, buffer in state.model.named_buffers():
        buffer.copy_(before[name])
    return losses
