from __future__ import annotations

import pytest
import torch

from mtan_edu.models import build_model
from mtan_edu.models.wide_resnet import ClassificationHead, WideResNetBackbone
from tests.contracts import images

DOMAINS = {"digits": 10, "textures": 4, "flowers": 7}


def test_each_stage_but_the_stem_halves_the_map():
    stages = WideResNetBackbone(10, (2, 3, 5))(images((2, 40, 72)))
    shapes = {name: tuple(p.shape[1:]) for name, (_, p) in stages.items()}
    assert shapes == {"stem": (16, 40, 72), "stage_1": (2, 20, 36), "stage_2": (3, 10, 18), "stage_3": (5, 5, 9)}


def test_the_stride_sits_in_the_second_convolution_of_the_first_block():
    blocks = WideResNetBackbone(16, (2, 3, 5)).stages["stage_2"]
    strides = [(block.conv1.stride[0], block.conv2.stride[0], len(block.shortcut)) for block in blocks]
    assert strides == [(1, 2, 1), (1, 1, 0)]


def test_a_batch_of_one_task_trains_that_task_and_what_is_shared():
    model = build_model("mtan", DOMAINS, backbone="wide_resnet10", width=2)
    prediction = model(images((2, 24, 32)), ["textures"])
    assert {task: scores.shape for task, scores in prediction.items()} == {"textures": (2, 4)}
    prediction["textures"].square().sum().backward()
    assert all(parameter.grad is None for parameter in model.task_parameters("digits"))
    assert all(p.grad is not None for p in (*model.shared_parameters(), *model.task_parameters("textures")))


def test_a_head_may_average_over_a_window_at_the_top_left():
    features = torch.zeros(1, 1, 9, 9)
    features[..., 8, 8] = 81.0
    whole, window = ClassificationHead(1, 2), ClassificationHead(1, 2, window=8)
    window.load_state_dict(whole.state_dict())
    assert torch.allclose(whole(features) - whole(0 * features), whole.linear.weight[:, 0])
    assert torch.equal(window(features), window(0 * features))


@pytest.mark.parametrize("depth", [4, 9, 27])
def test_a_depth_that_cannot_be_cut_into_stages_gets_a_sentence(depth):
    with pytest.raises(ValueError, match=f"`depth` must be 6 n \\+ 4 .*; got {depth}"):
        WideResNetBackbone(depth, (2, 3, 5))
