"""What every loss weighting must do, whatever its formula."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import pytest
import torch
from safetensors.torch import load, save
from torch import Tensor

from mtan_edu.weighting import LossWeighting
from tests.weightings import LOSS_WEIGHTINGS, example

every_weighting = pytest.mark.parametrize("name", LOSS_WEIGHTINGS)

HISTORY = torch.tensor(
    [
        [[4.0, 0.5, 2.0], [3.8, 0.5, 2.1]],
        [[3.0, 0.5, 2.5], [2.9, 0.4, 0.0]],
        [[2.0, 0.4, 2.4], [2.2, 0.3, 2.3]],
        [[1.9, 0.3, 0.0], [1.8, 0.3, 0.0]],
        [[1.7, 0.2, 2.1], [1.6, 0.2, 2.2]],
        [[1.5, 0.2, 2.0], [0.0, 0.1, 1.9]],
        [[1.4, 0.1, 1.8], [1.3, 0.1, 1.7]],
    ],
    dtype=torch.float64,
)
"""Losses of seven epochs of two steps, (epoch, step, K): longer than any warm-up, a few of them exactly 0."""

SUM = {"equal": 3.0, "fixed": 4.0, "dwa": 3.0, "random": 1.0, "famo": 1.0}
"""What the weights of three tasks sum to, where a docstring says so."""


def live(weighting: LossWeighting, history: Tensor = HISTORY) -> LossWeighting:
    """Train through the epochs of `history`, with gradient descent for the parameters of the weighting."""
    for epoch in history:
        for losses in epoch:
            weighting(losses.float().requires_grad_()).backward()
            for parameter in weighting.parameters():
                parameter.data -= 0.1 * parameter.grad
                parameter.grad = None
            if weighting.looks_again:
                weighting.see_losses_again((losses.float() - 0.05).clamp(min=0))
        weighting.end_epoch(epoch.mean(dim=0))
    return weighting


@cache
def state_after_a_life(name: str, order: tuple[int, ...]) -> bytes:
    return save(live(example(name, order), HISTORY[..., list(order)]).state_dict())


def lived(name: str, order: Sequence[int] = range(3)) -> LossWeighting:
    """The weighting of this name after the whole history, its tasks in this order."""
    weighting = example(name, order)
    weighting.load_state_dict(load(state_after_a_life(name, tuple(order))))
    return weighting


def gradients(weighting: LossWeighting, losses: list[float]) -> Tensor:
    """∂L/∂L_k at these losses."""
    given = torch.tensor(losses, requires_grad=True)
    weighting(given).backward()
    return given.grad


@every_weighting
def test_the_total_is_one_finite_number(name: str):
    for weighting in (example(name), lived(name)):
        total = weighting(torch.tensor([1.0, 2.0, 0.0]))
        assert total.shape == ()
        assert total.isfinite()


@every_weighting
@pytest.mark.parametrize("losses", [[1.0, 2.0, 3.0], [0.1, 70.0, 1e-3], [1.0, 0.0, 3.0], [0.0, 0.0, 0.0]])
def test_the_gradient_of_every_loss_is_its_weight(name: str, losses: list[float]):
    for weighting in (example(name), lived(name)):
        assert gradients(weighting, losses).tolist() == pytest.approx(weighting.weights().tolist(), rel=1e-5)


@every_weighting
def test_weights_are_above_0_and_sum_to_what_the_docstring_says(name: str):
    for weighting in (example(name), lived(name)):
        for weights in (weighting.weights(), gradients(weighting, [1.0, 2.0, 0.5])):
            assert (weights > 0).all()
            if name in SUM:
                assert weights.sum().item() == pytest.approx(SUM[name])


@every_weighting
@pytest.mark.parametrize("other", [0.0, 1e-42])
def test_a_task_of_loss_0_leaves_the_others_a_gradient(name: str, other: float):
    for weighting in (example(name), lived(name)):
        first, zero, last = gradients(weighting, [1.0, other, 3.0])
        assert first > 0
        assert last > 0
        assert zero.isfinite()


@every_weighting
def test_weights_stay_finite_when_a_task_has_loss_0_throughout(name: str):
    history = HISTORY.clone()
    history[..., 1] = 0
    weighting = live(example(name), history)
    assert weighting.weights().isfinite().all()
    first, _, last = gradients(weighting, [1.0, 0.0, 3.0])
    assert min(first, last) > 0


@every_weighting
def test_gradients_reach_every_parameter(name: str):
    weighting = lived(name)
    weighting(torch.tensor([1.0, 2.0, 3.0], requires_grad=True)).backward()
    assert all(parameter.grad.abs().min() > 0 for parameter in weighting.parameters())


@every_weighting
def test_weights_carry_no_gradient_and_are_no_hold_on_the_state(name: str):
    weighting = lived(name)
    weights = weighting.weights()
    assert not weights.requires_grad
    weights.fill_(-1.0)
    assert (weighting.weights() > 0).all()


@every_weighting
def test_no_state_holds_on_to_a_graph(name: str):
    weighting = lived(name)
    weighting(torch.tensor([1.0, 2.0, 3.0], requires_grad=True))
    assert not any(value.requires_grad for value in weighting.state_dict().values())


@every_weighting
def test_state_dict_resumes_it_bit_for_bit_after_any_number_of_epochs(name: str):
    whole = example(name)
    for epoch in HISTORY:
        resumed = example(name)
        resumed.load_state_dict(load(save(whole.state_dict())))
        assert torch.equal(resumed.weights(), whole.weights())
        for weighting in (whole, resumed):
            live(weighting, epoch[None])
        assert save(resumed.state_dict()) == save(whole.state_dict())


@every_weighting
def test_state_dict_resumes_it_between_a_step_and_its_second_look(name: str):
    whole, resumed = lived(name), example(name)
    losses = torch.tensor([1.0, 2.0, 0.0])
    whole(losses)
    resumed.load_state_dict(load(save(whole.state_dict())))
    for weighting in (whole, resumed):
        weighting.see_losses_again(0.9 * losses)
    assert torch.equal(gradients(resumed, [3.0, 1.0, 2.0]), gradients(whole, [3.0, 1.0, 2.0]))


@every_weighting
def test_permuting_the_tasks_permutes_the_weights(name: str):
    if name == "random":
        pytest.skip("a draw belongs to a position: test_random_loss_weighting.py says how")
    order = [2, 0, 1]
    assert lived(name, order).weights().tolist() == pytest.approx(lived(name).weights()[order].tolist())


@every_weighting
@pytest.mark.parametrize("count", [1, 2, 5])
def test_any_number_of_tasks_works(name: str, count: int):
    history = torch.cat([HISTORY, HISTORY + 1], dim=-1)[..., :count]
    weighting = live(example(name, range(count)), history)
    assert weighting(torch.full((count,), 2.0)).isfinite()
    assert weighting.weights().shape == (count,)
    assert (weighting.weights() > 0).all()


@every_weighting
def test_losses_keep_their_precision(name: str):
    for dtype in (torch.float64, torch.float32):
        assert lived(name)(torch.ones(3, dtype=dtype)).dtype == dtype


@every_weighting
def test_a_loss_that_is_not_a_number_is_not_hidden(name: str):
    assert lived(name)(torch.tensor([1.0, torch.nan, 2.0])).isnan()


@every_weighting
@pytest.mark.parametrize("number", [1, 2, 4])
def test_a_loss_too_few_or_too_many_is_refused(name: str, number: int):
    weighting = example(name)
    calls = {"losses": weighting, "mean_losses": weighting.end_epoch}
    for argument, call in {**calls, "losses ": weighting.see_losses_again}.items():
        sentence = rf"`{argument.strip()}` must have shape \(3,\), one loss per task; got \({number},\)"
        with pytest.raises(ValueError, match=sentence):
            call(torch.ones(number))


@every_weighting
def test_only_those_that_look_again_hear_of_losses_after_the_step(name: str):
    weighting = lived(name)
    before = weighting.weights()
    weighting.see_losses_again(torch.tensor([0.5, 2.0, 4.0]))
    assert torch.equal(weighting.weights(), before) is not weighting.looks_again


@every_weighting
def test_moving_it_moves_what_it_has_learned_but_spoils_nothing_that_it_remembers(name: str):
    weighting = lived(name)
    before = {name: value.clone() for name, value in weighting.named_buffers()}
    weighting.half().to(torch.bfloat16).float()
    assert all(torch.equal(value, before[name]) for name, value in weighting.named_buffers())
