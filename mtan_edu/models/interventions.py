"""Put other masks in place of those that a network computes, to see what depends on them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from mtan_edu.models.attention import AttentionModule
from mtan_edu.models.checks import check_known
from mtan_edu.models.mtan import MTAN

Change = Callable[[Tensor], Tensor]
"""From a mask `(B, C, H, W)` to the mask of the same shape that takes its place."""


def open_everywhere(mask: Float[Tensor, "B C H W"]) -> Float[Tensor, "B C H W"]:
    """1 for every channel and pixel: the task gets all shared features, as in hard parameter sharing."""
    return torch.ones_like(mask)


def same_at_every_pixel(mask: Float[Tensor, "B C H W"]) -> Float[Tensor, "B C H W"]:
    """Every channel's mean over its pixels: what weighs channels is kept, the *where* is lost."""
    return mask.mean(dim=(2, 3), keepdim=True).expand_as(mask)


def of_another_image(mask: Float[Tensor, "B C H W"]) -> Float[Tensor, "B C H W"]:
    """The mask that belongs to the image before in the batch, the first gets the last one's. Needs two images."""
    return mask.roll(1, dims=0)


def scaled(factor: float) -> Change:
    """A change that multiplies masks.

    Args:
        factor: 0 closes every gate, 1 changes nothing. Above 1 a mask may leave [0, 1].

    Raises:
        ValueError: If `factor` is negative or not finite.
    """
    if not 0 <= factor < float("inf"):
        raise ValueError(f"`factor` must be at least 0 and finite; got {factor}. 0 closes every gate.")
    return partial(torch.mul, factor)


@contextmanager
def intervene(
    model: nn.Module, change: Change, *, tasks: Sequence[str] | None = None, stages: Sequence[str] | None = None
) -> Iterator[None]:
    """Change attention masks inside a with-block.

        with intervene(model, open_everywhere, tasks=["depth"], stages=["decoder_1"]):
            outputs = model(images)

    What a task computes after a changed mask follows from it: its later masks see other features, and change too.
    The model itself stays as it is, and computes its own masks again after the block, also after an exception.
    Blocks can be nested; the outer change is made first.

    Args:
        model: An MTAN.
        change: From a mask `(B, C, H, W)` to the one that takes its place.
        tasks: Whose masks; None = every task's.
        stages: At which stages; None = at all.

    Yields:
        Nothing.

    Raises:
        TypeError: If the model has no attention modules.
        ValueError: If the model has no such task or stage; in the block, if a changed mask has another shape.
    """
    chosen = [module for _, _, module in _chosen(model, tasks, stages)]
    handles = [module.register_forward_hook(partial(_put, change)) for module in chosen]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


@contextmanager
def swap_masks(model: nn.Module, takes: Mapping[str, str], *, stages: Sequence[str] | None = None) -> Iterator[None]:
    """Let tasks look through the masks of other tasks inside a with-block.

        with swap_masks(model, {"depth": "normal", "normal": "depth"}):
            outputs = model(images)

    The masks are those that the undisturbed network computes for the same images: before each forward pass another
    one, without gradients, collects them. It would move the running statistics of a network in training mode: such a
    network is refused. Hooks of others, `record_masks` too, see both passes.

    Args:
        model: An MTAN in evaluation mode.
        takes: Task name to the task whose masks it gets.
        stages: At which stages; None = at all.

    Yields:
        Nothing.

    Raises:
        TypeError: If the model has no attention modules.
        ValueError: If the model has no such task or stage, or is in training mode.
    """
    network = _attending(model)
    if network.training:
        raise ValueError("`model` must be in evaluation mode; got training mode. Call `model.eval()` first.")
    for task in takes.values():
        check_known("takes", task, network.tasks)
    masks: dict[tuple[str, str], Tensor] = {}
    collecting = False

    def collect(_module: nn.Module, inputs: tuple[Any, ...], _named: dict[str, Any]) -> None:
        nonlocal collecting
        collecting = True
        try:
            with torch.no_grad():
                network.features(inputs[0], sorted(set(takes.values())))
        finally:
            collecting = False

    def keep_or_put(name: tuple[str, str], _module: nn.Module, _inputs: Any, mask: Tensor) -> Tensor | None:
        task, stage = name
        if collecting:
            masks[name] = mask
            return None
        return masks[takes[task], stage] if task in takes else None

    modules = _chosen(model, sorted({*takes, *takes.values()}), stages)
    handles = [module.register_forward_hook(partial(keep_or_put, (task, stage))) for task, stage, module in modules]
    handles.append(network.register_forward_pre_hook(collect, with_kwargs=True))
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _put(change: Change, _module: nn.Module, _inputs: Any, mask: Tensor) -> Tensor:
    changed = change(mask)
    if changed.shape != mask.shape:
        raise ValueError(
            f"`change` must keep the shape {tuple(mask.shape)}; got {tuple(changed.shape)}. Expand what it returns."
        )
    return changed


def _attending(model: nn.Module) -> MTAN:
    if not isinstance(model, MTAN):
        raise TypeError(
            f"`model` must have attention modules; got {type(model).__name__}. An MTAN has one per task and stage."
        )
    return model


def _chosen(
    model: nn.Module, tasks: Sequence[str] | None, stages: Sequence[str] | None
) -> list[tuple[str, str, AttentionModule]]:
    network = _attending(model)
    for task in tasks or ():
        check_known("tasks", task, network.tasks)
    for stage in stages or ():
        check_known("stages", stage, tuple(network.backbone.stage_channels))
    return [
        (task, stage, module)
        for task, stage, module in network.attention_modules()
        if (tasks is None or task in tasks) and (stages is None or stage in stages)
    ]
