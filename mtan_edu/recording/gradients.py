"""See where tasks pull the shared parameters in different directions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TypeVar

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from mtan_edu.models.multi_task import MultiTaskModel
from mtan_edu.models.parameter_groups import shared_groups
from mtan_edu.records import GradientRecord

T = TypeVar("T")

Weigher = Callable[[Tensor, Tensor], Tensor]
"""Gradients of the tasks on all shared parameters `(K, P)` and losses `(K,)` to the weights λ, `(K,)`."""


def record_gradients(
    model: MultiTaskModel,
    losses: Callable[[T], Mapping[str, Tensor]],
    batches: Iterable[T],
    *,
    weights: Weigher | None = None,
    epoch: int | None = None,
) -> GradientRecord:
    """Measure every task's gradient on the shared parameters, part by part of the network, batch by batch.

        def losses(batch):
            outputs = model(batch.image)
            return {name: task.loss(outputs[name], batch.targets[name]) for name, task in tasks.items()}

        record_gradients(model, losses, batches).cosines("semantic", "depth", "encoder_1")

    One way back per task, from its own unweighted loss to all shared parameters at once: exact for any model, also
    where features of one stage are computed from those of another. Nothing is changed: no step is made, `.grad` stays
    as it is, the running statistics of BatchNorms are put back, and so are torch's random numbers. The model stays in
    the mode that it is in; in training mode the gradients are those that training would follow.

    Args:
        model: The model. Shared parameters that are frozen are left out.
        losses: A batch to task name to loss `()`, computed with the model; the tasks' order is the record's.
        batches: What to compute the losses of: one step each.
        weights: What the method of the training would make of such gradients and losses; None = 1 for every task.
            It must not remember the call: hand over a copy.
        epoch: Epochs trained; 0 = untrained, None = unknown.

    Returns:
        Their scalar products. Parts of the network to which no loss leads are left out.

    Raises:
        ValueError: If there is no batch, no shared parameter is trainable, or no loss leads to one.
    """
    groups = _trainable(shared_groups(model))
    parameters = [parameter for of in groups.values() for parameter in of]
    sizes = [sum(parameter.numel() for parameter in of) for of in groups.values()]
    tasks: tuple[str, ...] = ()
    products, values, lambdas = [], [], []
    with _unchanged(model), torch.enable_grad():
        for batch in batches:
            of_tasks = losses(batch)
            tasks = tuple(of_tasks)
            gradients = _gradients(list(of_tasks.values()), parameters)  # (K, P)
            measured = torch.stack([loss.detach() for loss in of_tasks.values()]).double().cpu()
            products.append(torch.stack([_products(part) for part in gradients.split(sizes, dim=1)]).cpu())
            values.append(measured)
            lambdas.append(torch.ones(len(tasks)) if weights is None else weights(gradients, measured).detach().cpu())
    if not products:
        raise ValueError("`batches` must hold at least one batch; got none. Pass some of the training images.")
    reached = torch.stack(products).diagonal(dim1=2, dim2=3).sum(dim=(0, 2)) != 0  # (G,); NaN is kept, to be seen
    if not reached.any():
        raise ValueError("`losses` must be computed with the model's shared parameters; got none that depends on one.")
    return GradientRecord(
        tasks=tasks,
        groups=tuple(name for name, kept in zip(groups, reached.tolist(), strict=True) if kept),
        products=torch.stack(products)[:, reached].numpy(),
        losses=torch.stack(values).numpy(),
        weights=np.stack([row.double().numpy() for row in lambdas]),
        epoch=epoch,
    )


def _trainable(groups: Mapping[str, Mapping[str, nn.Parameter]]) -> dict[str, list[nn.Parameter]]:
    kept = {group: [p for p in of.values() if p.requires_grad] for group, of in groups.items()}
    kept = {group: of for group, of in kept.items() if of}
    if not kept:
        raise ValueError(
            "`model` must share parameters that are trained; got none. A single-task network shares nothing, and a "
            "frozen one trains nothing."
        )
    return kept


def _gradients(losses: Sequence[Tensor], parameters: Sequence[nn.Parameter]) -> Float[Tensor, "K P"]:
    """Of every loss on all parameters; 0 where none leads."""
    rows = []
    for place, loss in enumerate(losses):
        last = place == len(losses) - 1
        parts = torch.autograd.grad(loss, parameters, retain_graph=not last, allow_unused=True)
        flat = [
            torch.zeros_like(parameter) if part is None else part
            for part, parameter in zip(parts, parameters, strict=True)
        ]
        rows.append(torch.cat([part.reshape(-1) for part in flat]))
    return torch.stack(rows)


def _products(gradients: Float[Tensor, "K P"]) -> Float[Tensor, "K K"]:
    """Scalar products in float64."""
    exact = gradients.double() if gradients.device.type != "mps" else gradients.cpu().double()
    return exact @ exact.T


@contextmanager
def _unchanged(model: nn.Module) -> Iterator[None]:
    """Put buffers and torch's random numbers back as they were."""
    saved = [(buffer, buffer.detach().clone()) for buffer in model.buffers()]
    devices = {parameter.device for parameter in model.parameters() if parameter.device.type == "cuda"}
    with torch.random.fork_rng(devices=sorted(device.index or 0 for device in devices)):
        try:
            yield
        finally:
            with torch.no_grad():
                for buffer, before in saved:
                    buffer.copy_(before)
