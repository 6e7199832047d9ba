"""Ctrl-C: the command always ends with a sentence, whatever it is doing when the key is pressed.

Python turns the key into a KeyboardInterrupt wherever the program happens to be. Most of the time that ends it. But one
raised in a destructor or a callback is printed and forgotten, and one raised below C code may come back as another
error: so it is also written down here that the key was pressed.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mtan_edu.data.open import Progress


class Interrupts:
    """A with-block in which Ctrl-C is noted as well as raised.

        with Interrupts() as interrupts:
            for item in interrupts.watched(None)(items, len(items), "items"):
                ...

    It does nothing where Ctrl-C is ignored or handled by somebody else, or outside the main thread.

    Args:
        last: Whether the program ends after the block: Ctrl-C then does nothing any more.

    Attributes:
        pressed: Whether Ctrl-C was pressed.
    """

    def __init__(self, last: bool = False) -> None:
        self.pressed = False
        self._last = last
        self._active = False
        self._complain: Callable[[sys.UnraisableHookArgs], object] = sys.unraisablehook

    def __enter__(self) -> Interrupts:
        in_main_thread = threading.current_thread() is threading.main_thread()
        if in_main_thread and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            self._active = True
            self._complain, sys.unraisablehook = sys.unraisablehook, self._complain_about_others
            signal.signal(signal.SIGINT, self._press)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._active:
            signal.signal(signal.SIGINT, signal.SIG_IGN if self._last else signal.default_int_handler)
            sys.unraisablehook = self._complain

    def ignore(self) -> None:
        """Until the block ends, Ctrl-C does nothing: all that is left is to say how it went."""
        if self._active:
            signal.signal(signal.SIGINT, signal.SIG_IGN)

    def watched(self, progress: Progress | None) -> Progress:
        """Shows progress like `progress`, or not at all, and ends the iteration if Ctrl-C was pressed and forgotten."""

        def show(items: Iterable[Any], total: int, description: str) -> Iterator[Any]:
            for item in items if progress is None else progress(items, total, description):
                if self.pressed:
                    raise KeyboardInterrupt
                yield item

        return show

    def _press(self, number: int, frame: FrameType | None) -> None:
        self.pressed = True
        raise KeyboardInterrupt

    def _complain_about_others(self, unraisable: sys.UnraisableHookArgs) -> None:
        """Print an exception that nobody can catch, unless it is a KeyboardInterrupt, which is noted."""
        if unraisable.exc_type is not KeyboardInterrupt:
            self._complain(unraisable)
