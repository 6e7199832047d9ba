"""A network that this project did not write as a backbone: hooks pick its stages' features up while it runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from mtan_edu.models.checks import check_image
from mtan_edu.models.dry_run import REFUSALS
from mtan_edu.models.maps import SeenMap, first_tensor
from mtan_edu.models.stage import Backbone, Stage, StageChannels


@dataclass(frozen=True)
class StagePoint:
    """Where a stage's features are picked up.

    Attributes:
        name: The stage's name: that of the module whose output is p.
        p: What that output looks like.
        block: The module whose input is u: the stage's last block. None = u is p.
        u: What that input looks like.
    """

    name: str
    p: SeenMap
    block: str | None
    u: SeenMap


class HookedBackbone(Backbone):
    """Any feed-forward network, cut into stages by hooks.

    The network is held as it is, weights and all, and runs until its last stage is there: what comes after, such as
    a classifier, is not computed. While none of its parameters requires a gradient it stays in evaluation mode, so
    that its running statistics are frozen too.

    Args:
        network: The network.
        points: Its stages, in the order in which they are computed.
        in_channels: Channels of the images.
        image_size: A size that it is known to read [pixels].
    """

    def __init__(
        self, network: nn.Module, points: Iterable[StagePoint], in_channels: int, image_size: tuple[int, int]
    ) -> None:
        super().__init__()
        self.network = network
        self.points = tuple(points)
        self.in_channels = in_channels
        self.image_size = image_size
        self.stage_channels = {point.name: StageChannels(point.u.channels, point.p.channels) for point in self.points}
        self.train(self.training)

    def train(self, mode: bool = True) -> HookedBackbone:
        """Set the mode; a frozen network stays in evaluation mode."""
        super().train(mode)
        if self._is_frozen():
            self.network.eval()
        return self

    def forward(self, image: Float[Tensor, "B C H W"]) -> dict[str, Stage]:
        """Compute every stage.

        Args:
            image: Images, `(B, C, H, W)`.

        Returns:
            Stage name to (u, p), in the order in which they are computed.

        Raises:
            TypeError: If the images are not floating point.
            ValueError: If the network cannot read images of this shape, or does not compute every stage.
        """
        check_image(image, self.in_channels)
        if self.training and self._is_frozen():
            self.network.eval()
        caught: dict[tuple[str, str], Tensor] = {}
        handles = [handle for point in self.points for handle in self._watch(point, caught)]
        try:
            self.network(image)
        except _EnoughError:
            pass
        except REFUSALS as error:
            if tuple(image.shape[2:]) == self.image_size or isinstance(error, torch.OutOfMemoryError):
                raise
            raise ValueError(
                f"`image` must be of a size that the backbone reads, such as {_by(self.image_size)}; "
                f"got {_by(image.shape[2:])}. It says: {(str(error).splitlines() or [''])[0]}"
            ) from error
        finally:
            for handle in handles:
                handle.remove()
        return {point.name: self._stage(point, caught, (image.shape[2], image.shape[3])) for point in self.points}

    def _watch(self, point: StagePoint, caught: dict[tuple[str, str], Tensor]) -> list[Any]:
        """Hooks of one stage. They return nothing, so that the network goes on with its own values."""
        is_last = point is self.points[-1]

        def keep_u(_module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
            if (tensor := first_tensor((args, kwargs))) is not None:
                caught[point.name, "u"] = tensor

        def keep_p(_module: nn.Module, _args: tuple[Any, ...], output: Any) -> None:
            if (tensor := first_tensor(output)) is not None:
                caught[point.name, "p"] = tensor
            if is_last:
                raise _EnoughError

        handles = [self.network.get_submodule(point.name).register_forward_hook(keep_p)]
        if point.block is not None:
            block = self.network.get_submodule(point.block)
            handles.append(block.register_forward_pre_hook(keep_u, with_kwargs=True))
        return handles

    def _stage(self, point: StagePoint, caught: dict[tuple[str, str], Tensor], size: tuple[int, int]) -> Stage:
        wanted = ["p"] if point.block is None else ["u", "p"]
        if any((point.name, side) not in caught for side in wanted):
            raise ValueError(
                f"`backbone` must compute the stage {point.name} for every image; got a forward pass without it. "
                "Its control flow depends on the data. Name other stages."
            )
        p = point.p.layout.to_map(caught[point.name, "p"], size)
        u = p if point.block is None else point.u.layout.to_map(caught[point.name, "u"], size)
        return Stage(u, p)

    def _is_frozen(self) -> bool:
        parameters = list(self.network.parameters())
        return bool(parameters) and not any(parameter.requires_grad for parameter in parameters)


def _by(size: Iterable[int]) -> str:
    return "x".join(map(str, size))


class _EnoughError(Exception):
    """The last stage is there."""
