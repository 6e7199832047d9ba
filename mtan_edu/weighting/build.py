"""Loss weightings by name."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence

from mtan_edu.weighting.base import LossWeighting
from mtan_edu.weighting.dynamic_weight_average import DynamicWeightAverage
from mtan_edu.weighting.equal import EqualWeighting
from mtan_edu.weighting.uncertainty import UncertaintyWeighting

_WEIGHTINGS: dict[str, Callable[[int], LossWeighting]] = {
    "equal": EqualWeighting,
    "uncertainty": UncertaintyWeighting,
    "dwa": DynamicWeightAverage,
}


def available() -> tuple[str, ...]:
    """Names that `build_weighting` knows."""
    return tuple(_WEIGHTINGS)


def build_weighting(name: str, tasks: Sequence[str]) -> LossWeighting:
    """A fresh weighting with the paper's numbers.

    Args:
        name: One of `available()`.
        tasks: Task names; their number is the number of losses, their order the order of the losses.

    Raises:
        ValueError: If no weighting has this name, or there is no task.
        TypeError: If `tasks` is one name.
    """
    if name not in _WEIGHTINGS:
        nearest = difflib.get_close_matches(name, _WEIGHTINGS, n=2)
        hint = f"Did you mean {' or '.join(map(repr, nearest))}?" if nearest else "Choose one of them."
        raise ValueError(f"`weighting` must be one of {', '.join(_WEIGHTINGS)}; got {name!r}. {hint}")
    if isinstance(tasks, str):  # a str is a sequence of letters
        raise TypeError(f"`tasks` must be a list of names; got {tasks!r}. Give [{tasks!r}] for one task.")
    return _WEIGHTINGS[name](len(tasks))
