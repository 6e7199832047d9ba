"""One forward pass to learn from: which modules run, in which order, and what do they read and return?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from mtan_edu.models.maps import SeenMap, see_map

SIZES = (224, 256, 128, 64, 32, 512)
"""Sides of images that are tried, the usual one first, where nobody says what a network reads [pixels]."""

REFUSALS = (RuntimeError, ValueError, TypeError, AssertionError, IndexError, KeyError, AttributeError)
"""How networks say that they cannot read an image."""


@dataclass
class Call:
    """One module's run.

    Attributes:
        name: The module's name in the network; "" is the network itself.
        module: The module.
        parent: The run inside which this one took place.
        calls: The runs inside this one, in order.
        read: What it read, seen as a map; None if that is none.
        seen: What it returned, seen as a map; None if that is none.
        returned: The shape of what it returned, in words.
    """

    name: str
    module: nn.Module
    parent: Call | None
    calls: list[Call] = field(default_factory=list)
    read: SeenMap | None = None
    seen: SeenMap | None = None
    returned: str = ""

    def __iter__(self) -> Iterator[Call]:
        """This run and all inside it, in the order in which they started."""
        yield self
        for call in self.calls:
            yield from call

    @property
    def convolves(self) -> bool:
        """Whether the module has weights, more than those of a normalization."""
        return any(parameter.ndim >= 2 for parameter in self.module.parameters())


@dataclass(frozen=True)
class DryRun:
    """What a forward pass showed.

    Attributes:
        root: The network's own run.
        image_size: Height and width of the images [pixels].
        in_channels: Their channels.
    """

    root: Call
    image_size: tuple[int, int]
    in_channels: int

    @property
    def calls(self) -> dict[str, Call]:
        """Name to run, in the order in which they started; of a module that ran several times, the last."""
        return {call.name: call for call in self.root}

    @property
    def counts(self) -> Counter[str]:
        """Name to number of runs."""
        return Counter(call.name for call in self.root)


def run_dry(network: nn.Module, image_size: tuple[int, int] | None) -> DryRun:
    """Let a network read noise, without gradients, in evaluation mode, and leave it as it was.

    Args:
        network: Any network from images to something.
        image_size: Height and width that it reads [pixels]; None = `network.config.image_size` if there is such a
            thing, else what it accepts of a few usual sizes.

    Raises:
        ValueError: If it reads no images of this size, or computes other things from other images.
    """
    in_channels = _channels_read(network)
    sizes = [image_size] if image_size is not None else _usual_sizes(network)
    problem = ""
    for size in sizes:
        try:
            with _undisturbed(network):
                return _run(network, in_channels, size)
        except REFUSALS as error:
            if isinstance(error, ControlFlowError):
                raise
            problem = problem or f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]}"
    tried = ", ".join(f"{height}x{width}" for height, width in sizes)
    raise ValueError(
        f"`backbone` must read images of shape (B, {in_channels}, H, W); got, for {tried} pixels, {problem[:300]}. "
        "Say what it reads with `image_size=(height, width)`."
    )


class ControlFlowError(ValueError):
    """A network computes other things from other images."""


def _run(network: nn.Module, in_channels: int, size: tuple[int, int]) -> DryRun:
    some = next(network.parameters(), torch.empty(0))
    noise = torch.rand(2, in_channels, *size, generator=torch.Generator().manual_seed(0))
    image = noise.to(device=some.device, dtype=some.dtype if some.is_floating_point() else torch.float32)
    root = _trace(network, image)
    names = [call.name for call in root]
    for other in (image / 10, 0.9 + image / 10, 4 * image - 2, 2 - 4 * image):  # dark, bright, and both signs
        if [call.name for call in _trace(network, other)] != names:
            raise ControlFlowError(
                "`backbone` must compute the same for every image; got other modules for other images. "
                "Its control flow depends on the data, and attention needs features that are always there."
            )
    return DryRun(root, size, in_channels)


def _trace(network: nn.Module, image: Tensor) -> Call:
    """Run with hooks on every module."""
    root = Call("", network, None)
    stack = [root]
    batch, size = len(image), (image.shape[2], image.shape[3])

    def enter(name: str, module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        call = Call(name, module, stack[-1], read=see_map((args, kwargs), batch, size))
        stack[-1].calls.append(call)
        stack.append(call)

    def leave(name: str, module: nn.Module, args: tuple[Any, ...], output: Any) -> None:
        stack[-1].seen, stack[-1].returned = see_map(output, batch, size), _describe(output)
        stack.pop()

    handles = []
    for name, module in network.named_modules():
        handles.append(module.register_forward_pre_hook(partial(enter, name), with_kwargs=True))
        handles.append(module.register_forward_hook(partial(leave, name)))
    try:
        network(image)
    except REFUSALS:
        if not (_lies_behind_the_maps(stack[-1]) and any(call.seen for call in root)):
            raise
    finally:
        for handle in handles:
            handle.remove()
    (call,) = root.calls
    return call


def _lies_behind_the_maps(failed: Call) -> bool:
    """Whether what failed is a classifier made for images of another size, which attention does not need."""
    return isinstance(failed.module, nn.AvgPool2d) or (isinstance(failed.module, nn.Linear) and failed.read is None)


@contextmanager
def _undisturbed(network: nn.Module) -> Iterator[None]:
    """Evaluation mode, no gradients, and afterwards every module's mode and torch's random state as before."""
    modes = [(module, module.training) for module in network.modules()]
    network.eval()
    try:
        with torch.no_grad(), torch.random.fork_rng(devices=[]):
            yield
    finally:
        for module, mode in modes:
            module.training = mode


def _usual_sizes(network: nn.Module) -> list[tuple[int, int]]:
    declared = getattr(getattr(network, "config", None), "image_size", None)
    if isinstance(declared, int):
        return [(declared, declared)]
    if isinstance(declared, tuple | list) and len(declared) == 2:
        return [(int(declared[0]), int(declared[1]))]
    return [(side, side) for side in SIZES]


def _channels_read(network: nn.Module) -> int:
    """Channels of the first convolution; 3 where there is none.

    Raises:
        ValueError: If it does not convolve in two dimensions.
    """
    for module in network.modules():
        if isinstance(module, nn.Conv1d | nn.Conv3d):
            raise ValueError(
                f"`backbone` must read images, (B, C, H, W); got a network that begins with {type(module).__name__}. "
                "Build it for two dimensions."
            )
        if isinstance(module, nn.Conv2d):
            return module.in_channels
    return 3


def _describe(output: Any) -> str:
    """The shape of a tensor; the kind of anything else."""
    return f"shape {tuple(output.shape)}" if isinstance(output, Tensor) else type(output).__name__
