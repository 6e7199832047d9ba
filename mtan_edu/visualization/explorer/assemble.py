"""One script from the modules in `js/`: what a widget and a page load must be a single text.

The modules are ordinary ES modules and are kept so small that nothing has to build them: their texts are put one after
another in the order of MODULES, without their `import` lines and without the word `export`. For this to be right, a
module may import only from modules that stand before it, an import stands on one line, and no two modules have a name
in common at their top level; the tests hold them to it.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "js"

MODULES = (
    "words",
    "dom",
    "statistics",
    "order",
    "store",
    "state",
    "kernel",
    "fetch",
    "paint",
    "panels",
    "legend",
    "chart",
    "predicted",
    "look",
    "controls",
    "views",
    "views/grid",
    "views/compare",
    "views/pixel",
    "views/training",
    "views/numbers",
    "explorer",
)
"""Modules of the explorer, each after those that it imports from. A new view stands before "explorer"."""

_IMPORT = re.compile(r"^import .*;\n", re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const) )", re.MULTILINE)


@cache
def widget_script() -> str:
    """The explorer as one ES module whose default export has `render({ model, el })`."""
    return "\n".join(map(_text, MODULES))


@cache
def page_script() -> str:
    """The explorer as a script that starts itself in the element "mtan-root" of a page."""
    modules = widget_script().replace("export default { render };\n", "")
    start = 'startPage(render, document.getElementById("mtan-root"));\n'
    return "\n".join([modules, _text("page"), start])


@cache
def style() -> str:
    """The style sheet of both."""
    return (Path(__file__).parent / "explorer.css").read_text(encoding="utf-8")


def _text(name: str) -> str:
    text = (FOLDER / f"{name}.js").read_text(encoding="utf-8")
    return _EXPORT.sub("", _IMPORT.sub("", text)).strip() + "\n"
