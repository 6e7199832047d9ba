"""Statistics of BatchNorms that fit the images at hand, for networks that saw images of several kinds in training."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm


@contextmanager
def recalibrated(model: nn.Module, batches: Iterable[Float[Tensor, "B C H W"]]) -> Iterator[None]:
    """Let a model's BatchNorms normalize by the statistics of these images inside a with-block.

    In training a BatchNorm normalizes each batch by that batch's own mean and variance, and keeps a running average
    of them for later. Where every batch is of one domain, the shared layers' average is a mixture of all domains, or
    little but the last one, and fits none. Here the averages are taken anew, over these images alone: the mean over
    the batches of each batch's mean and variance. At the end of the block the old ones are put back.

        with recalibrated(model, batches):
            measured = evaluate(model, tasks, images)

    Layers that are not in training mode when the model is (a frozen backbone's) keep theirs.

    Args:
        model: Called with one batch after another, without gradients. Inside the block it is in evaluation mode;
            afterwards its mode, weights and statistics are what they were.
        batches: Images such as those that are to follow, `(B, C, H, W)`; at least one batch.

    Yields:
        Nothing.

    Raises:
        ValueError: If there is no batch.

    References:
        Liu et al.'s code for its decathlon trains one more epoch per data set before testing on it, to the same end.
        Differs: no weight is moved.
    """
    was_training = model.training
    norms = [part for part in model.train().modules() if isinstance(part, _BatchNorm) and part.training]
    norms = [norm for norm in norms if norm.running_mean is not None]
    before = [(norm.momentum, [value.clone() for value in norm.buffers()]) for norm in norms]
    try:
        model.eval()
        for norm in norms:
            norm.reset_running_stats()
            norm.momentum = None  # a plain average over all batches
            norm.train()
        _run(model, batches)
        model.eval()
        yield
    finally:
        for norm, (momentum, buffers) in zip(norms, before, strict=True):
            norm.momentum = momentum
            for value, old in zip(norm.buffers(), buffers, strict=True):
                value.copy_(old)
        model.train(was_training)


@torch.no_grad()
def _run(model: nn.Module, batches: Iterable[Tensor]) -> None:
    ran = False
    for images in batches:
        model(images)
        ran = True
    if not ran:
        raise ValueError("`batches` must hold at least one batch of images; got none. Take some of the training set.")
