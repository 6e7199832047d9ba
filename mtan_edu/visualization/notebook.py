"""Whether somebody is looking, and one output that changes in place."""

from __future__ import annotations

import sys
from typing import Any


def in_notebook() -> bool:
    """Whether this code runs under IPython. Outside, nothing is displayed (and IPython is not even imported)."""
    if "IPython" not in sys.modules:
        return False
    from IPython import get_ipython

    return get_ipython() is not None


class Output:
    """One output of a notebook cell, shown once and then replaced in place.

    It is an ordinary output under a display id, neither a widget nor cleared: it stays in an executed notebook with
    its last content. Outside a notebook it does nothing.
    """

    def __init__(self) -> None:
        self._handle: Any = None

    def show(self, bundle: tuple[dict[str, str], dict[str, Any]]) -> None:
        """Show data with its metadata: below the running cell the first time, in place of the last one after that."""
        if not in_notebook():
            return
        from IPython.display import display

        data, metadata = bundle
        if self._handle is None:
            self._handle = display(data, raw=True, metadata=metadata, display_id=True)
        else:
            self._handle.update(data, raw=True, metadata=metadata)
