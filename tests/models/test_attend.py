from __future__ import annotations

import copy

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from mtan_edu.models import ClassificationHead, attend, build_model
from mtan_edu.recording import record_masks
from tests import contracts
from tests.contracts import images

TASKS = {"semantic": 13, "depth": 1}


class Block(nn.Module):
    def __init__(self, channels, out_channels, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, out_channels, 3, stride=stride, padding=1)
        self.norm = nn.BatchNorm2d(out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1)

    def forward(self, x):
        return F.relu(self.conv2(F.relu(self.norm(self.conv1(x)))))


class Encoder(nn.Module):
    """Three layers at 1/2, 1/6 and 1/6 of the image, and a classifier that fits one size only."""

    def __init__(self):
        super().__init__()
        self.layer1 = nn.Sequential(Block(3, 4, stride=2), Block(4, 4))
        self.layer2 = nn.Sequential(Block(4, 5, stride=3), Block(5, 5))
        self.layer3 = nn.Sequential(Block(5, 6), Block(6, 6))
        self.classify = nn.Linear(6 * 8 * 8, 10)

    def forward(self, x):
        return self.classify(self.layer3(self.layer2(self.layer1(x))).flatten(1))


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.down1, self.down2, self.down3 = Block(3, 4), Block(4, 6), Block(6, 8)
        self.up2, self.up1 = Block(8 + 6, 6), Block(6 + 4, 4)

    def forward(self, x):
        first = self.down1(x)
        second = self.down2(F.max_pool2d(first, 2))
        x = F.interpolate(self.down3(F.max_pool2d(second, 2)), size=second.shape[2:])
        x = F.interpolate(self.up2(torch.cat([x, second], 1)), size=first.shape[2:])
        return self.up1(torch.cat([x, first], 1))


class Layer(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.mix = nn.Linear(channels, channels)

    def forward(self, tokens):
        return tokens + torch.tanh(self.mix(tokens)) + tokens.mean(dim=1, keepdim=True)


class Transformer(nn.Module):
    """Tokens of 8x8 pixels, with a class token and a register before them."""

    def __init__(self):
        super().__init__()
        self.patches = nn.Conv2d(3, 10, 8, stride=8)
        self.extra = nn.Parameter(torch.zeros(1, 2, 10))
        self.blocks = nn.ModuleList([Layer(10) for _ in range(8)])

    def forward(self, x):
        tokens = self.patches(x).flatten(2).transpose(1, 2)
        tokens = torch.cat([self.extra.expand(len(x), -1, -1), tokens], dim=1)
        for block in self.blocks:
            tokens = block(tokens)
        return {"last": tokens}


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem, self.block = nn.Conv2d(3, 4, 3, padding=1), Block(4, 4)

    def forward(self, x):
        x = self.stem(x)
        for _ in range(3):
            x = self.block(x)
        return x


class DataDependent(nn.Module):
    def __init__(self):
        super().__init__()
        self.bright, self.dark = Block(3, 4), Block(3, 4)

    def forward(self, x):
        return self.bright(x) if x.mean() > 0.5 else self.dark(x)


class Flat(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Flatten(), nn.Linear(3 * 32 * 32, 8), nn.ReLU(), nn.Linear(8, 8))

    def forward(self, x):
        return self.layers(x)


def plain():
    layers = []
    for read, written in ((3, 4), (4, 6), (6, 8)):
        layers += [nn.Conv2d(read, written, 3, padding=1), nn.BatchNorm2d(written), nn.ReLU(), nn.MaxPool2d(2)]
    return nn.Sequential(*layers)


NETWORKS = {"encoder": Encoder, "encoder-decoder": UNet, "transformer": Transformer, "plain layers": plain}


@pytest.mark.parametrize(
    ("make", "stages", "blocks"),
    [
        (Encoder, ["layer1", "layer2", "layer3"], ["layer1.1", "layer2.1", "layer3.1"]),
        (UNet, ["down1", "down2", "down3", "up2", "up1"], ["down1", "down2", "down3", "up2", "up1"]),
        (Transformer, ["blocks.1", "blocks.3", "blocks.5", "blocks.7"], [f"blocks.{i}" for i in (1, 3, 5, 7)]),
        (plain, ["2", "6", "10"], ["0", "4", "8"]),
    ],
)
def test_stages_suggest_themselves(make, stages, blocks):
    points = attend(make(), TASKS, image_size=(48, 48)).backbone.points
    assert [point.name for point in points] == stages
    assert [point.block for point in points] == blocks


class Narrowing(nn.Module):
    """A block whose first convolution keeps its shape, and whose second halves the map."""

    def __init__(self, channels):
        super().__init__()
        self.narrow = nn.Sequential(nn.Conv2d(channels, channels, 1), nn.BatchNorm2d(channels))
        self.convolve = nn.Sequential(nn.Conv2d(channels, channels, 3, stride=2, padding=1), nn.ReLU())

    def forward(self, x):
        return self.convolve(self.narrow(x))


class Predicting(nn.Module):
    """Ends with two blocks that make two channels of twelve."""

    def __init__(self):
        super().__init__()
        self.down, self.more = Block(3, 12, stride=2), Block(12, 12)
        self.up, self.predict = Block(12, 2), Block(2, 2)

    def forward(self, x):
        x = F.interpolate(self.more(self.down(x)), scale_factor=2)
        return self.predict(self.up(x))


def test_a_block_is_one_whatever_its_parts_keep():
    backbone = nn.Sequential(nn.Conv2d(3, 6, 3, padding=1), Narrowing(6), Narrowing(6), Narrowing(6))
    model = attend(backbone, TASKS, image_size=(32, 48))
    assert [name.split(".")[0] for name in model.backbone.stage_channels] == ["1", "2", "3"]
    assert not any("narrow" in name for name in model.backbone.stage_channels)


def test_a_networks_own_prediction_is_no_stage_even_if_two_blocks_make_it():
    assert list(attend(Predicting(), TASKS, image_size=(32, 48)).backbone.stage_channels) == ["down", "more"]


def test_u_is_what_the_last_block_reads_and_p_what_the_stage_returns():
    encoder = Encoder().eval()
    model = attend(encoder, TASKS).eval()
    image = images((2, 48, 36))
    first = encoder.layer1[0](image)
    u, p = model.backbone(image)["layer1"]
    assert torch.equal(u, first)
    assert torch.equal(p, encoder.layer1[1](first))


def test_tokens_are_laid_out_as_the_image_lies():
    network = Transformer().eval()
    image = images((2, 32, 48))
    _, p = attend(network, TASKS, ["blocks.0"]).eval().backbone(image)["blocks.0"]
    tokens = network.patches(image).flatten(2).transpose(1, 2)
    tokens = network.blocks[0](torch.cat([network.extra.expand(2, -1, -1), tokens], dim=1))
    assert p.shape == (2, 10, 4, 6)
    assert torch.equal(p[:, :, 3, 1], tokens[:, 2 + 3 * 6 + 1])


@pytest.mark.parametrize("size", [(48, 96), (40, 72), (56, 48)])
@pytest.mark.parametrize("name", NETWORKS)
def test_predicts_every_task_at_the_size_of_the_image(name, size):
    model = attend(NETWORKS[name](), contracts.tasks(3))
    contracts.predicts_every_task(model, (2, *size))


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16])
def test_new_parts_have_the_precision_of_the_backbone(dtype):
    contracts.predicts_every_task(attend(UNet().to(dtype), TASKS), (2, 16, 24), dtype)


@pytest.mark.parametrize("name", ["encoder-decoder", "transformer", "plain layers"])
def test_it_keeps_the_contracts(name):
    torch.manual_seed(0)
    model = attend(NETWORKS[name](), contracts.tasks(2))
    contracts.parts_partition(model)
    contracts.one_task_moves_only_its_own_and_the_shared(copy.deepcopy(model), "depth")
    contracts.gradients_reach_every_parameter(copy.deepcopy(model))
    contracts.recording_masks_changes_nothing(model)


def test_a_state_dict_resumes_it():
    contracts.state_dict_resumes(attend(UNet(), TASKS), attend(UNet(), TASKS))


def test_heads_may_classify_or_differ_from_task_to_task():
    model = attend(
        UNet(), {"kind": 7, "depth": 1}, head={"kind": ClassificationHead, "depth": nn.Identity}, image_size=(16, 16)
    )
    assert model(images((2, 16, 24)))["kind"].shape == (2, 7)


def test_a_frozen_backbone_stays_as_it_is_while_the_rest_learns():
    backbone = UNet().requires_grad_(False)
    before = copy.deepcopy(backbone.state_dict())
    model = attend(backbone, TASKS).train()
    optimizer = torch.optim.SGD([p for p in model.parameters() if p.requires_grad], lr=0.1)
    contracts.total(model(images((2, 16, 24)))).backward()
    optimizer.step()
    assert all(torch.equal(tensor, before[name]) for name, tensor in backbone.state_dict().items())
    assert all(p.grad is not None for p in model.task_parameters("depth"))


def test_the_backbone_keeps_its_weights_mode_and_hooks():
    backbone = UNet()
    backbone.down1.eval()
    before = copy.deepcopy(backbone.state_dict())
    attend(backbone, TASKS).eval()(images((2, 16, 24)))
    assert all(torch.equal(tensor, before[name]) for name, tensor in backbone.state_dict().items())
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in backbone.modules())


def test_masks_bear_the_names_of_the_stages():
    model = attend(Transformer(), TASKS, ["blocks.2", "blocks.6"])
    with record_masks(model) as recorded:
        model(images((2, 32, 48)))
    assert {stage: tuple(mask.shape) for stage, mask in recorded.masks["depth"].items()} == {
        "blocks.2": (2, 10, 4, 6),
        "blocks.6": (2, 10, 4, 6),
    }


def test_what_comes_after_the_last_stage_is_not_computed():
    """The classifier would refuse images of this size."""
    attend(Encoder(), TASKS)(images((2, 96, 60)))


def test_equal_generators_give_equal_new_parts_and_leave_the_global_random_state_alone():
    backbone = UNet()
    before = torch.get_rng_state()
    first, same, other = (attend(backbone, TASKS, generator=torch.Generator().manual_seed(seed)) for seed in (4, 4, 5))
    assert torch.equal(torch.get_rng_state(), before)
    weights = [torch.nn.utils.parameters_to_vector(model.attention.parameters()) for model in (first, same, other)]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])


@pytest.mark.parametrize(
    ("make", "stages", "sentence"),
    [
        (Flat, None, "at least one spatial map, .*; got none"),
        (Flat, ["layers.1"], r"must return a spatial map, .*; got 'layers.1', which returns shape \(2, 8\)"),
        (Recurrent, None, "run each of its blocks once per image; got block, which runs 3 times"),
        (Recurrent, ["block"], "must run once per image; got 'block', which runs 3 times. With recurrent reuse"),
        (DataDependent, None, "must compute the same for every image; .* control flow depends on the data"),
        (UNet, ["down2", "down1"], "the order in which they are computed; .*. The order is down1, down2"),
        (UNet, ["down4"], "names of the backbone's modules; got 'down4'. Try down"),
        (UNet, [], "must name at least one module; got none"),
        (UNet, ["down1", "down1"], "must be all different; got down1, down1"),
        (Transformer, ["blocks"], "must be modules that run; got 'blocks', .*. Try its part blocks.7"),
    ],
)
def test_what_cannot_be_attended_to_is_refused_with_the_reason(make, stages, sentence):
    with pytest.raises(ValueError, match=sentence):
        attend(make(), TASKS, stages)


def test_an_image_that_is_too_small_gets_a_sentence():
    model = attend(plain(), TASKS)
    with pytest.raises(ValueError, match=r"`image` must be of a size .*, such as 224x224; got 2x2. It says: "):
        model(images((2, 2, 2)))


def test_a_model_that_has_tasks_already_gets_a_sentence():
    with pytest.raises(TypeError, match="without tasks; got HardParameterSharing"):
        attend(build_model("split", TASKS, width=2), TASKS)
