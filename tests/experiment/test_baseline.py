from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from mtan_edu.data import Sample
from mtan_edu.experiment.baseline import best_constant
from mtan_edu.tasks import dense_tasks
from mtan_edu.training import evaluate

TASKS = dense_tasks(classes=("floor", "wall", "lamp"))


def frame(seed: int, height: int = 4, width: int = 6) -> Sample:
    generator = torch.Generator().manual_seed(seed)
    label = torch.randint(-1, 3, (height, width), generator=generator)
    depth = torch.rand(1, height, width, generator=generator) * 4
    normal = torch.nn.functional.normalize(torch.rand(3, height, width, generator=generator), dim=0)
    depth[:, 0], normal[:, :, 0] = 0, 0
    return Sample(torch.zeros(3, height, width), {"semantic": label, "depth": depth, "normal": normal})


def losses_of(outputs: dict[str, Tensor], frames: list[Sample]) -> dict[str, float]:
    losses = {}
    for name, task in TASKS.items():
        target = torch.stack([sample.targets[name] for sample in frames])
        shape = (len(frames), task.out_channels, *frames[0].image.shape[-2:])
        losses[name] = task.loss(outputs[name].view(1, -1, 1, 1).expand(shape), target).item()
    return losses


def test_no_other_constant_has_a_lower_loss() -> None:
    frames = [frame(seed) for seed in range(5)]
    best = dict(best_constant(frames, TASKS).outputs.items())
    lowest = losses_of(best, frames)
    generator = torch.Generator().manual_seed(0)
    for _ in range(20):
        other = {name: value + 0.1 * torch.randn(value.shape, generator=generator) for name, value in best.items()}
        for name, loss in losses_of(other, frames).items():
            assert loss >= lowest[name] - 1e-6


def test_the_constants_of_two_pixels_are_those_computed_by_hand() -> None:
    targets = {
        "semantic": torch.tensor([[1, 1, 0, -1]]),
        "depth": torch.tensor([[[1.0, 2.0, 9.0, 0.0]]]),
        "normal": torch.tensor([[1.0, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0]]).view(3, 1, 4),
    }
    outputs = best_constant([Sample(torch.zeros(3, 1, 4), targets)], TASKS).outputs
    assert outputs["semantic"].exp().tolist() == pytest.approx([1 / 4, 2 / 4, 1 / 4])  # lamp: one pixel, not none
    assert outputs["depth"].tolist() == [2.0]
    assert outputs["normal"].tolist() == pytest.approx([math.sqrt(0.5), math.sqrt(0.5), 0])


def test_it_is_evaluated_like_a_network_and_has_nothing_to_train() -> None:
    frames = [frame(seed) for seed in range(3)]
    model = best_constant(frames, TASKS)
    measured = evaluate(model, TASKS, frames, batch_size=2)
    labels = torch.stack([sample.targets["semantic"] for sample in frames])
    share = (labels == labels[labels >= 0].mode().values).sum() / (labels >= 0).sum()
    assert measured.metrics["semantic"]["pixel_accuracy"] == pytest.approx(share.item())
    assert not any(parameter.requires_grad for parameter in model.parameters())


def test_frames_without_a_known_pixel_get_a_sentence() -> None:
    blind = Sample(torch.zeros(3, 2, 2), {"depth": torch.zeros(1, 2, 2)})
    with pytest.raises(ValueError, match="`frames` must have known pixels for depth; got none"):
        best_constant([blind], {"depth": TASKS["depth"]})
