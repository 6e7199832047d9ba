from __future__ import annotations

import numpy as np
import pytest
import torch

from mtan_edu.models import build_model
from mtan_edu.recording import pool_to, record_masks
from tests.contracts import WIDTHS, images


@pytest.fixture
def model():
    return build_model("mtan", {"semantic": 13, "depth": 1}, widths=WIDTHS)


def test_masks_come_by_task_and_stage_in_the_order_of_computation(model):
    with record_masks(model) as recorded:
        model(images((2, 32, 64)))
    assert list(recorded.masks) == ["semantic", "depth"]
    shapes = {stage: tuple(mask.shape) for stage, mask in recorded.masks["depth"].items()}
    assert list(shapes)[::4] == ["encoder_1", "encoder_5", "decoder_2"]
    assert shapes["encoder_4"] == (2, 7, 4, 8)
    assert shapes["decoder_2"] == (2, 3, 16, 32)


def test_a_recorded_mask_is_what_the_attention_module_returns(model):
    image = images((1, 32, 64))
    model.eval()
    with record_masks(model) as recorded:
        model(image)
    first = model.attention["depth"]["encoder_1"](model.backbone(image)["encoder_1"].u)
    assert torch.equal(recorded.masks["depth"]["encoder_1"], first)


def test_passes_inside_one_block_stand_one_after_another(model):
    model.eval()
    with record_masks(model) as recorded:
        model(images((2, 32, 64)))
        model(1 - images((1, 32, 64)))
    with record_masks(model) as second:
        model(1 - images((1, 32, 64)))
    mask = recorded.masks["semantic"]["encoder_3"]
    assert mask.shape[0] == 3
    assert torch.equal(mask[2:], second.masks["semantic"]["encoder_3"])


def test_after_the_block_nothing_is_recorded_any_more(model):
    with record_masks(model) as recorded:
        model(images((1, 32, 64)))
    model(images((1, 32, 64)))
    assert len(recorded.masks["depth"]["encoder_1"]) == 1


def test_after_an_exception_nothing_is_recorded_any_more(model):
    with pytest.raises(ValueError, match=r"multiples of 32"), record_masks(model) as recorded:
        model(torch.rand(1, 3, 33, 64))
    model(images((1, 32, 64)))
    with pytest.raises(ValueError, match=r"got none"):
        _ = recorded.masks


def test_masks_carry_no_gradient(model):
    with record_masks(model) as recorded:
        model(images((2, 32, 64)))
    assert not recorded.masks["depth"]["decoder_1"].requires_grad


def test_a_record_holds_eight_bits_per_value_and_colors_last(model):
    image = images((2, 32, 64))
    with record_masks(model) as recorded:
        model(image)
    record = recorded.record(image, epoch=4)
    assert record.epoch == 4
    assert record.images.dtype == np.uint8
    assert np.array_equal(record.images, (image.permute(0, 2, 3, 1) * 255).round().numpy().astype(np.uint8))
    for task, stages in recorded.masks.items():
        for stage, mask in stages.items():
            assert record.masks[task][stage].dtype == np.uint8
            assert np.abs(record.values(task, stage) - mask.numpy()).max() <= 0.5 / 255 + 1e-6


def test_a_half_is_rounded_and_not_cut_off(model):
    module = model.attention["depth"]["encoder_1"]
    module.register_forward_hook(lambda _module, _inputs, mask: torch.full_like(mask, 254.6 / 255))
    with record_masks(model) as recorded:
        model(images((1, 32, 64)))
    assert (recorded.record(images((1, 32, 64))).masks["depth"]["encoder_1"] == 255).all()


def test_a_mask_that_is_not_a_number_stays_visible(model):
    torch.nn.init.constant_(model.attention["depth"]["encoder_2"].h[0].bias, torch.nan)
    with record_masks(model) as recorded:
        model(images((2, 32, 64)))
    record = recorded.record(images((2, 32, 64)))
    assert record.masks["depth"]["encoder_2"].dtype == np.float16
    assert np.isnan(record.values("depth", "encoder_2")).all()
    assert record.masks["semantic"]["encoder_2"].dtype == np.uint8


def test_big_maps_are_kept_as_area_averages(model):
    image = images((2, 32, 64))
    with record_masks(model.eval(), max_side=16) as small:
        model(image)
    with record_masks(model) as full:
        model(image)
    found, mask = small.masks["depth"]["encoder_1"], full.masks["depth"]["encoder_1"]
    assert torch.allclose(found, mask.unflatten(3, (16, 4)).unflatten(2, (8, 4)).mean(dim=(3, 5)), atol=1e-6)
    assert torch.equal(small.masks["depth"]["encoder_5"], full.masks["depth"]["encoder_5"])


def test_pooling_keeps_the_aspect_ratio():
    assert pool_to(torch.rand(1, 2, 288, 384), max_side=96).shape == (1, 2, 72, 96)
    assert pool_to(torch.rand(1, 2, 2, 300), max_side=10).shape == (1, 2, 1, 10)


def test_a_network_around_an_mtan_is_searched(model):
    with record_masks(torch.nn.Sequential(model)) as recorded:
        model(images((1, 32, 64)))
    assert list(recorded.masks) == ["semantic", "depth"]


def test_a_model_without_attention_gets_a_sentence():
    split = build_model("split", {"depth": 1}, width=2)
    with pytest.raises(ValueError, match="got HardParameterSharing, which has none"), record_masks(split):
        pass


def test_a_block_without_a_forward_pass_gets_a_sentence(model):
    with record_masks(model) as recorded:
        pass
    with pytest.raises(ValueError, match="at least one forward pass; got none"):
        _ = recorded.masks


def test_images_of_two_sizes_in_one_block_get_a_sentence(model):
    with record_masks(model) as recorded:
        model(images((1, 32, 64)))
        model(images((1, 64, 32)))
    with pytest.raises(ValueError, match="images of one size; got masks of"):
        _ = recorded.masks


def test_a_record_wants_the_images_of_all_passes(model):
    with record_masks(model) as recorded:
        model(images((2, 32, 64)))
    with pytest.raises(ValueError, match="must be the 2 that the model saw; got 1"):
        recorded.record(images((1, 32, 64)))


def test_a_side_below_one_pixel_gets_a_sentence(model):
    with pytest.raises(ValueError, match="`max_side` must be above 0 pixels; got 0"), record_masks(model, max_side=0):
        pass
