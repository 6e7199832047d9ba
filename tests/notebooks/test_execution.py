"""Every notebook of the course really runs, from the first to the last cell, in the smallest preset."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest

from mtan_edu.reproduction import NotebookResult, ReproductionResult, reproduce
from mtan_edu.run_reader import read_run

NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("[0-9]*.ipynb"))
NAMES = [path.stem for path in NOTEBOOKS]
WIDGET = "application/vnd.jupyter.widget-view+json"

pytestmark = [pytest.mark.timeout(900), pytest.mark.xdist_group("notebooks")]


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> ReproductionResult:
    return reproduce(NOTEBOOKS, tmp_path_factory.mktemp("notebooks") / "out", preset="smoke")


def named(result: ReproductionResult, name: str) -> NotebookResult:
    return next(notebook for notebook in result.notebooks if notebook.name.startswith(name))


def outputs(result: ReproductionResult, name: str) -> list[list[Any]]:
    """The outputs of every code cell."""
    executed = nbformat.read(named(result, name).notebook, as_version=4)
    return [cell.outputs for cell in executed.cells if cell.cell_type == "code"]


def test_all_notebooks_pass(result: ReproductionResult) -> None:
    assert [(notebook.name, notebook.problem) for notebook in result.notebooks] == [(name, "") for name in NAMES]
    assert result.exit_status == 0


@pytest.mark.parametrize("name", NAMES)
def test_every_notebook_records_figures(result: ReproductionResult, name: str) -> None:
    assert named(result, name).figures


@pytest.mark.parametrize("name", NAMES)
def test_an_executed_notebook_is_small_enough_to_be_shown(result: ReproductionResult, name: str) -> None:
    assert named(result, name).notebook.stat().st_size < 1_000_000


@pytest.mark.parametrize("name", NAMES)
def test_every_picture_says_in_words_what_it_shows(result: ReproductionResult, name: str) -> None:
    pictures = [output for cell in outputs(result, name) for output in cell if "image/png" in output.get("data", {})]
    assert pictures
    assert all(len(picture.metadata["image/png"]["alt"]) > 20 for picture in pictures)


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_stands_before_every_widget(result: ReproductionResult, name: str) -> None:
    for cell in outputs(result, name):
        kinds = [set(output.get("data", {})) for output in cell]
        widgets = [place for place, kind in enumerate(kinds) if WIDGET in kind]
        assert all(any("image/png" in kind for kind in kinds[:place]) for place in widgets)
        assert not any({WIDGET, "image/png"} <= kind for kind in kinds)


@pytest.mark.parametrize("name", NAMES)
def test_no_cell_complains(result: ReproductionResult, name: str) -> None:
    said = [output.text for cell in outputs(result, name) for output in cell if output.get("name") == "stderr"]
    assert said == []


def test_the_attention_block_has_learned_to_pick(result: ReproductionResult) -> None:
    figures = named(result, "04").figures
    assert figures["last_loss"] < figures["softmax_last_loss"] < figures["first_loss"]
    assert figures["distance_trained"] < 0.5 * figures["distance_untrained"]


def test_mtan_was_really_trained_and_every_loss_fell(result: ReproductionResult) -> None:
    figures = named(result, "05").figures
    assert figures["epochs"] == len(read_run(result.folder / "runs" / figures["run"]).epochs) > 1
    assert figures["seconds"] > 0
    for task, loss in figures["last_train_losses"].items():
        assert loss < figures["first_train_losses"][task]


def test_the_paper_s_parameters_are_confirmed_and_its_computation_is_told(result: ReproductionResult) -> None:
    figures = named(result, "05").figures
    assert figures["parameters_ratio"] == pytest.approx(1.77, abs=0.005)
    assert figures["computation_ratio"] > 1


def test_the_masks_read_are_those_of_the_network_that_was_built(result: ReproductionResult) -> None:
    assert named(result, "06").figures["run"] == named(result, "05").figures["run"]
