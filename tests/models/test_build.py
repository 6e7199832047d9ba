from __future__ import annotations

import pytest
import torch

from mtan_edu.models import available_models, build_model

NYUV2 = {"semantic": 13, "depth": 1, "normal": 3}

# Trainable parameters of the reference code at the paper's widths. It counts one more per task in a multi-task
# network: the uncertainty weighting's.
PAPER_SIZES = [
    ("single", {"semantic": 13}, 24_981_069),
    ("single", {"depth": 1}, 24_980_289),
    ("single", {"normal": 3}, 24_980_419),
    ("stan", {"semantic": 13}, 38_185_805),
    ("stan", {"depth": 1}, 38_185_025),
    ("stan", {"normal": 3}, 38_185_155),
    ("split", NYUV2, 25_055_188 - 3),
    ("split_wide", NYUV2, 43_934_164 - 3),
    ("split_deep", NYUV2, 50_807_764 - 3),
    ("dense_reference", NYUV2, 123_743_995 - 3),
    ("dense", NYUV2, 123_743_995 - 3 - 44_583),
    ("cross_stitch_reference", NYUV2, 74_941_807 - 3),
    ("cross_stitch", NYUV2, 74_941_807 - 3 + 9 * (3 * 3 - 3)),
    ("mtan", NYUV2, 44_229_076 - 3),
]


@pytest.mark.parametrize(("name", "tasks", "count"), PAPER_SIZES)
def test_at_paper_size_it_has_as_many_parameters_as_the_reference(name, tasks, count):
    model = build_model(name, tasks, device="meta")
    assert sum(parameter.numel() for parameter in model.parameters()) == count


# The same of its ResNet and wide ResNet, which have no uncertainty weighting in them.
DECATHLON = (1000, 100, 100, 2, 47, 43, 102, 1623, 10, 101)
RESIDUAL_SIZES = [
    ("single", "resnet50", {"semantic": 13}, 39_636_813),
    ("split", "resnet50", NYUV2, 71_888_721),
    ("mtan", "resnet50", NYUV2, 92_347_921),
    ("mtan", "wide_resnet28", {f"domain_{i}": classes for i, classes in enumerate(DECATHLON)}, 10_237_656),
]


@pytest.mark.parametrize(("name", "backbone", "tasks", "count"), RESIDUAL_SIZES)
def test_on_residual_networks_too(name, backbone, tasks, count):
    model = build_model(name, tasks, backbone=backbone, device="meta")
    assert sum(parameter.numel() for parameter in model.parameters()) == count


def test_width_is_that_of_the_first_stage_and_the_others_follow():
    model = build_model("split", {"depth": 1}, width=3)
    assert [channels.u for channels in model.backbone.stage_channels.values()][:5] == [3, 6, 12, 24, 24]


def test_equal_generators_give_equal_weights_and_others_others():
    first, same, other = (
        build_model("mtan", NYUV2, width=2, generator=torch.Generator().manual_seed(seed)) for seed in (4, 4, 5)
    )
    weights = [torch.nn.utils.parameters_to_vector(model.parameters()) for model in (first, same, other)]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])


def test_building_leaves_the_global_random_state_alone():
    before = torch.get_rng_state()
    build_model("mtan", NYUV2, width=2)
    assert torch.equal(torch.get_rng_state(), before)


def test_convolutions_start_xavier_normal_and_biases_at_zero():
    model = build_model("split", {"depth": 1}, width=16)
    convolution = model.backbone.encoder_p["encoder_3"][1][0]  # 64 channels to 64, 3x3
    assert convolution.weight.std().item() == pytest.approx((2 / (2 * 64 * 9)) ** 0.5, rel=0.02)
    assert not convolution.bias.any()


@pytest.mark.parametrize("name", ["mtan", "split_deep", "dense", "cross_stitch", "cross_stitch_reference"])
def test_nothing_is_left_uninitialized(name):
    first, second = (build_model(name, NYUV2, width=2).state_dict() for _ in range(2))
    assert all(tensor.isfinite().all() and torch.equal(tensor, second[key]) for key, tensor in first.items())


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("mtn", NYUV2), "`architecture` must be one of mtan, stan, split, .*; got 'mtn'. Try mtan"),
        (("mtan", {}), "`tasks` must hold at least one task; got none"),
        (("mtan", {"depth": 0}), r"`tasks\['depth'\]` must be a whole number above 0; got 0"),
        (("mtan", {"a.b": 1}), "must be a word without dots .*; got 'a.b'"),
        (("mtan", {"keys": 1}), "must be a word without dots that torch does not use itself; got 'keys'"),
        (("stan", NYUV2), "exactly one task for a single-task attention network; got 3"),
        (("single", NYUV2), "exactly one task .*; got 3: semantic, depth, normal"),
    ],
)
def test_a_wrong_name_or_task_gets_a_sentence(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        build_model(*arguments, width=2)


@pytest.mark.parametrize(
    ("numbers", "sentence"),
    [
        ({"width": 0}, "`width` must be a whole number above 0; got 0"),
        ({"widths": (2, 2, 2)}, r"`widths` must hold five numbers, shallow to deep; got \(2, 2, 2\)"),
        ({"backbone": "segnett"}, "`backbone` must be one of segnet, resnet18, .*; got 'segnett'. Try segnet"),
        ({"backbone": "resnet18", "widths": (2, 2, 2)}, r"`widths` must hold four numbers, .*; got \(2, 2, 2\)"),
        ({"backbone": "wide_resnet10", "widths": (2,)}, r"`widths` must hold three numbers, .*; got \(2,\)"),
    ],
)
def test_a_wrong_number_gets_a_sentence(numbers, sentence):
    with pytest.raises(ValueError, match=sentence):
        build_model("mtan", NYUV2, **numbers)


def test_what_is_made_of_segnets_is_on_no_other_backbone():
    with pytest.raises(ValueError, match="`backbone` must be segnet for dense; got 'resnet18'. On any .* mtan, stan"):
        build_model("dense", NYUV2, backbone="resnet18")


@pytest.mark.parametrize("name", available_models())
@pytest.mark.parametrize(
    ("shape", "sentence"),
    [
        ((1, 3, 100, 64), "multiples of 32; got 100x64. The nearest sizes are 96x64 and 128x64"),
        ((1, 3, 16, 40), "got 16x40. The nearest sizes are 32x64"),
        ((1, 4, 32, 64), r"shape \(B, 3, H, W\); got \(1, 4, 32, 64\)"),
        ((0, 3, 32, 64), r"shape \(B, 3, H, W\); got \(0, 3, 32, 64\)"),
    ],
)
def test_an_image_of_the_wrong_size_gets_a_sentence(name, shape, sentence):
    with pytest.raises(ValueError, match=sentence):
        build_model(name, {"depth": 1}, width=2)(torch.rand(shape))
