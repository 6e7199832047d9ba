"""One script from many modules: what a widget and a page load must be a single text.

The modules are ordinary ES modules and are kept so small that nothing has to build them: their texts are put one after
another, without their `import` lines and without the word `export`. For this to be right, a module may import only from
modules that stand before it, an import stands on one line, and no two modules have a name in common at their top level;
the tests hold them to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOM = Path(__file__).parent
"""This folder: `js/` holds the modules that all views share."""

_DEFAULT = re.compile(r"^export default .*;\n", re.MULTILINE)  # how a widget's last module ends
_IMPORT = re.compile(r"^import .*;\n", re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const) )", re.MULTILINE)


@dataclass(frozen=True)
class Bundle:
    """The modules and the style sheet of one view, to be joined with those that all views share.

    Attributes:
        folder: Where the view's modules lie; its style sheet lies beside that folder.
        modules: Their paths from there, without ".js", each after those that it imports from.
        style_sheet: Name of its style sheet.
    """

    folder: Path
    modules: tuple[str, ...]
    style_sheet: str

    @property
    def page_modules(self) -> tuple[str, ...]:
        """What a page without Python needs."""
        return (*self.modules, "../../browser/js/stand_in", "page")

    @cached_property
    def widget_script(self) -> str:
        """The view as one ES module, whose default export is what a widget needs."""
        return self._joined(self.modules)

    @cached_property
    def page_script(self) -> str:
        """The view as a script that starts itself in the element "mtan-root" of a page."""
        script = _DEFAULT.sub("", self._joined(self.page_modules))
        return f'{script}\nstartPage(render, document.getElementById("mtan-root"));\n'

    @cached_property
    def style(self) -> str:
        """The style sheet of both: what all views share, and then its own."""
        files = (ROOM / "base.css", self.folder.parent / self.style_sheet)
        return "".join(file.read_text(encoding="utf-8") for file in files)

    def _joined(self, modules: Iterable[str]) -> str:
        return "\n".join(_text(self.folder / f"{name}.js") for name in modules)


def _text(file: Path) -> str:
    return _EXPORT.sub("", _IMPORT.sub("", file.read_text(encoding="utf-8"))).strip() + "\n"
