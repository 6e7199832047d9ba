"""What a model refuses, and the sentences that say so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

from torch import Tensor, nn

_WORDS = {3: "three", 4: "four", 5: "five"}


def check_image(image: Tensor, channels: int, *, multiple: int = 1, smallest: int = 1) -> None:
    """Refuse images that a backbone cannot read.

    Args:
        image: What the user handed to the model.
        channels: Channels that the backbone reads.
        multiple: Height and width must be multiples of this many pixels.
        smallest: Height and width must be at least this many pixels.

    Raises:
        TypeError: If the values are not floating point.
        ValueError: If the shape is not `(B, channels, H, W)` with B ≥ 1, H and W multiples of `multiple` and at
            least `smallest`.
    """
    shape = tuple(image.shape)
    if image.ndim != 4 or 0 in shape or shape[1] != channels:
        raise ValueError(
            f"`image` must be a batch of shape (B, {channels}, H, W); got {shape}. "
            f"A single image of shape ({channels}, H, W) becomes a batch with `image[None]`."
        )
    if not image.is_floating_point():
        raise TypeError(f"`image` must be floating point; got {image.dtype}. Divide 8-bit colors by 255.")
    height, width = shape[2:]
    if height % multiple or width % multiple:
        raise ValueError(
            f"`image` must have sides that are multiples of {multiple}; got {height}x{width}. "
            f"The nearest sizes are {_nearest(height, width, multiple)}."
        )
    if min(height, width) < smallest:
        raise ValueError(
            f"`image` must have sides of at least {smallest} pixels; got {height}x{width}. Enlarge the images."
        )


def check_tasks(tasks: Mapping[str, int]) -> None:
    """Refuse tasks that no model can have.

    Args:
        tasks: Task name to the channels of its prediction.

    Raises:
        ValueError: If there is no task, a name cannot name a part of a network, or channels are below 1.
    """
    if not tasks:
        raise ValueError("`tasks` must hold at least one task; got none. An example is {'semantic': 13, 'depth': 1}.")
    for name, channels in tasks.items():
        check_task_name(name)
        check_positive(f"tasks[{name!r}]", channels, "It is the number of channels that the task predicts.")


def check_widths(widths: Sequence[int], count: int, example: Sequence[int]) -> tuple[int, ...]:
    """The widths of a network's depths as a tuple.

    Args:
        widths: Channels, shallow to deep.
        count: How many the network has.
        example: Some that would do.

    Raises:
        ValueError: If there are more or fewer, or one is not a whole number above 0.
    """
    widths = tuple(widths)
    if len(widths) != count:
        raise ValueError(
            f"`widths` must hold {_WORDS[count]} numbers, shallow to deep; got {widths}. One is {tuple(example)}."
        )
    for width in widths:
        check_positive("widths", width, "Each is the number of channels at one depth.")
    return widths


def check_one_task(tasks: Mapping[str, object], kind: str) -> None:
    """Refuse more than one task where a network is for one.

    Args:
        tasks: Task name to anything.
        kind: What it is that has one task: "a single-task network".

    Raises:
        ValueError: If there is not exactly one.
    """
    if len(tasks) != 1:
        raise ValueError(
            f"`tasks` must hold exactly one task for {kind}; got {len(tasks)}: {', '.join(tasks)}. "
            "Train one network per task, or choose a model that shares."
        )


def check_task_name(name: str) -> None:
    """Refuse a name that cannot be part of a parameter's name, such as one with a dot.

    Raises:
        ValueError: If the name is empty, holds a dot or is a method of `torch.nn.ModuleDict`.
    """
    if not name or "." in name or hasattr(nn.ModuleDict(), name):
        raise ValueError(
            f"A task's name must be a word without dots that torch does not use itself; got {name!r}. "
            "Choose another, such as 'semantic'."
        )


def check_positive(name: str, value: int, advice: str) -> None:
    """Refuse what is not a whole number above 0.

    Raises:
        ValueError: With `advice` as its last sentence.
    """
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError(f"`{name}` must be a whole number above 0; got {value!r}. {advice}")


def check_known(name: str, value: str, known: Iterable[str]) -> None:
    """Refuse a name that is not among the known ones, and say which are near.

    Raises:
        ValueError: If it is unknown.
    """
    known = tuple(known)
    if value not in known:
        near = get_close_matches(value, known, n=3) or known
        raise ValueError(f"`{name}` must be one of {', '.join(known)}; got {value!r}. Try {' or '.join(near)}.")


def _nearest(height: int, width: int, multiple: int) -> str:
    """Both neighbors of a size, "96x128 and 128x128"; only the larger one where the smaller would be empty."""
    down = [side // multiple * multiple for side in (height, width)]
    up = [-(-side // multiple) * multiple for side in (height, width)]
    sizes = [size for size in (down, up) if min(size) > 0]
    return " and ".join(f"{rows}x{columns}" for rows, columns in sizes)
