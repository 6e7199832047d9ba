"""One step of training: from a batch to moved weights."""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from jaxtyping import Float
from torch import Tensor

from mtan_edu.data.batch import Batch
from mtan_edu.tasks import Task
from mtan_edu.training.state import TrainingState


class NonFiniteLossError(ArithmeticError):
    """A loss was NaN or infinite: training cannot go on, and the model's weights can no longer be trusted.

    Attributes:
        task: The task whose loss it was; "all tasks together" if only their weighted sum was not finite.
        epoch: 1 for the first.
        step: 1 for the epoch's first.
        value: The loss.
    """

    def __init__(self, task: str, epoch: int, step: int, value: float) -> None:
        self.task, self.epoch, self.step, self.value = task, epoch, step, value
        super().__init__(
            f"The loss of {task} must be finite; got {value} in epoch {epoch}, step {step}. "
            "Lower the learning rate, or look for damaged values in the data."
        )


def training_step(
    state: TrainingState,
    tasks: Mapping[str, Task],
    batch: Batch,
    *,
    rate: float,
    step: int = 1,
    mixed_precision: bool = False,
) -> tuple[Float[Tensor, " K"], Float[Tensor, " K"]]:
    """Predict, weigh the tasks' losses, propagate back, move the weights.

    The losses come to the CPU to be weighed. A GPU has to wait there once per step, which costs it little: it then
    computes the whole way back while the next batch is made.

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
    """
    batch = batch.to(state.device)
    wanted = [name for name in tasks if name in batch.targets]
    image = batch.image.contiguous(memory_format=torch.channels_last)
    with torch.autocast(state.device.type, dtype=torch.bfloat16, enabled=mixed_precision):
        outputs = state.model(image) if len(wanted) == len(tasks) else state.model(image, wanted)
    nothing = image.new_zeros(())
    losses = torch.stack(
        [tasks[name].loss(outputs[name].float(), batch.targets[name]) if name in wanted else nothing for name in tasks]
    ).cpu()
    weights = state.weighting.weights().double()  # λ of this step: `step` below may change it
    total = state.weighting(losses)
    for name, value in zip([*tasks, "all tasks together"], [*losses.tolist(), total.item()], strict=True):
        if not math.isfinite(value):
            raise NonFiniteLossError(name, state.epoch + 1, step, value)
    state.optimizer.zero_grad()
    total.backward()
    state.optimizer.step(rate)
    return losses.detach().double(), weights
