"""Every notebook of the course really runs, from its first to its last cell, in the smallest preset.

All claims stand in one test: with several workers, each that needed the executed notebooks would run them again.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest

from mtan_edu.reproduction import NotebookResult, ReproductionResult, reproduce
from mtan_edu.run_reader import read_run

NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("[0-9]*.ipynb"))
WIDGET = "application/vnd.jupyter.widget-view+json"


@pytest.mark.timeout(1200)
def test_every_notebook_runs_shows_and_records(tmp_path: Path, subtests: pytest.Subtests) -> None:
    result = reproduce(NOTEBOOKS, tmp_path / "out", preset="smoke")
    with subtests.test("all notebooks pass"):
        assert [(notebook.name, notebook.problem) for notebook in result.notebooks if not notebook.passed] == []
        assert result.exit_status == 0
    for notebook in result.notebooks:
        for claim in (has_figures, is_small, says_what_pictures_show, shows_a_picture_before_a_widget, says_no_word):
            with subtests.test(f"{notebook.name} {claim.__name__}"):
                claim(notebook)
    for of_the_course in (
        the_block_learns,
        mtan_is_trained,
        the_paper_s_count_holds,
        the_masks_are_of_that_run,
        seeds_are_compared,
        conflicts_are_measured,
    ):
        with subtests.test(of_the_course.__name__):
            of_the_course(result)


def has_figures(notebook: NotebookResult) -> None:
    assert notebook.figures


def is_small(notebook: NotebookResult) -> None:
    assert notebook.notebook.stat().st_size < 1_000_000, "GitHub does not show it"


def says_what_pictures_show(notebook: NotebookResult) -> None:
    pictures = [output for cell in outputs(notebook) for output in cell if "image/png" in output.get("data", {})]
    assert pictures
    assert all(len(picture.metadata["image/png"]["alt"]) > 20 for picture in pictures)


def shows_a_picture_before_a_widget(notebook: NotebookResult) -> None:
    for cell in outputs(notebook):
        kinds = [set(output.get("data", {})) for output in cell]
        for place, kind in enumerate(kinds):
            assert WIDGET not in kind or any("image/png" in before for before in kinds[:place])
            assert not {WIDGET, "image/png"} <= kind


def says_no_word(notebook: NotebookResult) -> None:
    """No warning, no progress bar that was not wiped."""
    assert [output.text for cell in outputs(notebook) for output in cell if output.get("name") == "stderr"] == []


def the_block_learns(result: ReproductionResult) -> None:
    figures = named(result, "04").figures
    assert figures["last_loss"] < figures["softmax_last_loss"] < figures["first_loss"]
    assert figures["distance_trained"] < 0.5 * figures["distance_untrained"]


def mtan_is_trained(result: ReproductionResult) -> None:
    figures = named(result, "05").figures
    assert figures["epochs"] == len(read_run(result.folder / "runs" / figures["run"]).epochs) > 1
    assert figures["seconds"] > 0
    for task, loss in figures["last_train_losses"].items():
        assert loss < figures["first_train_losses"][task]


def the_paper_s_count_holds(result: ReproductionResult) -> None:
    figures = named(result, "05").figures
    assert figures["parameters_ratio"] == pytest.approx(1.77, abs=0.005)
    assert figures["computation_ratio"] > 1


def the_masks_are_of_that_run(result: ReproductionResult) -> None:
    assert named(result, "06").figures["run"] == named(result, "05").figures["run"]


def seeds_are_compared(result: ReproductionResult) -> None:
    figures = named(result, "07").figures
    assert figures["runs"] == 6 * figures["seeds"] > 6
    assert sum(figures["update_shares"].values()) == pytest.approx(1)
    for per in ("task", "metric"):
        assert set(figures["delta_m"][per]) == set(figures["spread"][per]) == {"equal", "uncertainty", "dwa"}


def conflicts_are_measured(result: ReproductionResult) -> None:
    figures = named(result, "08").figures
    shares = [share for of in figures["conflict_share"].values() for share in of]
    assert len(shares) >= 4
    assert all(0 <= share <= 1 for share in shares)
    assert all(abs(cosine) < 1 for cosine in figures["noise_cosines"])
    assert 0 < figures["noise_share"] < 1


def named(result: ReproductionResult, number: str) -> NotebookResult:
    return next(notebook for notebook in result.notebooks if notebook.name.startswith(number))


def outputs(notebook: NotebookResult) -> list[list[Any]]:
    """The outputs of every code cell."""
    executed = nbformat.read(notebook.notebook, as_version=4)
    return [cell.outputs for cell in executed.cells if cell.cell_type == "code"]
