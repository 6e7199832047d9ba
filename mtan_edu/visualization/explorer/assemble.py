"""The explorer's script and style, put together from its modules and those that all views share."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from mtan_edu.visualization.browser.assemble import join_modules, join_page, style_of

FOLDER = Path(__file__).parent / "js"

MODULES = (
    "../../browser/js/words",
    "../../browser/js/bytes",
    "../../browser/js/dom",
    "../../browser/js/surroundings",
    "statistics",
    "order",
    "store",
    "state",
    "kernel",
    "fetch",
    "newest",
    "paint",
    "panels",
    "legend",
    "../../browser/js/chart",
    "predicted",
    "look",
    "controls",
    "views",
    "views/grid",
    "views/compare",
    "views/pixel",
    "views/training",
    "views/numbers",
    "views/what_if",
    "explorer",
)
"""Modules of the explorer, each after those that it imports from. A new view stands before "explorer"."""

PAGE_MODULES = (*MODULES, "../../browser/js/stand_in", "page")
"""What a page without Python needs."""


@cache
def widget_script() -> str:
    """The explorer as one ES module whose default export has `render({ model, el })`."""
    return join_modules(FOLDER, MODULES)


@cache
def page_script() -> str:
    """The explorer as a script that starts itself in the element "mtan-root" of a page."""
    return join_page(FOLDER, PAGE_MODULES, "startPage")


@cache
def style() -> str:
    """The style sheet of both."""
    return style_of(FOLDER.parent / "explorer.css")
