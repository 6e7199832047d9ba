from __future__ import annotations

import sys
from pathlib import Path

import nbformat
import psutil
import pytest

from mtan_edu.reproduction import ReproductionResult, reproduce
from mtan_edu.reproduction.notebooks import read_figures
from tests.reproduction.tiny_notebooks import PARAMETERS, PICTURE, RECORD, write_notebook

WHICH_PYTHON = "import sys, os\nprint(sys.executable)\nprint(os.environ['OMP_WAIT_POLICY'])"
SLIDER = "import ipywidgets\nipywidgets.IntSlider()"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("reproduction")


@pytest.fixture(scope="module")
def said() -> list[str]:
    return []


@pytest.fixture(scope="module")
def result(folder: Path, said: list[str]) -> ReproductionResult:
    """One run of three notebooks, given in the wrong order; the second fails."""
    notebooks = [
        write_notebook(folder / "notebooks", "03_recording", RECORD, PICTURE, SLIDER),
        write_notebook(folder / "notebooks", "01_python", WHICH_PYTHON),
        write_notebook(folder / "notebooks", "02_failing", "raise RuntimeError('no way\\nout')", "print('after')"),
    ]
    return reproduce(notebooks, folder / "out", preset="smoke", seed=3, announce=said.append)


def test_notebooks_run_in_the_order_of_their_names(result: ReproductionResult) -> None:
    assert [notebook.name for notebook in result.notebooks] == ["01_python", "02_failing", "03_recording"]


def test_a_failed_notebook_does_not_stop_the_next_and_decides_the_exit_status(result: ReproductionResult) -> None:
    assert [notebook.status for notebook in result.notebooks] == ["passed", "failed", "passed"]
    assert result.exit_status == 1


def test_the_problem_of_a_failed_notebook_is_told_in_one_line(result: ReproductionResult, said: list[str]) -> None:
    assert result.notebooks[1].problem == "RuntimeError: no way out"
    assert said[1].startswith("02_failing: failed")
    assert said[1].endswith("RuntimeError: no way out")


def test_the_kernel_is_the_python_that_runs_and_its_threads_wait_passively(result: ReproductionResult) -> None:
    executed = nbformat.read(result.notebooks[0].notebook, as_version=4)
    assert executed.cells[-1].outputs[0].text.splitlines() == [sys.executable, "PASSIVE"]


def test_recorded_figures_and_parameters_come_back(result: ReproductionResult) -> None:
    assert result.notebooks[2].figures == {"preset": "smoke", "seed": 3, "loss": {"depth": 0.5}}
    assert read_figures(result.folder / "01_python.ipynb") == {}


def test_runs_saved_by_notebooks_lie_below_the_folder_of_the_report(result: ReproductionResult) -> None:
    assert result.parameters["out_dir"] == str(result.folder / "runs")


def test_the_notebooks_given_stay_as_they_are(result: ReproductionResult, folder: Path) -> None:
    given = nbformat.read(folder / "notebooks" / "03_recording.ipynb", as_version=4)
    assert not any(cell.outputs for cell in given.cells if cell.cell_type == "code")


def test_the_log_leaves_out_what_every_kernel_says(result: ReproductionResult) -> None:
    log = result.notebooks[0].log.read_text()
    assert "Executing notebook" in log
    assert "without encryption" not in log


def test_a_folder_in_use_is_refused(result: ReproductionResult, folder: Path) -> None:
    with pytest.raises(ValueError, match=r"`out` must be a new folder"):
        reproduce(folder / "notebooks", folder / "out")


def test_a_slow_cell_is_stopped_at_its_limit(tmp_path: Path) -> None:
    notebook = write_notebook(tmp_path, "slow", "import time\ntime.sleep(60)")
    slow = reproduce([notebook], tmp_path / "out", cell_timeout=1).notebooks[0]
    assert slow.status == "timed out"
    assert slow.problem == "A cell was stopped after its limit of 1 s."


def test_a_notebook_over_its_limit_is_stopped_with_its_kernel_and_keeps_what_it_showed(tmp_path: Path) -> None:
    note = tmp_path / "kernel.txt"
    waiting = "while True:\n    time.sleep(0.05)"
    notebook = write_notebook(
        tmp_path,
        "endless",
        f"import os, pathlib, time\npathlib.Path({str(note)!r}).write_text(str(os.getpid()))",
        waiting,
    )
    endless = reproduce([notebook], tmp_path / "out", notebook_timeout=12).notebooks[0]
    assert endless.status == "timed out"
    assert endless.problem == "The notebook was stopped after its limit of 12 s."
    assert not psutil.pid_exists(int(note.read_text()))
    assert nbformat.read(endless.notebook, as_version=4).cells[-2].execution_count is not None


def test_a_notebook_without_a_parameter_is_refused_before_anything_runs(tmp_path: Path) -> None:
    write_notebook(tmp_path / "in", "01_fine", "print('never')")
    write_notebook(tmp_path / "in", "02_lacking", parameters=PARAMETERS.replace("device", "divice"))
    with pytest.raises(ValueError, match=r"`notebooks` must declare .*; got 02_lacking.ipynb without device"):
        reproduce(tmp_path / "in", tmp_path / "out")
    assert not list((tmp_path / "out").glob("*"))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"preset": "lectuer"}, r"`preset` must be one of smoke, lecture, full; got 'lectuer'"),
        ({"data": "nowhere"}, r"`data` must be rooms or an existing folder; got nowhere"),
        ({"cell_timeout": 0}, r"`cell_timeout` must be at least 1 s; got 0"),
    ],
)
def test_bad_arguments_get_a_sentence(arguments: dict[str, object], sentence: str, tmp_path: Path) -> None:
    notebook = write_notebook(tmp_path, "fine")
    with pytest.raises(ValueError, match=sentence):
        reproduce([notebook], tmp_path / "out", **arguments)


def test_an_empty_folder_and_a_damaged_notebook_get_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "damaged.ipynb").write_text("{")
    with pytest.raises(ValueError, match=r"`notebooks` must hold at least one .ipynb file"):
        reproduce(tmp_path / "empty", tmp_path / "out")
    with pytest.raises(ValueError, match=r"`notebooks` must be readable notebooks; got .*damaged.ipynb"):
        reproduce(tmp_path, tmp_path / "out")
