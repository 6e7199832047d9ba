"""The one place that knows the numbers: from a model's name to the model."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import nn

from mtan_edu.models.attention import AttentionModule
from mtan_edu.models.blocks import dense_head
from mtan_edu.models.checks import check_known, check_positive, check_tasks
from mtan_edu.models.initialization import initialize
from mtan_edu.models.mtan import MTAN
from mtan_edu.models.multi_task import MultiTaskModel
from mtan_edu.models.segnet import SegNetBackbone, segnet_transitions
from mtan_edu.models.single import SingleTask
from mtan_edu.models.split import HardParameterSharing
from mtan_edu.models.stage import Backbone

SEGNET_PROPORTIONS = (1, 2, 4, 8, 8)
"""Widths of the five depths as multiples of the first: 64, 128, 256, 512, 512 in the paper."""


def available_models() -> tuple[str, ...]:
    """Names that `build_model` knows."""
    return tuple(_ARCHITECTURES)


def available_backbones() -> tuple[str, ...]:
    """Names that `build_model` knows as a backbone."""
    return ("segnet",)


def build_model(
    architecture: str,
    tasks: Mapping[str, int],
    *,
    backbone: str = "segnet",
    width: int = 64,
    widths: Sequence[int] | None = None,
    generator: torch.Generator | None = None,
    device: torch.device | str = "cpu",
) -> MultiTaskModel:
    """Build a model and give it its first weights.

    Args:
        architecture: "mtan" (Multi-Task Attention Network), "split" (hard parameter sharing) or "single".
        tasks: Task name to the channels of its prediction, in the order of the tasks.
        backbone: "segnet".
        width: Channels of the first stage; the others follow in the paper's proportion, 1, 2, 4, 8, 8. The
            paper's is 64.
        widths: Channels of all five depths instead, shallow to deep.
        generator: Where the first weights come from; None stands for one with seed 0. The global random state is
            neither read nor changed.
        device: Where the model shall lie. On "meta" it has shapes and no weights.

    Returns:
        A model in training mode, `(B, 3, H, W)` → task name to `(B, channels, H, W)`.

    Raises:
        ValueError: If a name is unknown, there is no task, or a number is below 1.

    References:
        Liu et al., CVPR 2019, section 4.1.
    """
    check_known("architecture", architecture, available_models())
    check_known("backbone", backbone, available_backbones())
    check_tasks(tasks)
    if widths is None:
        check_positive("width", width, "It is the number of channels of the first stage; the paper's is 64.")
        widths = [width * proportion for proportion in SEGNET_PROPORTIONS]
    with torch.device("meta"):  # layers get no weights here, so torch draws none from its global generator
        model = _ARCHITECTURES[architecture](tasks, widths)
    if torch.device(device).type == "meta":
        return model
    model.to_empty(device="cpu")
    initialize(model, generator if generator is not None else torch.Generator("cpu").manual_seed(0))
    return model.to(device)


def _single(tasks: Mapping[str, int], widths: Sequence[int]) -> SingleTask:
    return SingleTask(SegNetBackbone(widths), _dense_heads(tasks, widths[0]))


def _split(tasks: Mapping[str, int], widths: Sequence[int]) -> HardParameterSharing:
    return HardParameterSharing(SegNetBackbone(widths), _dense_heads(tasks, widths[0]))


def _mtan(tasks: Mapping[str, int], widths: Sequence[int]) -> MTAN:
    backbone = SegNetBackbone(widths)
    attention = {task: _attention_modules(backbone) for task in tasks}
    return MTAN(backbone, attention, segnet_transitions(widths), _dense_heads(tasks, widths[0]))


def _attention_modules(backbone: Backbone) -> dict[str, AttentionModule]:
    """One attention module per stage. What the stage before carries over has as many channels as this stage's p."""
    modules = {}
    for position, (stage, (u, p)) in enumerate(backbone.stage_channels.items()):
        carried = p if position > 0 else 0
        modules[stage] = AttentionModule(u + carried, mid_channels=p, out_channels=p)
    return modules


def _dense_heads(tasks: Mapping[str, int], in_channels: int) -> dict[str, nn.Module]:
    return {task: dense_head(in_channels, channels) for task, channels in tasks.items()}


_ARCHITECTURES: dict[str, Callable[[Mapping[str, int], Sequence[int]], MultiTaskModel]] = {
    "mtan": _mtan,
    "split": _split,
    "single": _single,
}
