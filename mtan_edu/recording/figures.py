"""Figures that a notebook hands to the report."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

FIGURES_MIME = "application/vnd.mtan-edu.figures+json"
"""Under this type a notebook's figures lie among the outputs of its cells."""


def record(**figures: Any) -> dict[str, Any]:
    """Write figures into the notebook that runs, where the report finds them.

        record(mean_iou=0.31, seconds=84.0, classes=["bed", "books"])

    Args:
        figures: Name to number, text, True, False, None, or lists and dicts of these. NumPy's and torch's single
            numbers will do; what is not finite becomes None (null in JSON).

    Returns:
        The figures as they were written.

    Raises:
        TypeError: If a value is none of these. Nothing is written then.
    """
    written = {name: _plain(name, value) for name, value in figures.items()}
    _display(written)
    return written


def _display(figures: dict[str, Any]) -> None:
    """Show them if IPython runs; elsewhere there is no notebook to write into."""
    try:
        from IPython import get_ipython
        from IPython.display import display
    except ImportError:
        return
    if get_ipython() is not None:
        text = "\n".join(f"{name} = {value}" for name, value in figures.items())
        display({FIGURES_MIME: figures, "text/plain": text}, raw=True)


def _plain(name: str, value: Any) -> Any:
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _plain(f"{name}.{key}", inner) for key, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        return [_plain(f"{name}[{index}]", inner) for index, inner in enumerate(value)]
    if getattr(value, "size", None) == 1 or (callable(getattr(value, "numel", None)) and value.numel() == 1):
        return _plain(name, value.item())
    raise TypeError(f"`{name}` must be a number, a text, or lists and dicts of these; got {type(value).__name__}.")
