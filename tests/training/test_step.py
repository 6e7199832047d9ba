from __future__ import annotations

from typing import ClassVar

import pytest
import torch
from torch import Tensor, nn

from mtan_edu.data import Batch, collate
from mtan_edu.tasks import dense_tasks
from mtan_edu.training import NonFiniteGradientError, NonFiniteLossError, TrainingConfig, TrainingState
from mtan_edu.training.step import training_step
from mtan_edu.weighting import (
    EqualWeighting,
    GradientBalancing,
    LossWeighting,
    MultipleGradientDescent,
    ScaleInvariantWeighting,
    UncertaintyWeighting,
)
from tests.tiny_runs import random_splits, tiny_model

TASKS = dense_tasks()
CONFIG = TrainingConfig(threads=1, device="cpu")


@pytest.fixture
def batch() -> Batch:
    frames = random_splits().train
    return collate([frames[0], frames[1]])


def test_a_step_moves_every_parameter_of_model_and_weighting(batch: Batch) -> None:
    state = TrainingState(tiny_model(), UncertaintyWeighting(3), CONFIG)
    before = {name: value.detach().clone() for name, value in state.optimizer.parameters.items()}
    losses, weights = training_step(state, TASKS, batch, rate=1e-3)
    still = [name for name, value in state.optimizer.parameters.items() if torch.equal(value, before[name])]
    # what a BatchNorm subtracts again has gradient 0 up to rounding, and sometimes exactly
    assert not [name for name in still if not name.endswith("bias")]
    assert losses.shape == weights.shape == (3,)
    assert weights.tolist() == pytest.approx([0.82436] * 3, abs=1e-5)  # 1 / (2 exp(-0.5)): those of before the step


def test_weights_that_follow_from_the_losses_are_those_of_this_step(batch: Batch) -> None:
    state = TrainingState(tiny_model(), ScaleInvariantWeighting(3), CONFIG)
    for _ in range(2):
        losses, weights = training_step(state, TASKS, batch, rate=1e-2)
        assert (losses * weights).tolist() == pytest.approx([1.0] * 3)


def test_losses_are_unweighted(batch: Batch) -> None:
    model = tiny_model()
    losses, _ = training_step(TrainingState(model, UncertaintyWeighting(3), CONFIG), TASKS, batch, rate=1e-3)
    with torch.no_grad():
        outputs = tiny_model()(batch.image)
    expected = [task.loss(outputs[name], batch.targets[name]).item() for name, task in TASKS.items()]
    assert losses.tolist() == pytest.approx(expected, rel=1e-5)


def test_a_batch_with_targets_for_one_task_trains_that_task_and_what_is_shared(batch: Batch) -> None:
    state = TrainingState(tiny_model(), EqualWeighting(3), CONFIG)
    before = {name: value.detach().clone() for name, value in state.model.named_parameters()}
    losses, _ = training_step(state, TASKS, Batch(batch.image, {"depth": batch.targets["depth"]}), rate=1e-3)
    assert [loss > 0 for loss in losses.tolist()] == [False, True, False]
    moved = [name for name, value in state.model.named_parameters() if not torch.equal(value, before[name])]
    assert not [name for name in moved if "semantic" in name or "normal" in name]
    assert any("depth" in name for name in moved)
    assert any("backbone" in name for name in moved)


def test_a_loss_that_is_not_finite_stops_before_the_weights_move(batch: Batch) -> None:
    depth = batch.targets["depth"].clone()
    depth[1, 0, 3, 5] = float("nan")
    damaged = Batch(batch.image, {**batch.targets, "depth": depth})
    state = TrainingState(tiny_model(), EqualWeighting(3), CONFIG)
    state.epoch = 4
    before = [value.detach().clone() for value in state.model.parameters()]
    with pytest.raises(NonFiniteLossError, match="loss of depth must be finite; got nan in epoch 5, step 7") as raised:
        training_step(state, TASKS, damaged, rate=1e-3, step=7)
    assert (raised.value.task, raised.value.epoch, raised.value.step) == ("depth", 5, 7)
    assert all(torch.equal(old, new) for old, new in zip(before, state.model.parameters(), strict=True))


def test_a_weighted_sum_that_overflows_is_named_as_such(batch: Batch) -> None:
    weighting = UncertaintyWeighting(3, initial_log_variance=-90.0)
    state = TrainingState(tiny_model(), weighting, CONFIG)
    with pytest.raises(NonFiniteLossError, match="loss of all tasks together must be finite; got inf"):
        training_step(state, TASKS, batch, rate=1e-3)


def test_mixed_precision_gives_losses_close_to_those_of_float32(batch: Batch) -> None:
    states = [TrainingState(tiny_model(), EqualWeighting(3), CONFIG) for _ in range(2)]
    exact, _ = training_step(states[0], TASKS, batch, rate=1e-3)
    mixed, _ = training_step(states[1], TASKS, batch, rate=1e-3, mixed_precision=True)
    assert mixed.tolist() == pytest.approx(exact.tolist(), rel=0.02)
    assert mixed.tolist() != exact.tolist()
    assert {value.dtype for value in states[1].model.parameters()} == {torch.float32}


def test_balanced_gradients_move_every_parameter(batch: Batch) -> None:
    state = TrainingState(tiny_model(), MultipleGradientDescent(3), CONFIG)
    before = {name: value.detach().clone() for name, value in state.optimizer.parameters.items()}
    losses, weights = training_step(state, TASKS, batch, rate=1e-3)
    still = [name for name, value in state.optimizer.parameters.items() if torch.equal(value, before[name])]
    assert not [name for name in still if not name.endswith("bias")]
    assert torch.equal(weights, state.weighting.weights())
    assert weights.sum().item() == pytest.approx(1)
    assert losses.shape == (3,)


def test_a_loss_that_is_not_finite_leaves_a_balancing_as_it_was(batch: Batch) -> None:
    damaged = Batch(batch.image, {**batch.targets, "normal": torch.full_like(batch.targets["normal"], float("nan"))})
    state = TrainingState(tiny_model(), MultipleGradientDescent(3), CONFIG)
    before = state.training_tensors() | state.model_tensors()
    with pytest.raises(NonFiniteLossError, match="loss of normal must be finite; got nan in epoch 1, step 1"):
        training_step(state, TASKS, damaged, rate=1e-3)
    after = state.training_tensors() | state.model_tensors()
    moved = [name for name, value in after.items() if not torch.equal(value, before[name])]
    assert all("running" in name or "num_batches" in name for name in moved)


class SteepSquareRoot(torch.autograd.Function):
    """Its value is finite, its slope is not."""

    @staticmethod
    def forward(context: object, x: Tensor) -> Tensor:
        return x.clone()

    @staticmethod
    def backward(context: object, *gradients: Tensor) -> Tensor:
        return gradients[0] * float("inf")


class SteepDepth(nn.Module):
    """A model whose depth has a gradient that is not finite."""

    def __init__(self) -> None:
        super().__init__()
        self.model = tiny_model()
        self.shared_parameters, self.task_parameters = self.model.shared_parameters, self.model.task_parameters

    def forward(self, image: Tensor) -> dict[str, Tensor]:
        outputs = self.model(image)
        return {**outputs, "depth": SteepSquareRoot.apply(outputs["depth"])}


def test_a_gradient_that_is_not_finite_names_its_task_before_the_weights_move(batch: Batch) -> None:
    state = TrainingState(SteepDepth(), MultipleGradientDescent(3), CONFIG)
    before = [value.detach().clone() for value in state.model.parameters()]
    with pytest.raises(NonFiniteGradientError, match="gradient of depth must be finite; got nan in epoch 1, step 2"):
        training_step(state, TASKS, batch, rate=1e-3, step=2)
    assert all(torch.equal(old, new) for old, new in zip(before, state.model.parameters(), strict=True))


def test_a_model_that_does_not_name_its_shared_parameters_cannot_be_balanced() -> None:
    model = nn.Conv2d(3, 2, 1)
    with pytest.raises(TypeError, match="`model` must name its parameters, .* got Conv2d"):
        TrainingState(model, MultipleGradientDescent(3), CONFIG)
    TrainingState(model, EqualWeighting(3), CONFIG)


class Hopeless(GradientBalancing):
    """Finds no weights."""

    def combine(self, gradients: Tensor, losses: Tensor) -> Tensor:
        self.last_weights.fill_(float("nan"))
        return gradients.sum(dim=0) * float("nan")


def test_a_balancing_that_finds_no_weights_is_named_as_such_before_the_weights_move(batch: Batch) -> None:
    state = TrainingState(tiny_model(), Hopeless(3), CONFIG)
    before = [value.detach().clone() for value in state.model.parameters()]
    with pytest.raises(NonFiniteGradientError, match="gradient of all tasks together must be finite; got nan in epoch"):
        training_step(state, TASKS, batch, rate=1e-3)
    assert all(torch.equal(old, new) for old, new in zip(before, state.model.parameters(), strict=True))


def test_tasks_without_a_target_in_the_batch_are_left_out_of_the_balance(batch: Batch) -> None:
    some = Batch(batch.image, {name: batch.targets[name] for name in ("normal", "depth")})
    state = TrainingState(tiny_model(), MultipleGradientDescent(3), CONFIG)
    losses, weights = training_step(state, TASKS, some, rate=0.0)
    assert (losses[0], weights[0]) == (0, 0)
    assert weights.sum().item() == pytest.approx(1)
    assert all(parameter.grad is None for parameter in state.model.task_parameters("semantic"))
    assert all(parameter.grad is not None for parameter in state.model.shared_parameters())


class SecondLook(LossWeighting):
    """Equal weights; remembers what it sees after a step."""

    looks_again: ClassVar[bool] = True

    def weights(self) -> Tensor:
        return torch.ones(self.num_tasks)

    def see_losses_again(self, losses: Tensor) -> None:
        self.seen = losses


def test_a_second_look_sees_what_the_step_has_done_and_moves_nothing(batch: Batch) -> None:
    looking, plain = (
        TrainingState(tiny_model(), weighting, CONFIG) for weighting in (SecondLook(3), EqualWeighting(3))
    )
    torch.manual_seed(3)
    losses, _ = training_step(plain, TASKS, batch, rate=1e-3)
    state_of_the_generator = torch.get_rng_state()
    torch.manual_seed(3)
    training_step(looking, TASKS, batch, rate=1e-3)
    assert torch.equal(torch.get_rng_state(), state_of_the_generator)
    for name, value in plain.model_tensors().items():
        assert torch.equal(looking.model_tensors()[name], value), name
    later, _ = training_step(plain, TASKS, batch, rate=0.0)  # what the next step on this batch finds
    assert torch.equal(looking.weighting.seen.double(), later)
    assert not torch.equal(later, losses)
    assert not looking.weighting.seen.requires_grad
