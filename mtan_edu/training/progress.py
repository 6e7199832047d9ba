"""What the loops show of their progress: nothing, unless they are handed something that shows it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def no_progress(iterable: Iterable[Any], total: int, description: str) -> Iterable[Any]:
    """Pass the items on and show nothing.

    Args:
        iterable: What is iterated over.
        total: How many items it has.
        description: What they are, such as "epochs".
    """
    return iterable
