from __future__ import annotations

from functools import cache

import pytest
import torch
from safetensors.torch import load, save

from mtan_edu.weighting import RandomLossWeighting


def draws(weighting: RandomLossWeighting, count: int) -> torch.Tensor:
    """The weights of some calls, `(count, K)`."""
    rows = []
    for _ in range(count):
        weighting(torch.ones(weighting.num_tasks))
        rows.append(weighting.weights())
    return torch.stack(rows)


def test_every_call_draws_anew_and_looking_does_not():
    weighting = RandomLossWeighting(3)
    first, second = draws(weighting, 2)
    assert not torch.equal(first, second)
    assert torch.equal(weighting.weights(), second)


@cache
def long_run(seed: int) -> torch.Tensor:
    """The weights of 400 calls for four tasks, `(400, 4)`."""
    return draws(RandomLossWeighting(4, seed), 400)


def test_they_are_a_softmax_of_standard_normal_numbers():
    logits = long_run(0).log()
    difference = logits[:, 0] - logits[:, 1]  # of two independent N(0, 1): N(0, 2)
    assert difference.mean().item() == pytest.approx(0, abs=0.25)
    assert difference.var().item() == pytest.approx(2, abs=0.5)


def test_all_positions_are_alike_in_the_long_run():
    assert long_run(0).mean(dim=0).tolist() == pytest.approx([0.25] * 4, abs=0.03)
    assert long_run(0).std(dim=0).tolist() == pytest.approx([long_run(0).std(dim=0).mean().item()] * 4, rel=0.1)


def test_draws_of_neighboring_steps_and_seeds_have_nothing_in_common():
    for pair in ((long_run(0)[:-1, 0], long_run(0)[1:, 0]), (long_run(0)[:, 0], long_run(1)[:, 0])):
        assert torch.corrcoef(torch.stack(pair))[0, 1].item() == pytest.approx(0, abs=0.15)


def test_the_global_random_state_neither_matters_nor_changes():
    torch.manual_seed(0)
    first = draws(RandomLossWeighting(3, seed=7), 3)
    after = torch.rand(2)
    torch.manual_seed(0)
    assert torch.equal(torch.rand(2), after)
    assert torch.equal(draws(RandomLossWeighting(3, seed=7), 3), first)


def test_a_resumed_one_goes_on_with_the_seed_it_was_saved_with():
    original, resumed = RandomLossWeighting(3, seed=7), RandomLossWeighting(3, seed=8)
    draws(original, 5)
    resumed.load_state_dict(load(save(original.state_dict())))
    assert torch.equal(draws(resumed, 3), draws(original, 3))


def test_a_draw_belongs_to_a_position_not_to_a_task():
    losses = torch.tensor([1.0, 10.0, 100.0])
    first, second = RandomLossWeighting(3), RandomLossWeighting(3)
    first(losses)
    second(losses.flip(0))
    assert torch.equal(first.weights(), second.weights())


def test_the_seed_is_at_least_0():
    with pytest.raises(ValueError, match="`seed` must be 0 or above; got -1"):
        RandomLossWeighting(3, seed=-1)
