"""The curves in a notebook: Python sends every point once, the browser keeps and draws them."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import anywidget
import traitlets

from mtan_edu.visualization.live.assemble import CURVES
from mtan_edu.visualization.live.history import History


class CurvesWidget(anywidget.AnyWidget):
    """A view of a history that grows.

    While it grows, only new rows are sent. The state that a page asks for when it is loaded, and that an executed
    notebook keeps, has all rows: it is made when somebody asks for it, and sent as a whole by `tell_all`.

    Args:
        history: What is shown.
        min_seconds: Shortest time between two messages; rows that come faster travel together [s].
        view: Settings to begin with.
    """

    _esm = traitlets.Unicode().tag(sync=True)
    _css = traitlets.Unicode().tag(sync=True)
    _index = traitlets.Dict().tag(sync=True, to_json=lambda _, widget: widget.history.index())
    _data = traitlets.Bytes().tag(sync=True, to_json=lambda _, widget: widget.history.data())
    _view = traitlets.Dict().tag(sync=True)

    def __init__(self, history: History, min_seconds: float, view: Mapping[str, Any]) -> None:
        self.history = history
        self._min_seconds = min_seconds
        self._sent = len(history)
        self._next = 0.0
        super().__init__(_esm=CURVES.widget_script, _css=CURVES.style, _view=dict(view))
        self.on_msg(self._reply)

    def tell(self, at_once: bool = False) -> None:
        """Send the rows that the browser does not have, unless the last ones have just been sent.

        Args:
            at_once: Whether not to wait.
        """
        now = time.perf_counter()
        if self._sent < len(self.history) and (at_once or now >= self._next):
            first, self._sent, self._next = self._sent, len(self.history), now + self._min_seconds
            message = {"kind": "rows", "first": first, **self.history.head()}
            self.send(message, buffers=[self.history.data(first)])

    def tell_all(self) -> None:
        """Send the whole state: columns, and rows from the first."""
        self._sent, self._next = len(self.history), time.perf_counter() + self._min_seconds
        self.send_state(("_index", "_data"))

    def _reply(self, _widget: Any, message: Mapping[str, Any], _buffers: Sequence[Any]) -> None:
        """A view that has missed rows asks for all of them; any other message is a sign of life."""
        if message.get("kind") == "missing":
            self.tell_all()
