from __future__ import annotations

import pytest
from torch import nn

from mtan_edu.models import MultiTaskModel, attend, build_model
from mtan_edu.recording import record_architecture
from mtan_edu.records import StageRecord

TASKS = {"semantic": 5, "depth": 1}


def architecture(name, tasks=TASKS, size=(32, 64), **options):
    return record_architecture(build_model(name, tasks, width=2, device="meta", **options), size)


@pytest.mark.parametrize(
    ("name", "sharing"),
    [("mtan", "attention"), ("split_deep", "heads"), ("dense", "concatenation"), ("cross_stitch", "mixtures")],
)
def test_how_tasks_share_is_known(name, sharing):
    record = architecture(name)
    assert record.sharing == sharing
    assert record.outputs == {"semantic": (5, 32, 64), "depth": (1, 32, 64)}
    assert sum(record.parameters.values()) == sum(
        parameter.numel() for parameter in build_model(name, TASKS, width=2, device="meta").parameters()
    )


def test_stages_have_their_shapes_in_order():
    record = architecture("mtan")
    assert len(record.shared) == 10
    assert record.shared[0] == StageRecord("encoder_1", (2, 32, 64), (2, 32, 64))
    assert record.shared[6] == StageRecord("decoder_4", (16, 4, 8), (8, 4, 8))
    assert not record.own


def test_networks_of_the_tasks_are_their_own():
    dense, cross = architecture("dense"), architecture("cross_stitch")
    assert list(dense.own) == list(cross.own) == ["semantic", "depth"]
    assert (len(dense.shared), len(dense.own["depth"]), len(cross.shared)) == (9, 10, 0)
    assert cross.own["depth"][-1] == StageRecord("decoder_1", None, (2, 32, 64))


def test_one_view_of_the_features_and_a_layer_before_the_heads_are_seen():
    record = architecture("mtan", {"kind": 7}, (24, 24), backbone="wide_resnet10")
    assert record.shared[1] == StageRecord("stage_1", None, (2, 12, 12))
    assert record.last_layer
    assert record.outputs == {"kind": (7,)}
    assert not architecture("mtan").last_layer


def test_a_network_of_ones_own_is_recorded_and_stays_as_it_is():
    block = nn.Sequential(nn.Conv2d(8, 8, 3, padding=1), nn.ReLU())
    backbone = nn.Sequential(nn.Conv2d(3, 8, 3, stride=2, padding=1), block, nn.Conv2d(8, 12, 3, stride=2, padding=1))
    model = attend(backbone, TASKS, stages=["1", "2"])
    record = record_architecture(model, (32, 48), name="mine")
    assert (record.name, [stage.name for stage in record.shared]) == ("mine", ["1", "2"])
    assert record.shared[1].p == (12, 8, 12)
    assert model.training
    assert not any(module._forward_hooks for module in model.modules())


def test_a_model_that_nobody_can_draw_gets_a_sentence():
    class Other(MultiTaskModel):
        def features(self, image, tasks):
            return {}

        def shared_parameters(self):
            return iter(())

    with pytest.raises(TypeError, match="`model` must be one of MTAN, .*; got Other"):
        record_architecture(Other())
