from __future__ import annotations

import random

import numpy as np
import pytest
import torch

from mtan_edu.seeding import seed_everything


def draws(*seed: int) -> tuple[float, float, float]:
    seed_everything(*seed)
    return random.random(), float(np.random.random()), float(torch.rand(()))  # noqa: NPY002 - what is tested


def test_the_same_seed_draws_the_same_from_every_global_generator() -> None:
    assert draws(3) == draws(3)


def test_another_seed_or_another_epoch_draws_something_else() -> None:
    drawn = [draws(3), draws(4), draws(3, 0), draws(3, 1), draws(3, 1, 0)]
    assert all(len(set(column)) == len(drawn) for column in zip(*drawn, strict=True))


def test_a_negative_seed_is_refused() -> None:
    with pytest.raises(ValueError, match=r"`seed` must be 0 or above; got \[0, -1\]"):
        seed_everything(0, -1)
