"""What an explorer shows, and which values it may take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mtan_edu.visualization.checks import require_index
from mtan_edu.visualization.explorer.package import MASK_COLORMAPS
from mtan_edu.visualization.explorer.ranking import CRITERIA
from mtan_edu.visualization.masks import SCALES
from mtan_edu.visualization.words import listing, nearest

VIEWS = ("grid", "compare", "pixel", "training", "numbers", "what_if")
"""Views, in the order of their tabs."""

SORTS = ("number", *CRITERIA)
COLUMNS = ("stages", "channels")
LARGEST_ZOOM = 8

CHANGES = ("scale", "open", "mean", "shuffle", "swap")
"""What can be done to masks: multiplied, 1 everywhere, each channel its mean, another image's, another task's."""

LARGEST_FACTOR = 2


def first_state(index: Mapping[str, Any]) -> dict[str, Any]:
    """What is shown at first: the grid of all stages, the mean over channels, the last epoch."""
    tasks = [task["name"] for task in index["tasks"]]
    return {
        "view": "grid",
        "image": 0,
        "task": tasks[0],
        "other_task": tasks[1] if len(tasks) > 1 else tasks[0],
        "stage": index["stages"][0]["name"],
        "channel": "mean",
        "epoch": index["epochs"][-1]["epoch"],
        "pixel": None,
        "scale": "shared",
        "sort": _first_sort(index),
        "sort_stages": False,
        "columns": "stages",
        "swipe": None,
        "colors": index["maskColormaps"][0],
        "zoom": [1, 0.5, 0.5],
        "change": CHANGES[0],
        "factor": 1.0,
        "all_tasks": False,
        "all_stages": True,
    }


def checked(name: str, value: Any, index: Mapping[str, Any]) -> Any:
    """The value, if the state can have it.

    Args:
        name: Name of the setting.
        value: What it shall become.
        index: The masks' table of contents.

    Raises:
        ValueError: If it is none of the values that there are; the sentence names them.
    """
    choices = {
        "view": VIEWS,
        "task": [task["name"] for task in index["tasks"]],
        "other_task": [task["name"] for task in index["tasks"]],
        "stage": [stage["name"] for stage in index["stages"]],
        "epoch": [epoch["epoch"] for epoch in index["epochs"]],
        "scale": SCALES,
        "sort": SORTS,
        "columns": COLUMNS,
        "colors": MASK_COLORMAPS,
        "change": CHANGES,
    }
    if name in choices:
        return _one_of(name, value, list(choices[name]))
    if name == "image":
        return require_index("image", value, len(index["images"]), "images")
    if name == "pixel":
        return _pixel(value, index["size"])
    if name == "zoom":
        return _zoom(value)
    if name == "swipe" and value is not None and not 0 <= value <= 1:
        raise ValueError(f"`swipe` must be None or in [0, 1]; got {value}. 0.5 splits the picture in the middle.")
    if name == "factor" and not 0 <= value <= LARGEST_FACTOR:
        raise ValueError(f"`factor` must be in [0, {LARGEST_FACTOR}]; got {value}. 1 changes nothing.")
    return value


def checked_channel(channel: Any, stage: str, index: Mapping[str, Any]) -> Any:
    """The channel, if the stage has it.

    Raises:
        ValueError: If it is neither "mean" nor one of the stage's channels.
    """
    if channel == "mean":
        return channel
    count = next(of["channels"] for of in index["stages"] if of["name"] == stage)
    if isinstance(channel, str):
        raise ValueError(f"`channel` must be a number or 'mean'; got {channel!r}. {stage} has {count} channels.")
    return require_index("channel", channel, count, "channels")


def _one_of(name: str, value: Any, choices: list[Any]) -> Any:
    if value in choices:
        return value
    if all(isinstance(choice, str) for choice in choices):
        raise ValueError(f"`{name}` must be one of what there is; got {value!r}. {nearest(str(value), choices)}")
    raise ValueError(f"`{name}` must be one of {listing(choices)}; got {value!r}. These are here.")


def _pixel(value: Any, size: Sequence[int]) -> list[int] | None:
    if value is None:
        return None
    if len(value) != 2:
        raise ValueError(f"`pixel` must be a row and a column; got {value!r}. None chooses no pixel.")
    return [
        require_index(f"pixel[{axis}]", int(at), side, what)
        for axis, (at, side, what) in enumerate(zip(value, size, ("rows", "columns"), strict=True))
    ]


def _zoom(value: Any) -> list[float]:
    factor, x, y = value if len(value) == 3 else (0, 0, 0)
    if not (1 <= factor <= LARGEST_ZOOM and 0 <= x <= 1 and 0 <= y <= 1):
        raise ValueError(
            f"`zoom` must be a factor from 1 to {LARGEST_ZOOM} and a center, x and y in [0, 1]; got {value!r}. "
            "[1, 0.5, 0.5] shows everything."
        )
    return [factor, x, y]


def _first_sort(index: Mapping[str, Any]) -> str:
    return "disagreement" if len(index["tasks"]) > 1 else "contrast"
