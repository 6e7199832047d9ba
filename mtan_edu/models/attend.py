"""MTAN on any backbone: attention on a network that knows nothing of this library."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence

import torch
from torch import nn

from mtan_edu.models.attention import AttentionModule
from mtan_edu.models.blocks import compact_head, conv_bn_relu
from mtan_edu.models.build import attention_modules
from mtan_edu.models.checks import check_positive, check_tasks
from mtan_edu.models.dry_run import run_dry
from mtan_edu.models.hooked import HookedBackbone, StagePoint
from mtan_edu.models.initialization import initialize
from mtan_edu.models.mtan import MTAN
from mtan_edu.models.multi_task import MultiTaskModel
from mtan_edu.models.stage_choice import choose_points, points_of

HeadMaker = Callable[[int, int], nn.Module]
"""Channels of the features and of the prediction to a head, such as `compact_head` and `ClassificationHead`."""


def attend(
    backbone: nn.Module,
    tasks: Mapping[str, int],
    stages: Sequence[str] | None = None,
    *,
    head: HeadMaker | Mapping[str, HeadMaker] = compact_head,
    image_size: tuple[int, int] | None = None,
    reduction: int = 4,
    generator: torch.Generator | None = None,
) -> MTAN:
    """Build a Multi-Task Attention Network on any feed-forward network.

        model = attend(backbone, {"semantic": 13, "depth": 1})
        model(image)["depth"]  # (B, 1, H, W)

    The backbone is not changed: its weights are those of the model's shared part, pretrained or not, frozen (with
    `backbone.requires_grad_(False)`) or not. One dry run finds the stages and their shapes. Of each stage, p is what
    its module returns and u what its last block reads. Attention modules, and the layers f between the stages, a 3x3
    convolution with pooling or up-sampling by what lies between two stages' sizes, are new. Rows of tokens are seen
    as maps.

    Args:
        backbone: A network from images to anything, with maps on the way: encoder, encoder-decoder or transformer.
        tasks: Task name to the channels of its prediction, in the order of the tasks.
        stages: Names of the modules to attend to, as `backbone.named_modules()` has them, in the order in which they
            run; None = the last block of every resolution.
        head: Makes a head from the channels of the last stage and of the prediction; or one such function per task.
            `compact_head` and the paper's `dense_head` predict maps of the image's size, `ClassificationHead` scores.
        image_size: Height and width for the dry run [pixels]; None = tried out. Only a backbone that reads one size
            needs it.
        reduction: Channels of a mask over channels between an attention module's two convolutions; the authors' code
            has 1 on SegNet and 4 on ResNet.
        generator: Where the new parts' weights come from; None stands for one with seed 0.

    Returns:
        A model on the backbone's device, in its precision and in training mode.

    Raises:
        TypeError: If the backbone is no network.
        ValueError: If the backbone cannot be attended to: it has no spatial map, runs a stage several times, or
            computes other things from other images; if stages are unknown, out of order or give no map; or tasks are
            missing.

    References:
        Liu et al., CVPR 2019, section 3: "can be built upon any feed-forward neural network".
    """
    if not isinstance(backbone, nn.Module) or isinstance(backbone, MultiTaskModel):
        raise TypeError(
            f"`backbone` must be a torch.nn.Module without tasks; got {type(backbone).__name__}. "
            "Hand over the network itself, built."
        )
    check_tasks(tasks)
    check_positive("reduction", reduction, "The authors' code has 1 on SegNet and 4 on ResNet.")
    run = run_dry(backbone, image_size)
    points = choose_points(run) if stages is None else points_of(run, stages)
    hooked = HookedBackbone(backbone, points, run.in_channels, run.image_size)
    generator = generator if generator is not None else torch.Generator().manual_seed(0)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(int(torch.randint(2**31, (), generator=generator)))
        attention = {task: attention_modules(hooked, reduction) for task in tasks}
        transitions = _transitions(points)
        heads = {task: _maker(head, task)(points[-1].p.channels, channels) for task, channels in tasks.items()}
    _prepare(backbone, attention, transitions, heads, generator)
    return MTAN(hooked, attention, transitions, heads)


def _transitions(points: Sequence[StagePoint]) -> dict[str, nn.Module]:
    return {after.name: _transition(before, after) for before, after in itertools.pairwise(points)}


def _transition(before: StagePoint, after: StagePoint) -> nn.Sequential:
    """f: a 3x3 convolution, before pooling on the way down and after up-sampling on the way up."""
    down = [max(1, round(b / a)) for b, a in zip(before.p.size, after.p.size, strict=True)]
    up = [max(1, round(a / b)) for b, a in zip(before.p.size, after.p.size, strict=True)]
    layers: list[nn.Module] = [conv_bn_relu(before.p.channels, after.p.channels)]
    if max(up) > 1:
        layers.insert(0, nn.Upsample(scale_factor=(up[0], up[1]), mode="bilinear", align_corners=True))
    if max(down) > 1:
        layers.append(nn.MaxPool2d(kernel_size=(down[0], down[1]), ceil_mode=True))
    return nn.Sequential(*layers)


def _prepare(
    backbone: nn.Module,
    attention: Mapping[str, Mapping[str, AttentionModule]],
    transitions: Mapping[str, nn.Module],
    heads: Mapping[str, nn.Module],
    generator: torch.Generator,
) -> None:
    """First weights, and the backbone's device and precision, for all that is new."""
    some = next((parameter for parameter in backbone.parameters() if parameter.is_floating_point()), torch.empty(0))
    modules = [module for of in attention.values() for module in of.values()]
    for part in (*modules, *transitions.values(), *heads.values()):
        initialize(part, generator)
        part.to(device=some.device, dtype=some.dtype)


def _maker(head: HeadMaker | Mapping[str, HeadMaker], task: str) -> HeadMaker:
    if not isinstance(head, Mapping):
        return head
    if task not in head:
        raise ValueError(
            f"`head` must have an entry for every task; got none for {task!r}. Add one, or give one for all."
        )
    return head[task]
