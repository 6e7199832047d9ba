from __future__ import annotations

import pytest
import torch

from mtan_edu.models import build_model
from mtan_edu.models.residual import BasicBlock
from mtan_edu.models.resnet import ResNetBackbone
from tests.contracts import images


def test_stages_lie_at_a_quarter_and_an_eighth_of_the_image():
    stages = ResNetBackbone((1, 2, 1, 3), (2, 3, 4, 5))(images((2, 64, 96)))
    assert {name: tuple(p.shape) for name, (_, p) in stages.items()} == {
        "stage_1": (2, 8, 16, 24),
        "stage_2": (2, 12, 8, 12),
        "stage_3": (2, 16, 8, 12),
        "stage_4": (2, 20, 8, 12),
    }


def test_stages_that_keep_their_size_are_dilated_and_their_first_block_by_half():
    backbone = ResNetBackbone((2, 2, 3, 3), (2, 3, 4, 5))
    blocks = {name: [*backbone.stages_u[name], backbone.stages_p[name]] for name in backbone.stages_u}
    dilations = {name: [block.conv2.dilation[0] for block in of] for name, of in blocks.items()}
    assert dilations == {"stage_1": [1, 1], "stage_2": [1, 1], "stage_3": [1, 2, 2], "stage_4": [2, 4, 4]}


def test_the_second_convolution_of_a_basic_block_never_had_a_stride_to_lose():
    first = ResNetBackbone((2, 2, 2, 2), (2, 3, 4, 5), BasicBlock).stages_u["stage_4"][0]
    assert (first.conv1.dilation[0], first.conv2.dilation[0]) == (2, 4)


def test_u_is_what_the_last_block_reads():
    backbone = ResNetBackbone((2, 2, 2, 2), (2, 3, 4, 5)).eval()
    stages = backbone(images((1, 32, 48)))
    for name, (u, p) in stages.items():
        assert torch.equal(backbone.stages_p[name](u), p)


def test_one_image_cannot_be_trained_on_and_can_be_predicted():
    model = build_model("split", {"depth": 1}, backbone="resnet18", width=2)
    with pytest.raises(ValueError, match="`image` must be a batch of at least 2 in training; got 1"):
        model(images((1, 32, 48)))
    assert model.eval()(images((1, 32, 48)))["depth"].shape == (1, 1, 32, 48)


def test_an_image_that_is_too_small_gets_a_sentence():
    with pytest.raises(ValueError, match="`image` must have sides of at least 16 pixels; got 15x40"):
        build_model("mtan", {"depth": 1}, backbone="resnet18", width=2)(torch.rand(2, 3, 15, 40))
