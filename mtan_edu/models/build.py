"""The one place that knows the numbers: from a model's name to the model."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import nn

from mtan_edu.models.attention import AttentionModule
from mtan_edu.models.blocks import dense_head
from mtan_edu.models.checks import check_known, check_positive, check_tasks
from mtan_edu.models.cross_stitch import CommonStitchUnits, CrossStitchNetwork
from mtan_edu.models.dense import DenseSharing
from mtan_edu.models.initialization import initialize
from mtan_edu.models.kinds import KINDS, BackboneKind
from mtan_edu.models.mtan import MTAN
from mtan_edu.models.multi_task import MultiTaskModel
from mtan_edu.models.segnet import SegNetBackbone
from mtan_edu.models.single import SingleTask
from mtan_edu.models.split import HardParameterSharing
from mtan_edu.models.stage import Backbone
from mtan_edu.models.stan import STAN

Tasks = Mapping[str, int]

WIDE_PROPORTIONS = (1, 2, 4, 8, 16)
"""SegNet's deepest stage with twice the channels: the paper's wider Split."""


def available_models() -> tuple[str, ...]:
    """Names that `build_model` knows."""
    return (*_ON_ANY_BACKBONE, *_ON_SEGNET)


def available_backbones() -> tuple[str, ...]:
    """Names that `build_model` knows as a backbone."""
    return tuple(KINDS)


def build_model(
    architecture: str,
    tasks: Tasks,
    *,
    backbone: str = "segnet",
    width: int = 64,
    widths: Sequence[int] | None = None,
    generator: torch.Generator | None = None,
    device: torch.device | str = "cpu",
) -> MultiTaskModel:
    """Build a model and give it its first weights.

    On any backbone: "mtan" (Multi-Task Attention Network), "stan" (the same with one task), "split" (hard parameter
    sharing), "single" (one task).

    On SegNet: "split_wide" and "split_deep" (hard parameter sharing with as many parameters as other models),
    "dense", "cross_stitch" (soft parameter sharing); "dense_reference" and "cross_stitch_reference" are the same in
    the form of the authors' code, which has an output that nobody reads, and mixtures that are equal for all tasks.

    Args:
        architecture: One of these names.
        tasks: Task name to the channels of its prediction, in the order of the tasks.
        backbone: A name of `available_backbones()`: "segnet", ResNets with the heads of DeepLabv3, wide ResNets with
            heads that classify. What a task predicts are then its classes.
        width: Channels of the first stage (in ResNets, of its 3x3 convolutions); the others follow in the paper's
            proportion, in SegNet 1, 2, 4, 8, 8. The paper's is 64.
        widths: Channels of all depths instead, shallow to deep.
        generator: Where the first weights come from; None stands for one with seed 0. The global random state is
            neither read nor changed.
        device: Where the model shall lie. On "meta" it has shapes and no weights.

    Returns:
        A model in training mode, `(B, 3, H, W)` → task name to `(B, channels, H, W)`, or `(B, classes)`.

    Raises:
        ValueError: If a name is unknown, the architecture is not for this backbone, there is no task or more than
            the architecture has room for, or a number is below 1.

    References:
        Liu et al., CVPR 2019, section 4.1.
    """
    check_known("architecture", architecture, available_models())
    check_known("backbone", backbone, available_backbones())
    check_tasks(tasks)
    if architecture in _ON_SEGNET and backbone != "segnet":
        raise ValueError(
            f"`backbone` must be segnet for {architecture}; got {backbone!r}. "
            f"On any backbone there are {', '.join(_ON_ANY_BACKBONE)}."
        )
    if widths is None:
        check_positive("width", width, "It is the number of channels of the first stage; the paper's is 64.")
        proportions = WIDE_PROPORTIONS if architecture == "split_wide" else KINDS[backbone].proportions
        widths = [width * proportion for proportion in proportions]
    return build_on(KINDS[backbone], architecture, tasks, widths, generator=generator, device=device)


def build_on(
    kind: BackboneKind,
    architecture: str,
    tasks: Tasks,
    widths: Sequence[int],
    *,
    generator: torch.Generator | None = None,
    device: torch.device | str = "cpu",
) -> MultiTaskModel:
    """Build a model on a kind of backbone that may have no name of its own; else as `build_model`.

    Args:
        kind: The backbone and what goes with it.
        architecture: A name of `available_models()`.
        tasks: Task name to the channels of its prediction.
        widths: Channels of all depths.
        generator: Where the first weights come from; None stands for one with seed 0.
        device: Where the model shall lie.

    Returns:
        A model in training mode.
    """
    with torch.device("meta"):  # layers get no weights here, so torch draws none from its global generator
        if architecture in _ON_SEGNET:
            model = _ON_SEGNET[architecture](tasks, widths)
        else:
            model = _ON_ANY_BACKBONE[architecture](tasks, widths, kind)
    if torch.device(device).type == "meta":
        return model
    model._apply(_without_values)  # to_empty does the same, but loads sympy first: 3.6 s of computing time
    fill = nn.init.xavier_uniform_ if architecture in _SOFT else kind.fill
    initialize(model, generator if generator is not None else torch.Generator("cpu").manual_seed(0), fill)
    return model.to(device)


def _without_values(tensor: torch.Tensor) -> torch.Tensor:
    """Memory on the CPU for a tensor that had only a shape."""
    return torch.empty(tensor.shape, dtype=tensor.dtype, device="cpu")


def attention_modules(backbone: Backbone, reduction: int = 1) -> dict[str, AttentionModule]:
    """One attention module per stage, for one task.

    What the stage before carries over has as many channels as this stage's p.

    Args:
        backbone: The network that is looked at.
        reduction: Channels of a mask over channels between the module's two convolutions.

    Returns:
        Stage name to its module.
    """
    modules = {}
    for position, (stage, (u, p)) in enumerate(backbone.stage_channels.items()):
        carried = p if position > 0 else 0
        modules[stage] = AttentionModule(u + carried, mid_channels=max(1, p // reduction), out_channels=p)
    return modules


def _attentive(network: type[MTAN]) -> Callable[[Tasks, Sequence[int], BackboneKind], MultiTaskModel]:
    def build(tasks: Tasks, widths: Sequence[int], kind: BackboneKind) -> MultiTaskModel:
        backbone = kind.backbone(widths)
        attention = {task: attention_modules(backbone, kind.reduction) for task in tasks}
        last = None if kind.last_transition is None else kind.last_transition(widths)
        return network(backbone, attention, kind.transitions(widths), _heads(tasks, backbone, kind), last)

    return build


def _sharing(network: type[HardParameterSharing]) -> Callable[[Tasks, Sequence[int], BackboneKind], MultiTaskModel]:
    def build(tasks: Tasks, widths: Sequence[int], kind: BackboneKind) -> MultiTaskModel:
        backbone = kind.backbone(widths)
        return network(backbone, _heads(tasks, backbone, kind))

    return build


def _heads(tasks: Tasks, backbone: Backbone, kind: BackboneKind) -> dict[str, nn.Module]:
    *_, last = backbone.stage_channels.values()
    return {task: kind.head(last.p, channels) for task, channels in tasks.items()}


def _dense_heads(tasks: Tasks, widths: Sequence[int]) -> dict[str, nn.Module]:
    return {task: dense_head(widths[0], channels) for task, channels in tasks.items()}


def _split_wide(tasks: Tasks, widths: Sequence[int]) -> MultiTaskModel:
    return HardParameterSharing(SegNetBackbone(widths), _dense_heads(tasks, widths))


def _split_deep(tasks: Tasks, widths: Sequence[int]) -> MultiTaskModel:
    return HardParameterSharing(SegNetBackbone(widths, convolutions=2), _dense_heads(tasks, widths))


def _dense(tasks: Tasks, widths: Sequence[int]) -> MultiTaskModel:
    return DenseSharing(widths, _dense_heads(tasks, widths))


def _dense_reference(tasks: Tasks, widths: Sequence[int]) -> MultiTaskModel:
    first, *_ = tasks.values()  # the authors' first task is semantic segmentation
    return DenseSharing(widths, _dense_heads(tasks, widths), dead_channels=first)


def _cross_stitch(tasks: Tasks, widths: Sequence[int]) -> MultiTaskModel:
    return CrossStitchNetwork(widths, _dense_heads(tasks, widths))


def _cross_stitch_reference(tasks: Tasks, widths: Sequence[int]) -> MultiTaskModel:
    return CrossStitchNetwork(widths, _dense_heads(tasks, widths), units=CommonStitchUnits)


_ON_ANY_BACKBONE: dict[str, Callable[[Tasks, Sequence[int], BackboneKind], MultiTaskModel]] = {
    "mtan": _attentive(MTAN),
    "stan": _attentive(STAN),
    "split": _sharing(HardParameterSharing),
    "single": _sharing(SingleTask),
}

_ON_SEGNET: dict[str, Callable[[Tasks, Sequence[int]], MultiTaskModel]] = {
    "split_wide": _split_wide,
    "split_deep": _split_deep,
    "dense": _dense,
    "cross_stitch": _cross_stitch,
    "dense_reference": _dense_reference,
    "cross_stitch_reference": _cross_stitch_reference,
}

_SOFT = ("dense", "cross_stitch", "dense_reference", "cross_stitch_reference")
"""What the authors start with uniform instead of normal weights."""
