from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from torch import nn

from mtan_edu.models import build_model, shared_groups
from mtan_edu.recording import record_gradients
from tests.contracts import MODELS, WIDTHS, images, predict, tasks

SIZE = (2, 32, 64)


def losses_of(model):
    """Each task's mean of (y - 1)², with the same dropout every time."""
    return lambda image: {task: (output - 1).square().mean() for task, output in predict(model, image).items()}


def one_by_one(model, image):
    """Task to group to gradient, by a backward pass of its own on a copy: what the recorder must find."""
    found = {}
    for task in model.tasks:
        alone = copy.deepcopy(model)
        losses_of(alone)(image)[task].backward()
        found[task] = {
            group: torch.cat([parameter.grad.flatten() for parameter in of.values()])
            for group, of in shared_groups(alone).items()
        }
    return found


@pytest.mark.parametrize("name", ["mtan", "split", "cross_stitch", "dense", "mtan on resnet18"])
def test_products_are_those_of_each_task_s_own_way_back(name):
    model, image = MODELS[name](tasks(3)).double(), images((2, 64, 32), torch.float64)
    record = record_gradients(model, losses_of(model), [image])
    expected = one_by_one(model, image)
    assert record.tasks == model.tasks
    for number, group in enumerate(record.groups):
        for i, first in enumerate(model.tasks):
            for j, second in enumerate(model.tasks):
                product = (expected[first][group] @ expected[second][group]).item()
                assert record.products[0, number, i, j] == pytest.approx(product, rel=1e-9, abs=1e-15)


def test_norms_cosines_and_losses_are_those_of_the_batches_in_order():
    model = build_model("split", tasks(2), widths=WIDTHS).double()
    batches = [images(SIZE, torch.float64), 1 - images(SIZE, torch.float64)]
    record = record_gradients(model, losses_of(model), batches, epoch=3)
    assert record.epoch == 3
    for step, image in enumerate(batches):
        of = one_by_one(model, image)
        a, b = of["semantic"]["encoder_2"], of["depth"]["encoder_2"]
        assert record.norms("encoder_2")[step] == pytest.approx([a.norm().item(), b.norm().item()])
        cosine = torch.nn.functional.cosine_similarity(a, b, dim=0).item()
        assert record.cosines("semantic", "depth", "encoder_2")[step] == pytest.approx(cosine)
        assert record.losses[step, 1] == pytest.approx(losses_of(copy.deepcopy(model))(image)["depth"].item())


class Dropping(nn.Module):
    """A split network with dropout before its heads: it draws from torch's generator."""

    def __init__(self):
        super().__init__()
        self.model = build_model("split", tasks(2), widths=WIDTHS)
        self.drop = nn.Dropout(0.5)

    def losses(self, image):
        return {task: self.drop(output).square().mean() for task, output in self.model(image).items()}


@pytest.mark.parametrize("mode", [True, False])
def test_looking_leaves_weights_statistics_gradients_mode_and_random_numbers_bit_for_bit(mode):
    whole = Dropping().train(mode)
    whole.model.heads["depth"].eval()  # a part in another mode stays so
    torch.stack(list(whole.losses(images(SIZE)).values())).sum().backward()
    before, gradients = copy.deepcopy(whole), [parameter.grad.clone() for parameter in whole.parameters()]
    torch.manual_seed(5)
    states = torch.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002
    with torch.no_grad():  # as in the middle of an evaluation
        record_gradients(whole.model, whole.losses, [images(SIZE), images(SIZE)])
    assert torch.equal(torch.get_rng_state(), states[0])
    assert (np.random.get_state()[1] == states[1]).all()  # noqa: NPY002
    for (name, value), old in zip(whole.state_dict().items(), before.state_dict().values(), strict=True):
        assert torch.equal(value, old), name
    for parameter, old in zip(whole.parameters(), gradients, strict=True):
        assert torch.equal(parameter.grad, old)
    assert [part.training for part in whole.modules()] == [part.training for part in before.modules()]


def test_statistics_are_put_back_also_after_an_error():
    model = build_model("split", tasks(2), widths=WIDTHS)
    before = copy.deepcopy(model.state_dict())

    def fail(image):
        model(image)
        raise KeyError("no such target")

    with pytest.raises(KeyError):
        record_gradients(model, fail, [images(SIZE)])
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_the_method_sees_all_shared_gradients_at_once_and_says_its_weights():
    model = build_model("mtan", tasks(2), widths=WIDTHS)
    seen = []

    def weigh(gradients, losses):
        seen.append((tuple(gradients.shape), losses))
        return torch.tensor([0.25, 2.0])

    record = record_gradients(model, losses_of(model), [images(SIZE)], weights=weigh)
    assert seen[0][0] == (2, sum(parameter.numel() for parameter in model.shared_parameters()))
    assert seen[0][1].tolist() == record.losses[0].tolist()
    assert record.weights.tolist() == [[0.25, 2.0]]
    a, b = record.norms()[0]
    assert record.update_shares()[0] == pytest.approx([0.25 * a / (0.25 * a + 2 * b), 2 * b / (0.25 * a + 2 * b)])


def test_frozen_parts_are_left_out():
    model = build_model("mtan", tasks(2), widths=WIDTHS)
    model.backbone.requires_grad_(False)
    record = record_gradients(model, losses_of(model), [images(SIZE)])
    assert record.groups
    assert all(group.startswith("transition to") for group in record.groups)
    model.requires_grad_(False)
    with pytest.raises(ValueError, match="`model` must share parameters that are trained; got none"):
        record_gradients(model, losses_of(model), [images(SIZE)])


def test_parts_that_nobody_reads_are_left_out():
    model = MODELS["dense_reference"](tasks(2))
    groups = record_gradients(model, losses_of(model), [images((2, 64, 32))]).groups
    assert "decoder_2" in groups
    assert "decoder_1" not in groups


def test_bad_input_gets_a_sentence():
    model = build_model("split", tasks(2), widths=WIDTHS)
    with pytest.raises(ValueError, match="`batches` must hold at least one batch; got none"):
        record_gradients(model, losses_of(model), [])
    free = torch.ones((), requires_grad=True)
    with pytest.raises(ValueError, match="`losses` must be computed with the model's shared parameters"):
        record_gradients(model, lambda _: {"depth": free * 2}, [images(SIZE)])
