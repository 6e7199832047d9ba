"""One script from many modules: what a widget and a page load must be a single text.

The modules are ordinary ES modules and are kept so small that nothing has to build them: their texts are put one after
another, without their `import` lines and without the word `export`. For this to be right, a module may import only from
modules that stand before it, an import stands on one line, and no two modules have a name in common at their top level;
the tests hold them to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

ROOM = Path(__file__).parent
"""This folder: `js/` holds the modules that all views share."""

_DEFAULT = re.compile(r"^export default .*;\n", re.MULTILINE)  # how a widget's last module ends
_IMPORT = re.compile(r"^import .*;\n", re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const) )", re.MULTILINE)


def join_modules(folder: Path, names: Iterable[str]) -> str:
    """The modules as one ES module.

    Args:
        folder: Where they lie.
        names: Their paths from there, without ".js", each after those that it imports from.
    """
    return "\n".join(_text(folder / f"{name}.js") for name in names)


def join_page(folder: Path, names: Iterable[str], start: str) -> str:
    """The modules as a script that starts itself in the element "mtan-root" of a page.

    Args:
        folder: Where they lie.
        names: As for `join_modules`.
        start: The function that is called with `render` and the element.
    """
    script = _DEFAULT.sub("", join_modules(folder, names))
    return f'{script}\n{start}(render, document.getElementById("mtan-root"));\n'


def style_of(*files: Path) -> str:
    """The style that all share, and then that of these files."""
    return "".join(file.read_text(encoding="utf-8") for file in (ROOM / "base.css", *files))


def _text(file: Path) -> str:
    return _EXPORT.sub("", _IMPORT.sub("", file.read_text(encoding="utf-8"))).strip() + "\n"
