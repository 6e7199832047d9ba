from __future__ import annotations

import torch

from mtan_edu.models import build_model
from tests.contracts import WIDTHS, images

TASKS = {"semantic": 13, "depth": 1}


def test_what_the_authors_form_has_more_changes_no_prediction():
    ours, theirs = (build_model(name, TASKS, widths=WIDTHS) for name in ("dense", "dense_reference"))
    ours.load_state_dict({name: tensor for name, tensor in theirs.state_dict().items() if name in ours.state_dict()})
    expected, found = theirs(images((2, 32, 64))), ours(images((2, 32, 64)))
    assert all(torch.equal(expected[task], found[task]) for task in TASKS)


def test_a_task_reads_the_shared_network_and_no_other_tasks():
    model = build_model("dense", TASKS, widths=WIDTHS).eval()
    before = model(images((1, 32, 64)))["depth"]
    torch.nn.init.zeros_(model.networks["semantic"].encoder["encoder_1"][0][0].weight)
    assert torch.equal(model(images((1, 32, 64)))["depth"], before)
    torch.nn.init.zeros_(model.backbone.encoder["encoder_1"][0][0].weight)
    assert not torch.equal(model(images((1, 32, 64)))["depth"], before)
