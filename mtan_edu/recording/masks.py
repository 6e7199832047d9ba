"""See what a network attends to: collect the masks that it computes anyway."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from mtan_edu.models.mtan import MTAN
from mtan_edu.records import MaskRecord


class RecordedMasks:
    """The attention masks of every forward pass inside a `record_masks` block.

    Args:
        names: The (task, stage) pairs that will report, in the order in which they shall be listed.
        max_side: Longest side that a kept map may have [pixels]; None keeps maps as they are.
    """

    def __init__(self, names: list[tuple[str, str]], max_side: int | None = None) -> None:
        self._parts: dict[tuple[str, str], list[Tensor]] = {name: [] for name in names}
        self._max_side = max_side

    @property
    def masks(self) -> dict[str, dict[str, Tensor]]:
        """Task name to stage name to masks, `(B, C, h, w)`, in [0, 1], on the CPU.

        The images of several forward passes stand one after another along B. A task or stage that did not run is
        left out.

        Raises:
            ValueError: If nothing ran yet, or the passes saw images of different sizes.
        """
        masks: dict[str, dict[str, Tensor]] = {}
        for (task, stage), parts in self._parts.items():
            if parts:
                masks.setdefault(task, {})[stage] = _concatenate(parts)
        if not masks:
            raise ValueError(
                "`record_masks` must see at least one forward pass; got none. Call the model inside the with-block."
            )
        return masks

    def record(self, images: Float[Tensor, "B 3 H W"], epoch: int | None = None) -> MaskRecord:
        """Make a record that can be saved, and drawn without torch.

        Args:
            images: The images that the model saw, colors in [0, 1], `(B, 3, H, W)`; those of all passes, in order.
            epoch: Epochs trained; 0 = untrained, None = unknown.

        Returns:
            The images as 8-bit colors, and the masks as round(255 a) in 8 bits. Masks with a value that is not a
            number, or lies outside [0, 1], are kept as 16-bit floating point, so that a figure can show it.

        Raises:
            ValueError: If nothing ran yet, or the number of images is not the number of masks.
        """
        masks = self.masks
        counts = {len(mask) for stages in masks.values() for mask in stages.values()}
        if counts != {len(images)}:
            raise ValueError(
                f"`images` must be the {' or '.join(map(str, sorted(counts)))} that the model saw; got {len(images)}. "
                "Concatenate the images of all forward passes inside the block."
            )
        return MaskRecord(
            images=_to_colors(images),
            masks={task: {stage: _quantize(mask) for stage, mask in of.items()} for task, of in masks.items()},
            epoch=epoch,
        )

    def _keep(self, name: tuple[str, str], _module: nn.Module, _inputs: Any, mask: Tensor) -> None:
        """The hook. It returns nothing, so that torch goes on with the module's own output."""
        kept = mask.detach()
        if self._max_side is not None:
            kept = pool_to(kept, self._max_side)
        self._parts[name].append(kept.cpu())


@contextmanager
def record_masks(model: nn.Module, *, max_side: int | None = None) -> Iterator[RecordedMasks]:
    """Collect the attention masks that a model computes inside a with-block.

        with record_masks(model) as recorded:
            model(images)
        recorded.masks["depth"]["encoder_1"]  # (B, C, H, W)

    The model is not changed: its attention modules get forward hooks, which are removed at the end of the block,
    also after an exception. Outputs and gradients are bit-equal with and without. It works in training and in
    evaluation mode; several forward passes are concatenated.

    Args:
        model: An MTAN, or a module that holds one.
        max_side: Keep maps pooled by area averages so that neither side is longer [pixels]. Masks of big images
            need much memory: at 288x384, the paper's widths and three tasks, 290 MB per image.

    Yields:
        What was recorded; it stays readable after the block.

    Raises:
        ValueError: If the model has no attention modules, or `max_side` is below 1.
    """
    if max_side is not None and max_side < 1:
        raise ValueError(f"`max_side` must be above 0 pixels; got {max_side}. None keeps the maps as they are.")
    modules = [found for part in model.modules() if isinstance(part, MTAN) for found in part.attention_modules()]
    if not modules:
        raise ValueError(
            f"`model` must have attention modules; got {type(model).__name__}, which has none. "
            "An MTAN has one per task and stage."
        )
    recorded = RecordedMasks([(task, stage) for task, stage, _ in modules], max_side)
    handles = [module.register_forward_hook(partial(recorded._keep, (task, stage))) for task, stage, module in modules]
    try:
        yield recorded
    finally:
        for handle in handles:
            handle.remove()


def pool_to(maps: Float[Tensor, "B C H W"], max_side: int) -> Float[Tensor, "B C h w"]:
    """Shrink maps by area averages so that neither side is longer than `max_side`; keep the aspect ratio.

    Args:
        maps: `(B, C, H, W)`.
        max_side: Longest side allowed [pixels].

    Returns:
        `(B, C, h, w)`; the maps themselves if they are small enough.
    """
    height, width = maps.shape[-2:]
    longest = max(height, width)
    if longest <= max_side:
        return maps
    rows, columns = (max(1, round(side * max_side / longest)) for side in (height, width))
    return F.adaptive_avg_pool2d(maps, (rows, columns))


def _concatenate(parts: list[Tensor]) -> Tensor:
    sizes = {tuple(part.shape[1:]) for part in parts}
    if len(sizes) > 1:
        raise ValueError(
            f"The forward passes inside `record_masks` must see images of one size; got masks of {sorted(sizes)}. "
            "Use one block per image size."
        )
    return torch.cat(parts)


def _to_colors(images: Tensor) -> np.ndarray:
    """Colors in [0, 1], `(B, 3, H, W)`, as uint8 `(B, H, W, 3)`."""
    levels = torch.nan_to_num(images.detach().float()).clamp(0, 1) * 255
    return levels.round().to(torch.uint8).permute(0, 2, 3, 1).contiguous().cpu().numpy()


def _quantize(mask: Tensor) -> np.ndarray:
    """Masks as uint8, 255 = 1.0; as float16 if a value is not in [0, 1]."""
    if not bool(((mask >= 0) & (mask <= 1)).all()):
        return mask.to(torch.float16).numpy()
    return (mask.double() * 255).round().to(torch.uint8).numpy()
