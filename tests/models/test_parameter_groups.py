from __future__ import annotations

import pytest
from torch import nn

from mtan_edu.models import attend, shared_groups
from tests import contracts


@pytest.mark.parametrize(("name", "count"), contracts.cases((1, 3)))
def test_groups_hold_every_shared_parameter_once(name, count):
    model = contracts.MODELS[name](contracts.tasks(count))
    groups = shared_groups(model)
    held = [id(parameter) for group in groups.values() for parameter in group.values()]
    assert len(held) == len(set(held))
    assert set(held) == {id(parameter) for parameter in model.shared_parameters()}
    named = dict(model.named_parameters())
    assert all(named[full] is parameter for group in groups.values() for full, parameter in group.items())


def test_groups_of_an_mtan_are_its_stages_and_the_transitions_in_the_order_of_computation():
    model = contracts.MODELS["mtan"](contracts.tasks(2))
    stages = list(model.backbone.stage_channels)
    assert list(shared_groups(model)) == [*stages, *(f"transition to {stage}" for stage in stages[1:])]


def test_groups_of_other_backbones_name_what_lies_beside_the_stages():
    assert list(shared_groups(contracts.MODELS["split on resnet34"](contracts.tasks(2)))) == [
        "stem", "stage_1", "stage_2", "stage_3", "stage_4",
    ]  # fmt: skip
    groups = list(shared_groups(contracts.MODELS["mtan on wide_resnet10"](contracts.tasks(2))))
    assert groups[:5] == ["stem", "stage_1", "stage_2", "stage_3", "norm"]
    assert groups[-1] == "last transition"


def test_a_stage_of_cross_stitch_networks_is_that_of_all_of_them_whatever_the_tasks_are_called():
    model = contracts.MODELS["cross_stitch"]({"encoder_9": 1, "stage_1": 2})
    groups = shared_groups(model)
    assert next(iter(groups)) == "encoder_1"
    assert {name.split(".")[1] for name in groups["encoder_1"]} == {"encoder_9", "stage_1"}
    assert list(groups)[-1] == "units"
    assert not {"encoder_9", "stage_1"} & groups.keys()


def test_a_foreign_backbone_s_parameters_belong_to_the_stage_that_they_lead_to():
    backbone = nn.Sequential(
        nn.Conv2d(3, 4, 3, padding=1), nn.Conv2d(4, 5, 3, padding=1), nn.MaxPool2d(2), nn.Conv2d(5, 6, 3, padding=1)
    )
    groups = shared_groups(attend(backbone, {"depth": 1, "normal": 3}, stages=["1", "3"]))
    names = {group: [name.removeprefix("backbone.network.") for name in of] for group, of in groups.items()}
    assert names["1"] == ["0.weight", "0.bias", "1.weight", "1.bias"]
    assert names["3"] == ["3.weight", "3.bias"]
    assert list(groups) == ["1", "3", "transition to 3"]
