from __future__ import annotations

import pytest
import torch
from torch import Tensor

from mtan_edu.lessons import replaced_masks
from mtan_edu.models import build_model

TASKS = {"semantic": 5, "depth": 1}


@pytest.fixture
def image() -> Tensor:
    return torch.rand(2, 3, 32, 64, generator=torch.Generator().manual_seed(1))


def test_with_all_gates_open_mtan_is_hard_parameter_sharing(image: Tensor) -> None:
    mtan, split = (build_model(name, TASKS, width=2).eval() for name in ("mtan", "split"))
    mtan.load_state_dict(split.state_dict(), strict=False)
    with replaced_masks(mtan, torch.ones_like):
        outputs = mtan(image)
    for task, expected in split(image).items():
        assert torch.equal(outputs[task], expected)


def test_after_the_block_the_network_computes_its_own_masks_again(image: Tensor) -> None:
    model = build_model("mtan", TASKS, width=2).eval()
    before = model(image)
    with replaced_masks(model, torch.zeros_like):
        closed = model(image)
    assert not torch.equal(closed["depth"], before["depth"])
    assert torch.equal(model(image)["depth"], before["depth"])


def test_a_mask_of_another_shape_is_refused(image: Tensor) -> None:
    model = build_model("mtan", TASKS, width=2).eval()
    with (
        replaced_masks(model, lambda mask: mask.mean(dim=(2, 3), keepdim=True)),
        pytest.raises(ValueError, match=r"`change` must keep the shape \(2, 2, 32, 64\); got \(2, 2, 1, 1\)"),
    ):
        model(image)
