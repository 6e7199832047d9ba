"""The script and the style of the curves, put together from their modules and those that all views share."""

from __future__ import annotations

from pathlib import Path

from mtan_edu.visualization.browser.assemble import Bundle

CURVES = Bundle(
    Path(__file__).parent / "js",
    (
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
    ),
    "live.css",
)
"""Each module stands after those that it imports from."""
