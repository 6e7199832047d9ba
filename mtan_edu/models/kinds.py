"""The kinds of backbone that `build_model` knows, with the numbers and parts that go with each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from mtan_edu.models.aspp import deeplab_head
from mtan_edu.models.blocks import dense_head
from mtan_edu.models.residual import BasicBlock, Bottleneck
from mtan_edu.models.resnet import ResNetBackbone, resnet_transitions
from mtan_edu.models.segnet import SegNetBackbone, segnet_transitions
from mtan_edu.models.stage import Backbone
from mtan_edu.models.wide_resnet import (
    ClassificationHead,
    WideResNetBackbone,
    wide_resnet_last_transition,
    wide_resnet_transitions,
)


@dataclass(frozen=True)
class BackboneKind:
    """A backbone, and what the paper or its code put around it.

    Attributes:
        proportions: Channels of its depths as multiples of the first one's.
        backbone: Widths to the backbone.
        transitions: Widths to MTAN's layers f between the stages.
        head: Channels of the last stage and of the prediction to a head.
        reduction: Channels of a mask over channels between an attention module's two convolutions.
        last_transition: Widths to MTAN's layer f between the last stage and the heads, where there is one.
        fill: Fills a weight at the start.
    """

    proportions: tuple[int, ...]
    backbone: Callable[[Sequence[int]], Backbone]
    transitions: Callable[[Sequence[int]], dict[str, nn.Module]]
    head: Callable[[int, int], nn.Module]
    reduction: int = 1
    last_transition: Callable[[Sequence[int]], nn.Module] | None = None
    fill: Callable[..., Tensor] = nn.init.xavier_normal_


def _resnet(blocks: Sequence[int], block: type[BasicBlock] | type[Bottleneck]) -> BackboneKind:
    return BackboneKind(
        proportions=(1, 2, 4, 8),  # 64, 128, 256, 512
        backbone=lambda widths: ResNetBackbone(blocks, widths, block),
        transitions=lambda widths: resnet_transitions([width * block.expansion for width in widths]),
        head=deeplab_head,
        reduction=4,
        fill=_kaiming,
    )


def wide_resnet(depth: int, window: int | None = None) -> BackboneKind:
    """A wide ResNet with heads that classify.

    Args:
        depth: Layers, 6 n + 4.
        window: What the head averages over, as in `ClassificationHead`.
    """
    return BackboneKind(
        proportions=(1, 2, 4),  # 64, 128, 256 in the paper
        backbone=lambda widths: WideResNetBackbone(depth, widths),
        transitions=wide_resnet_transitions,
        head=lambda channels, classes: ClassificationHead(channels, classes, window),
        last_transition=wide_resnet_last_transition,
        fill=_kaiming,
    )


def _kaiming(weight: Tensor, generator: torch.Generator) -> Tensor:
    """W ~ N(0, 2 / fan_out), He et al., ICCV 2015, as is usual for residual networks."""
    return nn.init.kaiming_normal_(weight, mode="fan_out", nonlinearity="relu", generator=generator)


KINDS: dict[str, BackboneKind] = {
    "segnet": BackboneKind(
        proportions=(1, 2, 4, 8, 8),  # 64, 128, 256, 512, 512 in the paper
        backbone=SegNetBackbone,
        transitions=segnet_transitions,
        head=dense_head,
    ),
    "resnet18": _resnet((2, 2, 2, 2), BasicBlock),
    "resnet34": _resnet((3, 4, 6, 3), BasicBlock),
    "resnet50": _resnet((3, 4, 6, 3), Bottleneck),
    "resnet101": _resnet((3, 4, 23, 3), Bottleneck),
    "wide_resnet10": wide_resnet(10),
    "wide_resnet28": wide_resnet(28),
}
"""Name of a backbone to its kind. Blocks of ResNets: He et al., CVPR 2016, table 1."""
