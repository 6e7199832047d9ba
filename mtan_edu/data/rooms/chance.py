"""Choosing by chance, always from a generator that is handed in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

Option = TypeVar("Option")


def pick(rng: np.random.Generator, options: Sequence[Option], shares: Sequence[float] | None = None) -> Option:
    """One of several options, all equally likely or in proportion to `shares`."""
    if shares is None:
        return options[int(rng.random() * len(options))]
    rest = rng.random() * sum(shares)
    for option, share in zip(options, shares, strict=True):
        rest -= share
        if rest < 0:
            return option
    return options[-1]


def happens(rng: np.random.Generator, chance: float) -> bool:
    """Whether something happens that happens in a share `chance` of all cases."""
    return bool(rng.random() < chance)
