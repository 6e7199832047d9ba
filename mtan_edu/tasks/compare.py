"""When one figure counts as better than another."""

from __future__ import annotations

import math


def is_better(value: float | None, than: float | None, higher_is_better: bool) -> bool:
    """Whether `value` beats `than`. Without two measured figures nothing beats anything.

    Args:
        value: The figure that may be better; None or NaN = not measured, infinite = diverged: never better.
        than: The figure to beat; None or NaN = not measured: never beaten.
        higher_is_better: Direction in which the metric improves.

    Returns:
        True only if both are measured, and `value` is strictly on the better side.
    """
    if value is None or than is None or not math.isfinite(value):
        return False
    return value > than if higher_is_better else value < than  # False for a NaN on either side
