from __future__ import annotations

import pytest
import torch
from torch import Tensor

from mtan_edu.models import (
    MTAN,
    build_model,
    intervene,
    of_another_image,
    open_everywhere,
    same_at_every_pixel,
    scaled,
    swap_masks,
)
from mtan_edu.recording import record_masks

TASKS = {"semantic": 5, "depth": 1, "normal": 3}


@pytest.fixture
def image() -> Tensor:
    return torch.rand(2, 3, 32, 64, generator=torch.Generator().manual_seed(1))


@pytest.fixture
def model() -> MTAN:
    return build_model("mtan", TASKS, width=2, generator=torch.Generator().manual_seed(0)).eval()


def last_stage(model: MTAN) -> str:
    return list(model.backbone.stage_channels)[-1]


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("stages", ["all", "last"])
def test_with_open_gates_at_the_last_stage_mtan_is_the_split_network(
    model: MTAN, image: Tensor, training: bool, stages: str
) -> None:
    split = build_model("split", TASKS, width=2)
    model.load_state_dict(split.state_dict(), strict=False)
    expected = split.train(training)(image)
    with intervene(model.train(training), open_everywhere, stages=[last_stage(model)] if stages == "last" else None):
        outputs = model(image)
    for task in TASKS:
        assert torch.equal(outputs[task], expected[task])


def test_after_the_block_the_network_computes_its_own_masks_again(model: MTAN, image: Tensor) -> None:
    before = model(image)
    with pytest.raises(KeyError), intervene(model, scaled(0)):
        assert not torch.equal(model(image)["depth"], before["depth"])
        raise KeyError
    assert torch.equal(model(image)["depth"], before["depth"])


def test_a_change_of_one_task_leaves_the_others_alone(model: MTAN, image: Tensor) -> None:
    before = model(image)
    with intervene(model, open_everywhere, tasks=["depth"]):
        after = model(image)
    assert [task for task in TASKS if not torch.equal(before[task], after[task])] == ["depth"]


def test_a_change_at_one_stage_leaves_earlier_masks_alone(model: MTAN, image: Tensor) -> None:
    stages = list(model.backbone.stage_channels)
    with record_masks(model) as before:
        model(image)
    with intervene(model, scaled(0.5), stages=[stages[3]]), record_masks(model) as after:
        model(image)
    old, new = (recorded.masks["depth"] for recorded in (before, after))
    assert all(torch.equal(old[stage], new[stage]) for stage in stages[:3])
    assert torch.equal(new[stages[3]], old[stages[3]] / 2)
    assert not torch.equal(new[stages[4]], old[stages[4]])


def test_the_mean_over_pixels_keeps_what_weighs_channels() -> None:
    mask = torch.rand(2, 3, 4, 5)
    changed = same_at_every_pixel(mask)
    assert changed.shape == mask.shape
    assert torch.equal(changed[1, 2], mask[1, 2].mean().expand(4, 5))


def test_another_image_lends_its_mask() -> None:
    mask = torch.rand(3, 2, 4, 5)
    assert torch.equal(of_another_image(mask)[1], mask[0])
    assert torch.equal(of_another_image(mask)[0], mask[2])


def test_swapped_tasks_look_through_each_others_masks(model: MTAN, image: Tensor) -> None:
    with record_masks(model) as before:
        expected = model(image)
    with swap_masks(model, {"depth": "normal", "normal": "depth"}):
        swapped = model(image)
    stages = list(model.backbone.stage_channels)
    with intervene(model, lambda _: before.masks["normal"][stages[-1]], tasks=["depth"], stages=stages[-1:]):
        by_hand = model(image)  # of a SegNet's masks only the last one reaches the prediction directly
    assert torch.equal(swapped["depth"], by_hand["depth"])
    assert torch.equal(swapped["semantic"], expected["semantic"])
    assert not torch.equal(swapped["depth"], expected["depth"])


def test_a_task_that_takes_its_own_masks_changes_nothing(model: MTAN, image: Tensor) -> None:
    expected = model(image)
    with swap_masks(model, {"depth": "depth"}, stages=["encoder_2"]):
        assert torch.equal(model(image)["depth"], expected["depth"])
        assert torch.equal(model(image, ["depth"])["depth"], expected["depth"])


def test_a_mask_of_another_shape_is_refused(model: MTAN, image: Tensor) -> None:
    with (
        intervene(model, lambda mask: mask.mean(dim=(2, 3), keepdim=True)),
        pytest.raises(ValueError, match=r"`change` must keep the shape \(2, 2, 32, 64\); got \(2, 2, 1, 1\)"),
    ):
        model(image)


def test_what_the_model_does_not_have_is_refused(model: MTAN) -> None:
    split = build_model("split", TASKS, width=2)
    with (
        pytest.raises(TypeError, match="`model` must have attention modules; got HardParameterSharing"),
        intervene(split, open_everywhere),
    ):
        pass
    with (
        pytest.raises(ValueError, match="`stages` must be .*got 'decoder_7'"),
        swap_masks(model, {"depth": "normal"}, stages=["decoder_7"]),
    ):
        pass
    with pytest.raises(ValueError, match="`takes` must be .*got 'normals'"), swap_masks(model, {"depth": "normals"}):
        pass
    with pytest.raises(ValueError, match="`tasks` must be .*got 'dept'"), intervene(model, scaled(1), tasks=["dept"]):
        pass


def test_masks_are_not_swapped_in_a_network_that_is_being_trained(model: MTAN) -> None:
    with pytest.raises(ValueError, match="must be in evaluation mode"), swap_masks(model.train(), {"depth": "normal"}):
        pass


@pytest.mark.parametrize("factor", [-1, float("nan"), float("inf")])
def test_gates_cannot_be_scaled_by_what_is_no_factor(factor: float) -> None:
    with pytest.raises(ValueError, match="`factor` must be at least 0 and finite"):
        scaled(factor)
