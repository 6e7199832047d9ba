"""The kinds of backbone that `build_model` knows, with the numbers and parts that go with each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from torch import Tensor, nn

from mtan_edu.models.blocks import dense_head
from mtan_edu.models.segnet import SegNetBackbone, segnet_transitions
from mtan_edu.models.stage import Backbone


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


KINDS: dict[str, BackboneKind] = {
    "segnet": BackboneKind(
        proportions=(1, 2, 4, 8, 8),  # 64, 128, 256, 512, 512 in the paper
        backbone=SegNetBackbone,
        transitions=segnet_transitions,
        head=dense_head,
    ),
}
"""Name of a backbone to its kind."""
