from __future__ import annotations

import torch

from mtan_edu.models import CommonStitchUnits, CrossStitchUnits, build_model
from tests.contracts import WIDTHS, images

TASKS = {"semantic": 13, "depth": 1, "normal": 3}


def test_units_start_with_nine_tenths_of_the_own_map_and_share_the_rest():
    units = CrossStitchUnits(3)
    expected = torch.tensor([[0.9, 0.05, 0.05], [0.05, 0.9, 0.05], [0.05, 0.05, 0.9]])
    assert torch.allclose(units.encoder, expected.expand(4, 3, 3))
    assert torch.allclose(units.decoder, expected.expand(5, 3, 3))


def test_a_unit_mixes_differently_for_every_task():
    units = CrossStitchUnits(2)
    with torch.no_grad():
        units.encoder[1] = torch.tensor([[1.0, 2.0], [0.0, -1.0]])
    first, second = torch.full((1, 1, 2, 3), 10.0), torch.full((1, 1, 2, 3), 1.0)
    mixed = units("encoder_3", [first, second])
    assert [x.unique().item() for x in mixed] == [12.0, -1.0]


def test_the_authors_units_give_every_task_the_same():
    units = CommonStitchUnits(2)
    maps = [torch.rand(1, 2, 3, 4), torch.rand(1, 2, 3, 4)]
    mixed = units("decoder_4", maps)
    assert torch.equal(mixed[0], mixed[1])
    assert torch.allclose(mixed[0], maps[0] + maps[1])


def test_without_mixing_every_task_has_a_network_of_its_own():
    model = build_model("cross_stitch", TASKS, widths=WIDTHS)
    with torch.no_grad():
        for weights in (model.units.encoder, model.units.decoder):
            weights.copy_(torch.eye(3).expand_as(weights))
    model(images((2, 32, 64)))["depth"].sum().backward()
    assert all(parameter.grad is not None for parameter in model.networks["depth"].parameters())
    moved = [p.grad.any() for p in model.networks["normal"].parameters() if p.grad is not None]
    assert not any(moved)
