"""Progress bars for whoever wants to see some: in a terminal, and in a notebook."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

Progress = Callable[[Iterable[Any], int, str], Iterable[Any]]


def progress_bars() -> Progress | None:
    """Something to pass as `progress`: nested bars that go away when they are done.

    Returns:
        In a terminal bars on the error stream; in a notebook one line of text, rewritten in place (a widget's bar
        would be dead in a saved notebook); elsewhere None.
    """
    if "IPython" in sys.modules:
        from IPython import get_ipython

        shell = get_ipython()
        if shell is not None and getattr(shell, "kernel", None) is not None:
            return NotebookProgress()
    return terminal_bar if sys.stderr.isatty() else None


def terminal_bar(iterable: Iterable[Any], total: int, description: str) -> Iterable[Any]:
    """One bar on the error stream; bars inside it stand below it."""
    from tqdm import tqdm

    return tqdm(iterable, description, total, leave=False, file=sys.stderr, dynamic_ncols=True)


class NotebookProgress:
    """All bars in one line of text, in an output of its own that is rewritten at most twice a second.

    An output that is rewritten stays one output, in a saved notebook too; tqdm's way, moving the cursor up, is shown
    by no notebook.
    """

    def __init__(self, seconds: float = 0.5) -> None:
        self.seconds = seconds
        self._bars: list[str] = []
        self._handle: Any = None
        self._shown = -seconds

    def __call__(self, iterable: Iterable[Any], total: int, description: str) -> Iterator[Any]:
        """The same items; the line tells how many are done."""
        depth, start = len(self._bars), time.perf_counter()
        self._bars.append("")
        try:
            for done, item in enumerate(iterable):
                self._bars[depth] = f"{description} {done}/{total}"
                self._show()
                yield item
            if depth == 0:
                self._bars[0] = f"{description} {total}/{total}, {time.perf_counter() - start:.0f} s"
                self._show(at_once=True)
        finally:
            del self._bars[depth:]

    def _show(self, at_once: bool = False) -> None:
        from IPython.display import display

        now = time.perf_counter()
        if not at_once and now - self._shown < self.seconds:
            return
        self._shown = now
        content = {"text/plain": " · ".join(self._bars)}
        if self._handle is None:
            self._handle = display(content, raw=True, display_id=True)
        else:
            self._handle.update(content, raw=True)
