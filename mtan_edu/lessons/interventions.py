"""Put other masks in place of those that a network computes, to see what depends on them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from torch import Tensor, nn

from mtan_edu.models import MTAN


@contextmanager
def replaced_masks(model: MTAN, change: Callable[[Tensor], Tensor]) -> Iterator[None]:
    """Change every attention mask inside a with-block.

        with replaced_masks(model, torch.ones_like):  # all gates open: what is left is hard parameter sharing
            outputs = model(images)

    Nothing of the model is changed, and after the block it computes its own masks again.

    Args:
        model: The network.
        change: A mask `(B, C, H, W)` to the mask of the same shape that takes its place.

    Yields:
        Nothing.

    Raises:
        ValueError: In the block, if a changed mask has another shape.
    """

    def put(_module: nn.Module, _inputs: Any, mask: Tensor) -> Tensor:
        changed = change(mask)
        if changed.shape != mask.shape:
            raise ValueError(
                f"`change` must keep the shape {tuple(mask.shape)}; got {tuple(changed.shape)}. Expand what it returns."
            )
        return changed

    handles = [module.register_forward_hook(put) for _, _, module in model.attention_modules()]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
