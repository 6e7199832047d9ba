"""A picture, and below it a block of HTML with a script that brings its own data."""

from __future__ import annotations

import hashlib
import html
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mtan_edu.visualization.notebook import in_notebook
from mtan_edu.visualization.style import TextFigure

FOLDER = Path(__file__).parent


class InteractiveFigure:
    """A figure with controls that need neither a kernel nor a network.

    The last line of a cell shows two outputs: the figure as a PNG, which stands wherever the notebook is read, and a
    block of HTML with a script. The block lives in JupyterLab, in a page made from an executed notebook, and in a page
    of its own (`to_html`); where scripts do not run, nothing is missing but the controls.

    Args:
        figure: The picture, with its alt text.
        script: Name of a script in this folder. It defines `render(root, data)`; that, and "base.js" before it.
        data: What the script draws, JSON-able.
        name: What the block is, in words, for those who hear it.
    """

    def __init__(self, figure: TextFigure, script: str, data: Mapping[str, Any], name: str) -> None:
        self.figure = figure
        self.data = data
        self.name = name
        self._script = script

    @property
    def alt(self) -> str:
        """What a reader hears who cannot see the picture."""
        return self.figure.alt

    @property
    def html(self) -> str:
        """The block: an empty place, the data, and a script that fills the place. It loads nothing."""
        data = json.dumps(self.data, allow_nan=False).replace("<", "\\u003c")  # no JSON can end a script element
        code = "\n".join((FOLDER / name).read_text(encoding="utf-8") for name in ("base.js", self._script))
        mark = f"mtan-{hashlib.sha256((self._script + data).encode()).hexdigest()[:12]}"  # the same for the same block
        style = (FOLDER / "base.css").read_text(encoding="utf-8")
        return (
            f'<style>{style}</style><div class="mtan-block" data-mark="{mark}" role="group" '
            f'aria-label="{html.escape(self.name, quote=True)}"></div>\n'
            f'<script type="module">\n(() => {{\n{code}\nconst data = {data};\n'
            f"for (const root of document.querySelectorAll('[data-mark=\"{mark}\"]:not([data-lives])')) {{\n"
            '  root.dataset.lives = "yes";\n  render(root, data);\n}\n})();\n</script>'
        )

    def to_html(self, file: Path | str) -> Path:
        """Write a page of its own: the picture and the block. It needs neither Python nor a network.

        Args:
            file: Where; what is there is replaced.

        Returns:
            The file.
        """
        data, _ = self.figure.bundle()
        alt = html.escape(self.alt, quote=True)
        picture = f'<img src="data:image/png;base64,{data["image/png"]}" alt="{alt}" style="max-width: 100%">'
        page = (
            '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" '
            "content=\"default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:\">"
            f"<title>{html.escape(self.name)}</title></head>\n<body>{picture}\n{self.html}\n</body></html>\n"
        )
        Path(file).write_text(page, encoding="utf-8")
        return Path(file)

    def _ipython_display_(self) -> None:
        if not in_notebook():
            return
        from IPython.display import display

        data, metadata = self.figure.bundle()
        display(data, raw=True, metadata=metadata)
        display({"text/html": self.html, "text/plain": f"{self.name} (needs a browser)"}, raw=True)
