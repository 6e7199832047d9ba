"""The script and the style of the curves, put together from their modules and those that all views share."""

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
    "../../browser/js/chart",
    "history",
    "series",
    "view",
    "panel",
    "toolbar",
    "curves",
)
"""Modules of the curves, each after those that it imports from."""

PAGE_MODULES = (*MODULES, "../../browser/js/stand_in", "page")
"""What a page without Python needs."""


@cache
def widget_script() -> str:
    """The curves as one ES module whose default export makes `initialize({ model })` and `render({ model, el })`."""
    return join_modules(FOLDER, MODULES)


@cache
def page_script() -> str:
    """The curves as a script that starts itself in the element "mtan-root" of a page."""
    return join_page(FOLDER, PAGE_MODULES, "startPage")


@cache
def style() -> str:
    """The style sheet of both."""
    return style_of(FOLDER.parent / "live.css")
