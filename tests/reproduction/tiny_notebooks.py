"""Small notebooks that tests write and really execute."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

PARAMETERS = 'preset = "lecture"\nseed = 0\ndevice = "auto"\ndata = "rooms"\nout_dir = ""'

RECORD = """\
from IPython.display import display
figures = {"preset": preset, "seed": seed, "loss": {"depth": 0.5}}
display({"application/vnd.mtan-edu.figures+json": figures, "text/plain": "three figures"}, raw=True)"""

PICTURE = """\
import base64
from IPython.display import display
pixel = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
bundle = {"image/png": base64.b64encode(pixel).decode(), "text/plain": "a dot"}
display(bundle, metadata={"image/png": {"alt": "one \\"dark\\" dot"}}, raw=True)"""


def write_notebook(folder: Path, name: str, *sources: str, parameters: str = PARAMETERS) -> Path:
    """A notebook titled after its file, with a cell of parameters and one cell per source."""
    settings = new_code_cell(parameters, metadata={"tags": ["parameters"]})
    cells = [new_markdown_cell(f"# Title of {name}"), settings, *map(new_code_cell, sources)]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = new_notebook(cells=cells, metadata={"kernelspec": kernel, "language_info": {"name": "python"}})
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, folder / f"{name}.ipynb")
    return folder / f"{name}.ipynb"
