"""What every model must do, whatever its architecture: a new one joins by being built in `MODELS`."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable, Iterator
from functools import partial

import torch
from torch import Tensor, nn

from mtan_edu.models import MTAN, MultiTaskModel, available_models, build_model
from mtan_edu.recording import record_masks

WIDTHS = (3, 5, 6, 7, 9)

MODELS: dict[str, Callable[..., MultiTaskModel]] = {
    name: partial(build_model, name, widths=WIDTHS) for name in available_models()
} | {
    f"{name} on {backbone}": partial(build_model, name, backbone=backbone, width=2)
    for name, backbone in (
        ("mtan", "resnet18"),
        ("mtan", "resnet50"),
        ("split", "resnet34"),
        ("single", "resnet50"),
        ("split", "resnet101"),
        ("mtan", "wide_resnet10"),
        ("stan", "wide_resnet10"),
        ("single", "wide_resnet28"),
    )
}
"""Name to a function from tasks to a small model."""

ONE_TASK = tuple(name for name in MODELS if name.startswith(("single", "stan")))

WITH_MASKS = tuple(name for name in MODELS if name.startswith(("mtan", "stan")))

CLASSIFIERS = tuple(name for name in MODELS if "wide_resnet" in name)

ANY_SIZE = tuple(name for name in MODELS if "resnet" in name)
"""What reads images whose sides are multiples of nothing."""

DEAD = {"dense_reference": "backbone.decoder.decoder_1."}
"""Where a model has parameters that nobody reads, in the authors' form: the beginning of their names."""

TASKS = {"semantic": 13, "depth": 1, "normal": 3, "edges": 2}

SIZES = ((2, 32, 64), (3, 96, 64), (1, 32, 32))
"""Batch, height, width [pixels]."""

ODD_SIZES = ((2, 33, 50), (3, 41, 17))


def tasks(count: int) -> dict[str, int]:
    """The first `count` tasks."""
    return dict(list(TASKS.items())[:count])


def images(size: tuple[int, int, int], dtype: torch.dtype = torch.float32) -> Tensor:
    """Noise, the same every time, `(B, 3, H, W)`."""
    batch, height, width = size
    return torch.rand(batch, 3, height, width, generator=torch.Generator().manual_seed(1)).to(dtype)


def total(predictions: dict[str, Tensor]) -> Tensor:
    """A loss to which every output value matters: Σ over tasks of the mean of (y - 1)²."""
    return torch.stack([(prediction - 1).square().mean() for prediction in predictions.values()]).sum()


def predict(model: MultiTaskModel, image: Tensor) -> dict[str, Tensor]:
    """The predictions, with the same dropout every time."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return model(image)


def predicts_every_task(
    model: MultiTaskModel, size: tuple[int, int, int], dtype: torch.dtype = torch.float32, classifies: bool = False
) -> None:
    batch, height, width = size
    predictions = model.train(batch > 1)(images(size, dtype))
    assert list(predictions) == list(model.tasks)
    for task, prediction in predictions.items():
        assert prediction.shape == ((batch, TASKS[task]) if classifies else (batch, TASKS[task], height, width))
        assert prediction.dtype == dtype
        assert prediction.isfinite().all()


def cases(counts: tuple[int, ...]) -> list[tuple[str, int]]:
    """Every model with every number of tasks that it has room for."""
    return [(name, count) for name in MODELS for count in counts if name not in ONE_TASK or count == 1]


def gradients_reach_every_parameter(model: MultiTaskModel, dead: str | None = None) -> None:
    total(model(images((2, 64, 32)))).backward()
    every_parameter_has_a_gradient(model, dead)


def every_parameter_has_a_gradient(model: MultiTaskModel, dead: str | None = None) -> None:
    """Of a convolution's bias before a BatchNorm it can only be asked that a gradient is there: it is 0."""
    erased = {id(parameter) for parameter in _biases_before_batch_norm(model)}
    for name, parameter in model.named_parameters():
        if dead and name.startswith(dead):
            assert parameter.grad is None, name
            continue
        assert parameter.grad is not None, name
        assert parameter.grad.isfinite().all(), name
        assert id(parameter) in erased or parameter.grad.any(), name


def parts_partition(model: MultiTaskModel) -> None:
    parts = [parameter for task in model.tasks for parameter in model.task_parameters(task)]
    parts += model.shared_parameters()
    assert len(parts) == len({id(parameter) for parameter in parts})
    assert {id(parameter) for parameter in parts} == {id(parameter) for parameter in model.parameters()}


def one_task_moves_only_its_own_and_the_shared(model: MultiTaskModel, task: str, dead: str | None = None) -> None:
    model(images((2, 32, 64)))[task].sum().backward()
    moved = {id(parameter) for parameter in model.parameters() if parameter.grad is not None}
    allowed = {id(parameter) for parameter in (*model.shared_parameters(), *model.task_parameters(task))}
    unread = {id(parameter) for name, parameter in model.named_parameters() if dead and name.startswith(dead)}
    assert moved == allowed - unread


def predicts_a_task_alone_as_among_others(model: MultiTaskModel) -> None:
    image = images((2, 32, 64))
    predictions = model.eval()(image)
    for task in model.tasks:
        alone = model(image, [task])
        assert list(alone) == [task]
        assert torch.equal(alone[task], predictions[task])


def state_dict_resumes(model: MultiTaskModel, other: MultiTaskModel) -> None:
    image = images((2, 32, 64))
    model(image)  # moves the running statistics
    other.load_state_dict(copy.deepcopy(model.state_dict()))
    for mode in (True, False):
        expected, found = predict(model.train(mode), image), predict(other.train(mode), image)
        assert all(torch.equal(expected[task], found[task]) for task in expected)


def recording_masks_changes_nothing(model: MTAN) -> None:
    image = images((2, 64, 96))
    other = copy.deepcopy(model)
    for mode in (True, False):
        expected = predict(model.train(mode), image)
        with record_masks(other.train(mode)) as recorded:
            found = predict(other, image)
        total(expected).backward()
        total(found).backward()
        assert all(torch.equal(expected[task], found[task]) for task in expected)
        for ours, theirs in zip(model.parameters(), other.parameters(), strict=True):
            assert torch.equal(ours.grad, theirs.grad)
        for stages in recorded.masks.values():
            assert all(bool(((mask >= 0) & (mask <= 1)).all()) for mask in stages.values())


def _biases_before_batch_norm(model: nn.Module) -> Iterator[nn.Parameter]:
    layers = list(model.modules())
    for layer, following in itertools.pairwise(layers):
        if isinstance(layer, nn.Conv2d) and isinstance(following, nn.BatchNorm2d):
            yield layer.bias
