"""What a backbone hands to the networks built on it: its stages, in order."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import NamedTuple

from jaxtyping import Float
from torch import Tensor, nn


class Stage(NamedTuple):
    """The shared features of one stage: two views of the global feature pool.

    Attributes:
        u: Features before the stage's last block, `(B, C_u, H, W)`. The attention modules look at them.
        p: Features after the stage's last block, `(B, C_p, H, W)`. The attention masks select from them.
    """

    u: Tensor
    p: Tensor


class StageChannels(NamedTuple):
    """Channels of a stage's two feature maps.

    Attributes:
        u: Channels before the stage's last block.
        p: Channels after it.
    """

    u: int
    p: int


def module_key(stage: str) -> str:
    """A stage's name as torch allows it for a part of a network: "encoder.layer.3" becomes "encoder_layer_3"."""
    return stage.replace(".", "_")


class Backbone(nn.Module, ABC):
    """A feed-forward network cut into stages. It knows nothing of tasks.

    Attributes:
        in_channels: Channels of the images it reads.
        stage_channels: Stage name to its channels, in the order in which the stages are computed.
    """

    in_channels: int
    stage_channels: dict[str, StageChannels]

    @abstractmethod
    def forward(self, image: Float[Tensor, "B C H W"]) -> dict[str, Stage]:
        """Compute every stage.

        Args:
            image: Images, `(B, C, H, W)`.

        Returns:
            Stage name to its features, in the order in which they are computed. Heads read the last stage's `p`.
        """
