"""The contract of models and weightings together: all architectures of several tasks, all weightings, one step each."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest
import torch
from torch import Tensor

from mtan_edu.data import Batch
from mtan_edu.models import MultiTaskModel
from mtan_edu.tasks import Task, classification_tasks, dense_tasks
from mtan_edu.training import TrainingConfig, TrainingState
from mtan_edu.training.step import training_step
from mtan_edu.weighting import GradientBalancing, available
from tests import contracts
from tests.weightings import example

ARCHITECTURES = tuple(name for name in contracts.MODELS if name not in contracts.ONE_TASK)

CONFIG = TrainingConfig(threads=1, device="cpu")


def task_set(architecture: str) -> dict[str, Task]:
    """Three tasks that an architecture can have."""
    if architecture in contracts.CLASSIFIERS:
        return classification_tasks({f"domain_{n}": [f"class {k}" for k in range(n)] for n in (3, 5, 4)})
    return dense_tasks()


@cache
def model(architecture: str) -> MultiTaskModel:
    """One network per architecture for all weightings: steps with a rate of 0 leave its parameters as they are."""
    return contracts.MODELS[architecture]({name: task.out_channels for name, task in task_set(architecture).items()})


@cache
def batch(architecture: str) -> Batch:
    """Two images of noise, with a target of every task."""
    generator = torch.Generator().manual_seed(0)
    image = torch.rand(2, 3, 64, 32, generator=generator)
    if architecture in contracts.CLASSIFIERS:
        return Batch(image, {name: torch.tensor([0, 1]) for name in task_set(architecture)})
    normal = torch.nn.functional.normalize(torch.randn(2, 3, 64, 32, generator=generator), dim=1)
    label = torch.randint(0, 13, (2, 64, 32), generator=generator)
    depth = torch.rand(2, 1, 64, 32, generator=generator) + 1
    return Batch(image, {"semantic": label, "depth": depth, "normal": normal})


def step(architecture: str, weighting: str) -> tuple[TrainingState, Tensor]:
    """The state after a step that moved nothing, its gradients in place, and the weights of that step."""
    state = TrainingState(model(architecture).train(), example(weighting), CONFIG)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)  # dropout: the same in every step
        _, weights = training_step(state, task_set(architecture), batch(architecture), rate=0.0)
    return state, weights


def own_gradients(network: MultiTaskModel) -> Iterator[Tensor]:
    for task in network.tasks:
        yield torch.cat([parameter.grad.flatten() for parameter in network.task_parameters(task)])


@cache
def plain_own_gradients(architecture: str) -> list[Tensor]:
    """Of each task's unweighted loss, on the parameters that are its own."""
    state, _ = step(architecture, "equal")
    return [gradient.clone() for gradient in own_gradients(state.model)]


@pytest.mark.parametrize("weighting", available())
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_every_parameter_gets_a_gradient_and_every_task_a_weight(architecture: str, weighting: str) -> None:
    expected = plain_own_gradients(architecture)
    state, weights = step(architecture, weighting)
    contracts.every_parameter_has_a_gradient(state.model, contracts.DEAD.get(architecture))
    assert weights.shape == (3,)
    assert weights.isfinite().all()
    assert weights.any()
    factors = state.weighting.own_weights() if isinstance(state.weighting, GradientBalancing) else weights
    for found, plain, factor in zip(own_gradients(state.model), expected, factors, strict=True):
        assert torch.allclose(found, factor.float() * plain, rtol=1e-3, atol=1e-4 * float(found.abs().max()))
