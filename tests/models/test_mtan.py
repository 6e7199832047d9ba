from __future__ import annotations

import torch

from mtan_edu.models import build_model
from tests.contracts import WIDTHS, images

TASKS = {"depth": 1, "semantic": 13}


def test_each_task_has_an_attention_module_at_every_stage():
    model = build_model("mtan", TASKS, widths=WIDTHS)
    found = [(task, stage) for task, stage, _ in model.attention_modules()]
    stages = [f"encoder_{depth}" for depth in (1, 2, 3, 4, 5)] + [f"decoder_{depth}" for depth in (5, 4, 3, 2, 1)]
    assert found == [(task, stage) for task in TASKS for stage in stages]


def test_with_the_last_mask_at_one_it_is_hard_parameter_sharing():
    """Then â = p at the last stage, and all masks before it have no say."""
    split, mtan = (build_model(name, TASKS, widths=WIDTHS) for name in ("split", "mtan"))
    mtan.load_state_dict(mtan.state_dict() | split.state_dict())
    for _, stage, module in mtan.attention_modules():
        if stage == "decoder_1":
            module.register_forward_hook(lambda _module, _inputs, mask: torch.ones_like(mask))
    expected, found = split(images((2, 32, 64))), mtan(images((2, 32, 64)))
    assert all(torch.equal(expected[task], found[task]) for task in TASKS)


def test_with_all_masks_at_zero_the_image_is_not_seen():
    model = build_model("mtan", TASKS, widths=WIDTHS).eval()
    for _, _, module in model.attention_modules():
        module.register_forward_hook(lambda _module, _inputs, mask: torch.zeros_like(mask))
    first, second = model(images((1, 32, 64))), model(1 - images((1, 32, 64)))
    assert all(torch.equal(first[task], second[task]) for task in TASKS)


def test_a_shared_layer_meets_every_task_once_per_step_and_in_their_order():
    model = build_model("mtan", TASKS, widths=WIDTHS)
    seen = []
    model.transitions["encoder_2"].register_forward_hook(lambda _module, inputs, _output: seen.append(inputs[0]))
    model(images((2, 32, 64)))
    norm = model.transitions["encoder_2"][0][1]
    convolved = [model.transitions["encoder_2"][0][0](x) for x in seen]
    expected = torch.zeros(WIDTHS[1])
    for x in convolved:  # a tenth of each task's own mean, one after the other
        expected = 0.9 * expected + 0.1 * x.mean(dim=(0, 2, 3))
    assert int(norm.num_batches_tracked) == len(TASKS)
    assert torch.allclose(norm.running_mean, expected, atol=1e-6)


def test_attending_task_by_task_gives_what_the_whole_network_gives():
    model = build_model("mtan", TASKS, widths=WIDTHS).eval()
    image = images((1, 64, 32))
    depth = model.heads["depth"](model.task_features("depth", model.backbone(image)))
    assert torch.equal(depth, model(image)["depth"])
