"""What every notebook of the course keeps to, read from its JSON: nothing is executed."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest

NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("[0-9]*.ipynb"))
PARAMETERS = {"preset": "lecture", "seed": 0, "device": "auto", "data": "rooms", "out_dir": ""}
UNKNOWN_MODULES = ("pyplot", "tqdm", "scrapbook")
STALLING = ("interact", "interactive", "interactive_output", "Output", "clear_output")

every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def cells(path: Path, kind: str) -> list[Any]:
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == kind]


def tree(path: Path) -> ast.Module:
    return ast.parse("\n".join(cell.source for cell in cells(path, "code")))


def test_there_are_notebooks_and_each_stands_in_the_table_of_the_course() -> None:
    table = (NOTEBOOKS[0].parent / "README.md").read_text()
    assert [path.stem for path in NOTEBOOKS] == re.findall(r"\[`(\d\d_\w+)`\]", table)


@every_notebook
def test_it_is_a_valid_notebook_for_any_python_kernel(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert notebook.metadata == {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }


@every_notebook
def test_it_is_kept_without_outputs(path: Path) -> None:
    for cell in cells(path, "code"):
        assert cell.outputs == []
        assert cell.execution_count is None


@every_notebook
def test_its_cells_have_names_that_stay(path: Path) -> None:
    names = [cell.id for kind in ("code", "markdown") for cell in cells(path, kind)]
    assert len(set(names)) == len(names)
    assert not any(re.fullmatch(r"[0-9a-f]{8}", name) for name in names), "a random id changes with every edit"


@every_notebook
def test_its_parameters_are_those_of_all_notebooks(path: Path) -> None:
    declared = papermill.inspect_notebook(path)
    assert {name: ast.literal_eval(found["default"]) for name, found in declared.items()} == PARAMETERS
    assert list(declared) == list(PARAMETERS)
    tagged = [cell.source for cell in cells(path, "code") if "parameters" in cell.metadata.get("tags", [])]
    assert tagged == [cells(NOTEBOOKS[0], "code")[1].source]


@every_notebook
def test_it_begins_with_what_one_can_do_after_it_and_how_long_it_takes(path: Path) -> None:
    first = cells(path, "markdown")[0].source
    assert first.startswith("# ")
    assert "**After this you can**" in first
    assert len(re.findall(r"^- ", first, re.MULTILINE)) == 3
    assert re.search(r"\d+ minutes", first)
    assert "GPU" in first


@every_notebook
def test_it_asks_the_reader_to_predict_and_to_change_something(path: Path) -> None:
    text = "\n".join(cell.source for cell in cells(path, "markdown"))
    assert text.count("**Predict") >= 4
    assert "## Your turn" in text


@every_notebook
def test_its_cells_are_short_and_so_is_the_whole(path: Path) -> None:
    lengths = [len(cell.source.splitlines()) for cell in cells(path, "code")]
    assert max(lengths) <= 20
    assert sorted(lengths)[len(lengths) // 2] <= 8
    assert len(lengths) <= 20
    words = sum(len(cell.source.split()) for cell in cells(path, "markdown"))
    assert words <= 1300


@every_notebook
def test_its_formulas_need_no_renderer(path: Path) -> None:
    for cell in cells(path, "markdown"):
        assert "$" not in cell.source, "a page without network shows no LaTeX"


@every_notebook
def test_nothing_in_it_stalls_a_run_without_a_reader(path: Path) -> None:
    names = {node.id for node in ast.walk(tree(path)) if isinstance(node, ast.Name)}
    names |= {node.attr for node in ast.walk(tree(path)) if isinstance(node, ast.Attribute)}
    assert not names & set(STALLING)
    assert not any(name in cell.source for name in UNKNOWN_MODULES for cell in cells(path, "code"))


@every_notebook
def test_it_imports_only_public_names(path: Path) -> None:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ImportFrom):
            parts = [*(node.module or "").split("."), *(alias.name for alias in node.names)]
            assert not any(part.startswith("_") for part in parts)


@every_notebook
def test_its_last_cell_writes_down_its_figures(path: Path) -> None:
    assert "record(" in cells(path, "code")[-1].source
