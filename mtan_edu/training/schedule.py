"""The learning rate as a function of where in the run a step stands. No state, so nothing to save."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping


def one_cycle(position: float) -> float:
    """Up along a cosine from 1/25 to 1 for the first 30 % of the run, then down to 4e-6.

    Args:
        position: 0 for the first step, 1 for the last.

    Returns:
        Factor of the highest rate.

    References:
        Smith, Topin, "Super-convergence", 2018. The numbers are those of `torch.optim.lr_scheduler.OneCycleLR`;
        differs: Adam's momentum stays as it is.
    """
    first, last, top = 1 / 25, 1 / 25e4, 0.3
    if position < top:
        return _cosine(first, 1.0, position / top)
    return _cosine(1.0, last, (position - top) / (1 - top))


def step(position: float) -> float:
    """1 in the first half of the run, 1/2 in the second.

    References:
        Liu et al., CVPR 2019, section 4.1.1: 200 epochs, the rate halved after 100.
    """
    return 1.0 if position < 0.5 else 0.5


def staircase(position: float) -> float:
    """1 in the first sixth of the run, 1/2 in the second, ... 1/32 in the last.

    References:
        Liu et al., CVPR 2019, section 4.2 (Visual Decathlon): 300 epochs, the rate halved every 50.
    """
    return 0.5 ** min(5, int(6 * position))


def constant(position: float) -> float:
    """1 throughout."""
    return 1.0


SCHEDULES: Mapping[str, Callable[[float], float]] = {
    "one_cycle": one_cycle,
    "step": step,
    "staircase": staircase,
    "constant": constant,
}


def _cosine(start: float, end: float, position: float) -> float:
    return end + (start - end) * (1 + math.cos(math.pi * position)) / 2
