"""The Single-Task Attention Network: attention without anybody to share with."""

from __future__ import annotations

from collections.abc import Mapping

from torch import nn

from mtan_edu.models.attention import AttentionModule
from mtan_edu.models.checks import check_one_task
from mtan_edu.models.mtan import MTAN
from mtan_edu.models.stage import Backbone


class STAN(MTAN):
    """Single-Task Attention Network (STAN): the Multi-Task Attention Network of one task.

    It tells apart what attention does from what sharing does: it has the masks, and nobody to share with.

    Args:
        backbone: The network, cut into stages.
        attention: The one task to stage name to its attention module.
        transitions: Stage name to the layer f that leads to it, for every stage but the first.
        heads: The name of the one task to its head.
        last_transition: A layer between the last stage and the head; None = the head reads the last stage.

    Raises:
        ValueError: If there is not exactly one task.

    References:
        Liu et al., CVPR 2019, section 4.1.2.
    """

    def __init__(
        self,
        backbone: Backbone,
        attention: Mapping[str, Mapping[str, AttentionModule]],
        transitions: Mapping[str, nn.Module],
        heads: Mapping[str, nn.Module],
        last_transition: nn.Module | None = None,
    ) -> None:
        check_one_task(heads, "a single-task attention network")
        super().__init__(backbone, attention, transitions, heads, last_transition)
