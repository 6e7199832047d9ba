"""Sentences for targets that do not fit their predictions: checked once, at the door of losses and metrics."""

from __future__ import annotations

import torch
from torch import Tensor

from mtan_edu.data import IGNORE_LABEL


def check_same_shape(prediction: Tensor, target: Tensor) -> None:
    """Refuse shapes that torch would silently broadcast against each other.

    Raises:
        ValueError: If the two differ in shape.
    """
    if prediction.shape != target.shape:
        raise ValueError(
            f"`target` must have the prediction's shape {tuple(prediction.shape)}; got {tuple(target.shape)}. "
            "Give both as (B, C, H, W) with equal sizes."
        )


def check_labels(logits: Tensor, target: Tensor) -> None:
    """Refuse labels that do not lie over the scores or name classes that have none.

    Scores are those of pixels, `(B, N, H, W)`, or of whole images, `(B, N)`.

    A wrong label kills a CUDA context without saying why, so it is looked for on every device. The price is one
    wait for the device; a training step waits anyway, to see that its losses are finite.

    Raises:
        ValueError: If the shapes do not fit, or a label is neither a class nor IGNORE_LABEL.
        TypeError: If the labels are not integers.
    """
    if logits.ndim == 2 and target.shape != (len(logits),):
        raise ValueError(
            f"`target` must have shape (B,) for logits (B, N); got {tuple(target.shape)} for {tuple(logits.shape)}. "
            "Give one label per image."
        )
    if logits.ndim != 2 and (logits.ndim != 4 or target.shape != (len(logits), *logits.shape[2:])):
        raise ValueError(
            f"`target` must have shape (B, H, W) for logits (B, N, H, W); got {tuple(target.shape)} for "
            f"{tuple(logits.shape)}. Give one label per pixel, without a channel axis."
        )
    if target.is_floating_point():
        raise TypeError(f"`target` must hold integers; got {target.dtype}. Load the label map as int64.")
    if target.numel() == 0:
        return
    lowest, highest = torch.stack(torch.aminmax(target)).tolist()
    last = logits.shape[1] - 1
    if lowest < IGNORE_LABEL or highest > last:
        raise ValueError(
            f"`target` must hold labels from 0 to {last}, or {IGNORE_LABEL} where unknown; got labels from {lowest} "
            f"to {highest}. Look for the damaged labels with `mtan-edu data check`, or give the task more classes."
        )
