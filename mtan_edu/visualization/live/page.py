"""The curves as one self-contained page: the points inside, no network, no Python."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mtan_edu.visualization.browser.page import fill_page
from mtan_edu.visualization.live.assemble import CURVES
from mtan_edu.visualization.live.history import History
from mtan_edu.visualization.style import TextFigure


def make_page(history: History, view: Mapping[str, Any], still: TextFigure) -> str:
    """The curves as the text of an HTML file.

    Args:
        history: The points.
        view: What is shown first.
        still: The picture that stands where scripts do not run.

    Returns:
        The file.
    """
    state = {"_view": dict(view)}
    return fill_page("Training curves", CURVES, still, state, history.index(), history.data())
