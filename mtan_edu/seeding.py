"""One seed for every generator that a program may draw from by accident."""

from __future__ import annotations

import random

import numpy as np
import torch


def seed_everything(seed: int, *further: int) -> None:
    """Seed the global generators of Python, NumPy and torch (on every device).

    The library itself draws from generators that are passed to it. The global ones matter to layers such as
    dropout, and to what a reader adds in a notebook.

    Args:
        seed: Any integer from 0.
        further: More integers that belong to the seed, such as the epoch. Different lists give unrelated streams.

    Raises:
        ValueError: If a number is negative.
    """
    if min(seed, *further, 0) < 0:
        raise ValueError(f"`seed` must be 0 or above; got {[seed, *further]}. Any such integer will do, 0 for one.")
    words = np.random.SeedSequence(seed, spawn_key=further).generate_state(4)
    random.seed(int(words[0]))
    np.random.seed(int(words[1]))  # noqa: NPY002 - the global generator is what this is about
    torch.manual_seed(int(words[2]) << 32 | int(words[3]))
