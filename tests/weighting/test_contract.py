"""What every loss weighting must do, whatever its formula."""

from __future__ import annotations

import pytest
import torch
from safetensors.torch import load, save

from mtan_edu.weighting import LossWeighting, available, build_weighting

every_weighting = pytest.mark.parametrize("name", available())

TASKS = ("a", "b", "c")
HISTORY = torch.tensor([[4.0, 0.5, 2.0], [3.0, 0.5, 2.5], [2.0, 0.4, 2.4]], dtype=torch.float64)
"""Mean losses of three epochs, (epoch, K)."""


def trained(name: str, history: torch.Tensor = HISTORY) -> LossWeighting:
    """A weighting that has lived through the epochs of `history`, one step of gradient descent in each."""
    weighting = build_weighting(name, [f"task {k}" for k in range(history.shape[1])])
    for losses in history:
        total = weighting(losses.clone().requires_grad_())
        total.backward()
        for parameter in weighting.parameters():
            parameter.data -= 0.1 * parameter.grad
            parameter.grad = None
        weighting.end_epoch(losses)
    return weighting


@every_weighting
def test_the_total_is_one_finite_number(name: str):
    total = trained(name)(torch.tensor([1.0, 2.0, 0.0]))
    assert total.shape == ()
    assert total.isfinite()


@every_weighting
def test_the_gradient_of_every_loss_is_its_weight_and_above_0(name: str):
    weighting = trained(name)
    losses = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    weighting(losses).backward()
    torch.testing.assert_close(losses.grad, weighting.weights().float())
    assert (losses.grad > 0).all()


@every_weighting
def test_gradients_reach_every_parameter(name: str):
    weighting = trained(name)
    weighting(torch.tensor([1.0, 2.0, 3.0], requires_grad=True)).backward()
    assert all(parameter.grad.abs().min() > 0 for parameter in weighting.parameters())


@every_weighting
def test_weights_carry_no_gradient(name: str):
    assert not trained(name).weights().requires_grad


@every_weighting
@pytest.mark.parametrize("epochs", [0, 1, 2, 3])
def test_state_dict_resumes_it_bit_for_bit(name: str, epochs: int):
    original = trained(name, HISTORY[:epochs])
    resumed = build_weighting(name, TASKS)
    resumed.load_state_dict(load(save(original.state_dict())))
    for mean_losses in (torch.tensor([1.0, 0.2, 2.2]), torch.tensor([0.7, 0.3, 0.9])):
        assert torch.equal(resumed.weights(), original.weights())
        original.end_epoch(mean_losses)
        resumed.end_epoch(mean_losses)
    assert torch.equal(resumed.weights(), original.weights())


@every_weighting
def test_permuting_the_tasks_permutes_the_weights(name: str):
    order = [2, 0, 1]
    torch.testing.assert_close(trained(name, HISTORY[:, order]).weights(), trained(name).weights()[order])


@every_weighting
def test_one_task_works(name: str):
    weighting = trained(name, HISTORY[:, :1])
    assert weighting.weights().shape == (1,)
    assert weighting(torch.tensor([2.0])).isfinite()


@every_weighting
def test_an_epoch_without_loss_does_no_harm(name: str):
    weighting = trained(name)
    for mean_losses in ([1.0, 0.0, 2.0], [1.0, 0.0, 2.0], [1.0, 3.0, 2.0]):
        weighting.end_epoch(torch.tensor(mean_losses))
        assert weighting.weights().isfinite().all()


@every_weighting
def test_losses_keep_their_precision(name: str):
    assert trained(name)(torch.ones(3, dtype=torch.float64)).dtype == torch.float64
    assert trained(name)(torch.ones(3)).dtype == torch.float32


@every_weighting
@pytest.mark.parametrize("number", [1, 2, 4])
def test_a_loss_too_few_or_too_many_is_refused(name: str, number: int):
    weighting = build_weighting(name, TASKS)
    with pytest.raises(ValueError, match=rf"`losses` must have shape \(3,\), one loss per task; got \({number},\)"):
        weighting(torch.ones(number))
    with pytest.raises(
        ValueError, match=rf"`mean_losses` must have shape \(3,\), one loss per task; got \({number},\)"
    ):
        weighting.end_epoch(torch.ones(number))


@every_weighting
def test_without_tasks_there_is_nothing_to_weight(name: str):
    with pytest.raises(ValueError, match="`num_tasks` must be at least 1; got 0"):
        build_weighting(name, [])


@every_weighting
def test_only_those_that_look_again_hear_of_losses_after_the_step(name: str):
    weighting = trained(name)
    before = weighting.weights()
    weighting.see_losses_again(torch.tensor([0.5, 2.0, 4.0]))
    assert torch.equal(weighting.weights(), before) is not weighting.looks_again
