"""The report: an HTML page and a JSON file about a reproduction, and each executed notebook as a page.

Every page stands alone: no request leaves the reader's machine, and every picture keeps its alt text.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jinja2
import nbformat
from nbconvert import HTMLExporter

from mtan_edu.recording import FIGURES_MIME
from mtan_edu.reproduction.results import NotebookResult, ReproductionResult

TEMPLATES = Path(__file__).parent / "template"
WIDGET_MIME = "application/vnd.jupyter.widget-view+json"


def write_report(result: ReproductionResult) -> None:
    """Write `index.html` and `report.json` into the result's folder, in place of older ones.

    Args:
        result: What was found, complete or not yet.
    """
    _replace(result.folder / "report.json", json.dumps(_as_json(result), indent=2, ensure_ascii=False) + "\n")
    templates = jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True)
    page = templates.get_template("report.html.j2").render(
        result=result,
        figures={notebook.name: list(flatten(notebook.figures)) for notebook in result.notebooks},
        link=lambda path: path.relative_to(result.folder).as_posix(),
        minutes=minutes,
    )
    _replace(result.folder / "index.html", page)


def write_notebook_page(executed: Path) -> Path:
    """Write an executed notebook as an HTML page beside it.

    Widgets need a running kernel: the page leaves them out; the pictures that stand before them stay.

    Args:
        executed: The executed notebook.

    Returns:
        The page's path.
    """
    notebook = nbformat.read(executed, as_version=4)
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if WIDGET_MIME not in output.get("data", {})]
            for output in cell.outputs:
                output.get("data", {}).pop(FIGURES_MIME, None)  # the text beside it says the same
    exporter = HTMLExporter(template_name="notebook", extra_template_basedirs=[str(TEMPLATES)])
    page, _ = exporter.from_notebook_node(notebook, {"metadata": {"name": executed.stem}})
    _replace(executed.with_suffix(".html"), page)
    return executed.with_suffix(".html")


def flatten(figures: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Nested figures as lines of a table: `{"depth": {"error": 0.5}}` becomes `("depth · error", "0.5")`."""
    for name, value in figures.items():
        if isinstance(value, Mapping):
            yield from flatten(value, f"{prefix}{name} · ")
        else:
            yield f"{prefix}{name}", _readable(value)


def minutes(seconds: float) -> str:
    """A duration as a person says it: "48 s", "3 min 05 s"."""
    whole = round(seconds)
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60:02d} s"


def _readable(value: Any) -> str:
    if value is None:
        return "not measured"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list):
        return ", ".join(_readable(entry) for entry in value)
    return str(value)


def _as_json(result: ReproductionResult) -> dict[str, Any]:
    return {
        "passed": result.passed,
        "expected": result.expected,
        "parameters": dict(result.parameters),
        "environment": dict(result.environment),
        "notebooks": [_notebook_as_json(notebook, result.folder) for notebook in result.notebooks],
    }


def _notebook_as_json(notebook: NotebookResult, folder: Path) -> dict[str, Any]:
    files = {"notebook": notebook.notebook, "page": notebook.page, "log": notebook.log}
    return {
        "name": notebook.name,
        "title": notebook.title,
        "status": notebook.status,
        "seconds": round(notebook.seconds, 1),
        "problem": notebook.problem,
        "figures": dict(notebook.figures),
        **{name: path and path.relative_to(folder).as_posix() for name, path in files.items()},
    }


def _replace(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    beside = path.with_name(path.name + ".part")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)
