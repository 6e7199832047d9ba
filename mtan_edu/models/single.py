"""One task, one network: what multi-task learning is compared with."""

from __future__ import annotations

from collections.abc import Mapping

from torch import nn

from mtan_edu.models.checks import check_one_task
from mtan_edu.models.split import HardParameterSharing
from mtan_edu.models.stage import Backbone


class SingleTask(HardParameterSharing):
    """A backbone with one head: the paper's Single-Task, One Task.

    Args:
        backbone: The network.
        heads: The name of the one task to its head.

    Raises:
        ValueError: If there is not exactly one task.

    References:
        Liu et al., CVPR 2019, section 4.1.2.
    """

    def __init__(self, backbone: Backbone, heads: Mapping[str, nn.Module]) -> None:
        check_one_task(heads, "a single-task network")
        super().__init__(backbone, heads)
