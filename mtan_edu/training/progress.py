"""What the loops show of their progress: nothing, unless they are handed something that shows it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

T = TypeVar("T")


class Progress(Protocol):
    """Wraps something that is iterated over, and shows how far the iteration is."""

    def __call__(self, iterable: Iterable[T], total: int, description: str) -> Iterable[T]:
        """The same values in the same order.

        Args:
            iterable: What is iterated over.
            total: How many values it has.
            description: What they are, such as "epochs".
        """
        ...


def no_progress(iterable: Iterable[T], total: int, description: str) -> Iterable[T]:
    """Show nothing."""
    return iterable
