from __future__ import annotations

import warnings

import pytest
import torch

from mtan_edu.models import attend
from mtan_edu.recording import record_masks
from tests import contracts
from tests.models.foreign_backbones import BACKBONES

TASKS = {"semantic": 13, "depth": 1}
STEPS = 4


def build(name):
    make, size, stages = BACKBONES[name]
    with warnings.catch_warnings(), torch.random.fork_rng(devices=[]):
        warnings.simplefilter("ignore")  # they are not ours
        torch.manual_seed(0)
        backbone = make()
    return backbone, size, stages


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("library", ["transformers", "MONAI", "pytorchcv"])
def test_networks_that_are_not_ours_get_stages_learn_and_keep_the_contracts(library, subtests):
    for name in (name for name in BACKBONES if name.startswith(library)):
        with subtests.test(name):
            gets_stages_learns_and_keeps_the_contracts(*build(name))


def gets_stages_learns_and_keeps_the_contracts(backbone, size, stages):
    before = {key: tensor.clone() for key, tensor in backbone.state_dict().items()}
    model = attend(backbone, TASKS, image_size=size)
    assert list(model.backbone.stage_channels) == stages
    assert all(torch.equal(tensor, before[key]) for key, tensor in backbone.state_dict().items())
    contracts.parts_partition(model)
    image = contracts.images((2, *size))
    losses = []
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(STEPS):
        predictions = model(image)
        assert predictions["depth"].shape == (2, 1, *size)
        loss = contracts.total(predictions)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.8 * losses[0]
    with record_masks(model.eval()) as recorded:
        model(image)
    assert list(recorded.masks["depth"]) == stages
