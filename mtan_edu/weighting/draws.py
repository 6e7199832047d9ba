"""Chance that resumes."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn


class Draws(nn.Module):
    """A source of random numbers whose state is two integers: its seed, and how often it was asked.

    The global random state is neither read nor moved.
    """

    seed: Tensor
    calls: Tensor

    def __init__(self, seed: int = 0) -> None:
        """Begin with a seed.

        Raises:
            ValueError: If it is negative.
        """
        super().__init__()
        if seed < 0:
            raise ValueError(f"`seed` must be 0 or above; got {seed}. Any such integer will do, 0 for one.")
        self.register_buffer("seed", torch.tensor(seed))
        self.register_buffer("calls", torch.tensor(0))

    def next_seed(self) -> int:
        """The seed of the next call's generator: 32 bits that follow from (seed, number of the call)."""
        return int(np.random.SeedSequence(int(self.seed), spawn_key=(int(self.calls),)).generate_state(1)[0])

    def generator(self, device: torch.device | str = "cpu") -> torch.Generator:
        """A generator for one step. The next call gives another one."""
        generator = torch.Generator(device).manual_seed(self.next_seed())
        self.calls += 1
        return generator
