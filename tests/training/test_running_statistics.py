from __future__ import annotations

import pytest
import torch
from torch import nn

from mtan_edu.training.running_statistics import recalibrated

BRIGHT = [torch.rand(4, 3, 8, 6, generator=torch.Generator().manual_seed(seed)) + 5 for seed in range(3)]


def network() -> nn.Sequential:
    """Two BatchNorms whose statistics were taken of dark images."""
    torch.manual_seed(0)
    layers = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Conv2d(4, 2, 1), nn.BatchNorm2d(2))
    for _ in range(20):
        layers(torch.rand(4, 3, 8, 6))
    return layers.eval()


def test_inside_the_block_it_normalizes_by_the_mean_of_the_batches_own_statistics():
    model = network()
    seen = [model[0](batch) for batch in BRIGHT]
    with torch.no_grad(), recalibrated(model, BRIGHT):
        assert not model.training
        assert torch.allclose(model[1].running_mean, torch.stack([x.mean((0, 2, 3)) for x in seen]).mean(dim=0))
        assert torch.allclose(model[1].running_var, torch.stack([x.var((0, 2, 3)) for x in seen]).mean(dim=0))
        output = model(torch.cat(BRIGHT))
    assert torch.allclose(output.mean((0, 2, 3)), torch.zeros(2), atol=0.05)


@pytest.mark.parametrize("training", [True, False])
def test_afterwards_everything_is_as_before(training: bool):
    model = network().train(training)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    with pytest.raises(KeyError), recalibrated(model, BRIGHT):
        raise KeyError
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert {part.training for part in model.modules()} == {training}
    assert model[1].momentum == 0.1


def test_dropout_stays_off():
    model = nn.Sequential(nn.Dropout(0.5), nn.BatchNorm2d(3))
    with recalibrated(model, [torch.ones(2, 3, 4, 5)]):
        assert model[1].running_mean.tolist() == [1, 1, 1]


def test_a_frozen_part_keeps_its_statistics():
    class Frozen(nn.BatchNorm2d):
        def train(self, mode: bool = True) -> Frozen:
            return super().train(False)

    model = nn.Sequential(Frozen(3), nn.BatchNorm2d(3))
    with recalibrated(model, [torch.rand(2, 3, 4, 5) + 5]):
        assert model[0].running_mean.tolist() == [0, 0, 0]
        assert model[1].running_mean.min() > 4


def test_without_an_image_there_are_no_statistics():
    with pytest.raises(ValueError, match="`batches` must hold at least one batch of images; got none"):
        recalibrated(network(), []).__enter__()
