from __future__ import annotations

import itertools

import pytest
import torch

from mtan_edu.models import SegNetBackbone, segnet_transitions

WIDTHS = (3, 5, 6, 7, 9)


def test_stages_run_down_the_encoder_and_up_the_decoder():
    stages = SegNetBackbone(WIDTHS)(torch.rand(2, 3, 32, 64))
    shapes = {name: (tuple(u.shape[1:]), tuple(p.shape[1:])) for name, (u, p) in stages.items()}
    assert shapes == {
        "encoder_1": ((3, 32, 64), (3, 32, 64)),
        "encoder_2": ((5, 16, 32), (5, 16, 32)),
        "encoder_3": ((6, 8, 16), (6, 8, 16)),
        "encoder_4": ((7, 4, 8), (7, 4, 8)),
        "encoder_5": ((9, 2, 4), (9, 2, 4)),
        "decoder_5": ((9, 2, 4), (7, 2, 4)),
        "decoder_4": ((7, 4, 8), (6, 4, 8)),
        "decoder_3": ((6, 8, 16), (5, 8, 16)),
        "decoder_2": ((5, 16, 32), (3, 16, 32)),
        "decoder_1": ((3, 32, 64), (3, 32, 64)),
    }


def test_declared_channels_are_those_computed():
    backbone = SegNetBackbone(WIDTHS, in_channels=2)
    stages = backbone(torch.rand(1, 2, 32, 32))
    assert list(backbone.stage_channels) == list(stages)
    assert all(backbone.stage_channels[name] == (u.shape[1], p.shape[1]) for name, (u, p) in stages.items())


def test_an_unpooled_map_is_empty_but_for_one_value_in_four():
    u, _ = SegNetBackbone(WIDTHS).eval()(torch.rand(1, 3, 64, 32))["decoder_2"]
    windows = u.unflatten(3, (8, 2)).unflatten(2, (16, 2))  # (1, 5, 16, 2, 8, 2)
    assert ((windows != 0).sum(dim=(3, 5)) <= 1).all()


def test_transitions_lead_from_each_stage_to_the_next():
    backbone, transitions = SegNetBackbone(WIDTHS), segnet_transitions(WIDTHS)
    stages = list(backbone(torch.rand(2, 3, 32, 64)).items())
    assert list(transitions) == [name for name, _ in stages[1:]]
    for (_, before), (name, after) in itertools.pairwise(stages):
        assert transitions[name](before.p).shape == after.p.shape


@pytest.mark.parametrize("widths", [(4, 8, 16, 32), (4, 8, 16, 32, 0), ()])
def test_five_positive_widths_are_asked_for(widths):
    with pytest.raises(ValueError, match="`widths` must"):
        SegNetBackbone(widths)
