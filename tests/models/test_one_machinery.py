"""The paper's networks and those of `attend` are one MTAN: hooks see the same u and p in our own backbones."""

from __future__ import annotations

import pytest
import torch

from mtan_edu.models import MTAN, build_model
from mtan_edu.models.dry_run import run_dry
from mtan_edu.models.hooked import HookedBackbone, StagePoint
from tests.contracts import images

TASKS = {"semantic": 5, "depth": 1}
PLACES = {
    "segnet": [f"encoder_p.encoder_{n}" for n in (1, 2, 3, 4, 5)] + [f"decoder_p.decoder_{n}" for n in (5, 4, 3, 2, 1)],
    "resnet18": [f"stages_p.stage_{n}" for n in (1, 2, 3, 4)],
}  # fmt: skip


@pytest.mark.parametrize("name", PLACES)
def test_picked_up_by_hooks_the_features_give_the_same_predictions(name):
    model = build_model("mtan", TASKS, backbone=name, width=2).eval()
    calls = run_dry(model.backbone, (64, 96)).calls
    points = [StagePoint(place, calls[place].seen, place, calls[place].read) for place in PLACES[name]]
    places = dict(zip(model.backbone.stage_channels, PLACES[name], strict=True))
    attention = {
        task: {places[stage]: module for task_, stage, module in model.attention_modules() if task_ == task}
        for task in TASKS
    }
    transitions = {places[stage]: layer for stage, layer in model.transitions.items()}
    hooked = HookedBackbone(model.backbone, points, 3, (64, 96))
    other = MTAN(hooked, attention, transitions, dict(model.heads.items())).eval()
    expected, found = model(images((2, 64, 96))), other(images((2, 64, 96)))
    assert all(torch.equal(expected[task], found[task]) for task in TASKS)
