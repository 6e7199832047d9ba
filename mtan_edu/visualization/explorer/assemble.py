"""The explorer's script and style, put together from its modules and those that all views share."""

from __future__ import annotations

from pathlib import Path

from mtan_edu.visualization.browser.assemble import Bundle

EXPLORER = Bundle(
    Path(__file__).parent / "js",
    (
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
    ),
    "explorer.css",
)
"""Each module stands after those that it imports from, a new view before "explorer"."""
