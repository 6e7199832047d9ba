from __future__ import annotations

import pytest
import torch
import torchjd.aggregation
from torch import Tensor, nn
from torchjd.autojac import backward, jac_to_grad
from torchjd.linalg import QuadprogProjector

from mtan_edu.data import Batch, collate
from mtan_edu.models import MultiTaskModel
from mtan_edu.tasks import dense_tasks
from mtan_edu.training.gradients import TaskGradients
from mtan_edu.weighting import build_weighting
from tests.tiny_runs import random_splits, tiny_model

TASKS = dense_tasks()


@pytest.fixture(scope="module")
def batch() -> Batch:
    frames = random_splits().train
    return collate([frames[0], frames[1]])


@pytest.fixture
def model() -> MultiTaskModel:
    """An MTAN in float64 whose convolutions lie in memory as in training; its BatchNorms normalize by the batch."""
    return tiny_model().double().to(memory_format=torch.channels_last)


def losses_of(model: nn.Module, batch: Batch) -> list[Tensor]:
    outputs = model(batch.image.double())
    targets = {name: value.double() if value.is_floating_point() else value for name, value in batch.targets.items()}
    return [task.loss(outputs[name], targets[name]) for name, task in TASKS.items()]


def gradients_of(model: MultiTaskModel, batch: Batch) -> TaskGradients:
    gradients = TaskGradients(model, list(TASKS))
    gradients.propagate(losses_of(model, batch))
    return gradients


def test_rows_are_the_gradients_of_the_losses_one_by_one(model: MultiTaskModel, batch: Batch) -> None:
    gradients = gradients_of(model, batch)
    for number in range(len(TASKS)):
        model.zero_grad()
        losses_of(model, batch)[number].backward()
        for parameter in model.shared_parameters():
            row = gradients.matrix[number, gradients.columns(parameter)].as_strided(parameter.shape, parameter.stride())
            assert torch.equal(row, parameter.grad)


def test_own_parameters_get_the_gradient_of_their_own_loss(model: MultiTaskModel, batch: Batch) -> None:
    gradients_of(model, batch)
    found = {task: [parameter.grad for parameter in model.task_parameters(task)] for task in TASKS}
    model.zero_grad()
    sum(losses_of(model, batch)).backward()
    for task, ours in found.items():
        for grad, parameter in zip(ours, model.task_parameters(task), strict=True):
            assert torch.allclose(grad, parameter.grad, rtol=1e-9, atol=1e-12)


def test_a_model_that_does_not_name_its_parameters_is_refused() -> None:
    with pytest.raises(TypeError, match=r"`model` must name its parameters, .* got Linear\. Take a model of mtan_edu"):
        TaskGradients(nn.Linear(3, 2), list(TASKS))


def test_gradients_lie_in_memory_as_their_parameters_do(model: MultiTaskModel, batch: Batch) -> None:
    """Adam's fused step goes through both side by side and checks nothing."""
    gradients = gradients_of(model, batch)
    gradients.assign(gradients.matrix.sum(dim=0), torch.ones(3))
    assert {parameter.stride() == parameter.grad.stride() for parameter in model.parameters()} == {True}
    assert any(not parameter.is_contiguous() for parameter in model.shared_parameters())


def test_the_sum_of_the_rows_is_the_gradient_of_the_sum(model: MultiTaskModel, batch: Batch) -> None:
    gradients = gradients_of(model, batch)
    gradients.assign(gradients.matrix.sum(dim=0), torch.ones(3))
    found = [parameter.grad for parameter in model.parameters()]
    model.zero_grad()
    sum(losses_of(model, batch)).backward()
    for ours, parameter in zip(found, model.parameters(), strict=True):
        assert torch.allclose(ours, parameter.grad, rtol=1e-9, atol=1e-12)


ORACLES = {
    "pcgrad": torchjd.aggregation.PCGrad(),
    "graddrop": torchjd.aggregation.GradDrop(),
    "imtl_g": torchjd.aggregation.IMTLG(),
    "aligned_mtl": torchjd.aggregation.AlignedMTL(),
    "upgrad": torchjd.aggregation.UPGrad(projector=QuadprogProjector(norm_eps=0.0, reg_eps=1e-14)),
}


@pytest.mark.parametrize("name", ORACLES)
def test_what_the_shared_parameters_get_is_what_torchjd_computes(
    name: str, model: MultiTaskModel, batch: Batch
) -> None:
    if name == "graddrop":  # draws for every number, in their order in memory
        model.to(memory_format=torch.contiguous_format)
    balancing = build_weighting(name, list(TASKS), seed=3)
    seed = balancing.draws.next_seed() if hasattr(balancing, "draws") else 0
    gradients, losses = TaskGradients(model, list(TASKS)), losses_of(model, batch)
    gradients.propagate(losses)
    gradients.assign(balancing(gradients.matrix, torch.stack(losses)), balancing.own_weights())
    found = {parameter: parameter.grad for parameter in model.parameters()}
    model.zero_grad()
    losses = losses_of(model, batch)
    backward(losses, inputs=gradients.shared, retain_graph=True, parallel_chunk_size=1)
    torch.manual_seed(seed)
    jac_to_grad(gradients.shared, ORACLES[name])
    torch.stack(losses).sum().backward(inputs=[p for task in TASKS for p in model.task_parameters(task)])
    for parts in (list(model.shared_parameters()), *(list(model.task_parameters(task)) for task in TASKS)):
        ours, theirs = (torch.cat([value.flatten() for value in values]) for values in (
            [found[parameter] for parameter in parts], [parameter.grad for parameter in parts]
        ))  # fmt: skip
        assert (ours - theirs).norm() <= 1e-9 * theirs.norm()
