from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import psutil
import pytest

from mtan_edu.reproduction import reproduce
from mtan_edu.reproduction.notebooks import read_figures
from tests.reproduction.tiny_notebooks import PARAMETERS, PICTURE, RECORD, write_notebook

WHICH_PYTHON = "import sys, os\nprint(sys.executable)\nprint(os.environ['OMP_WAIT_POLICY'])"
SLIDER = "import ipywidgets\nipywidgets.IntSlider()"


def test_notebooks_run_in_order_and_one_that_fails_does_not_stop_the_next(
    tmp_path: Path, subtests: pytest.Subtests
) -> None:
    """One run of three notebooks, given in the wrong order; the second fails."""
    given = [
        write_notebook(tmp_path, "03_recording", RECORD, PICTURE, SLIDER),
        write_notebook(tmp_path, "01_python", WHICH_PYTHON),
        write_notebook(tmp_path, "02_failing", "raise RuntimeError('no way\\nout')", "print('after')"),
    ]
    said: list[str] = []
    result = reproduce(given, tmp_path / "out", preset="smoke", seed=3, announce=said.append)
    python, failing, recording = result.notebooks
    with subtests.test("they run in the order of their names, and a failed one decides the exit status"):
        assert [notebook.name for notebook in result.notebooks] == ["01_python", "02_failing", "03_recording"]
        assert [notebook.status for notebook in result.notebooks] == ["passed", "failed", "passed"]
        assert result.exit_status == 1
    with subtests.test("what went wrong is told in one line"):
        assert failing.problem == "RuntimeError: no way out"
        assert said[1].startswith("02_failing: failed")
        assert said[1].endswith("RuntimeError: no way out")
    with subtests.test("the kernel is the Python that runs, and its threads wait passively"):
        printed = nbformat.read(python.notebook, as_version=4).cells[-1].outputs[0].text
        assert printed.splitlines() == [sys.executable, "PASSIVE"]
    with subtests.test("recorded figures and parameters come back"):
        assert recording.figures == {"preset": "smoke", "seed": 3, "loss": {"depth": 0.5}}
        assert read_figures(python.notebook) == {}
    with subtests.test("runs saved by notebooks lie below the folder of the report"):
        assert result.parameters["out_dir"] == str(result.folder / "runs")
    with subtests.test("the notebooks given stay as they are"):
        assert not any(cell.get("outputs") for cell in nbformat.read(given[0], as_version=4).cells)
    with subtests.test("the log leaves out what every kernel says"):
        assert "Executing notebook" in python.log.read_text()
        assert "without encryption" not in python.log.read_text()
    with subtests.test("a folder in use is refused"), pytest.raises(ValueError, match=r"`out` must be a new folder"):
        reproduce(given, tmp_path / "out")


def test_a_slow_cell_is_stopped_at_its_limit(tmp_path: Path) -> None:
    notebook = write_notebook(tmp_path, "slow", "import time\ntime.sleep(60)")
    slow = reproduce([notebook], tmp_path / "out", cell_timeout=1).notebooks[0]
    assert slow.status == "timed out"
    assert slow.problem == "A cell was stopped after its limit of 1 s."


def test_a_notebook_over_its_limit_is_stopped_with_its_kernel_and_keeps_what_it_showed(tmp_path: Path) -> None:
    note = tmp_path / "kernel.txt"
    says_who = f"import os, pathlib, time\npathlib.Path({str(note)!r}).write_text(str(os.getpid()))"
    notebook = write_notebook(tmp_path, "endless", says_who, "while True:\n    time.sleep(0.05)")
    for limit in (10, 60):  # on a busy machine a kernel may need more than 10 s to start
        endless = reproduce([notebook], tmp_path / str(limit), notebook_timeout=limit).notebooks[0]
        assert endless.status == "timed out"
        assert endless.problem == f"The notebook was stopped after its limit of {limit} s."
        if note.exists():
            break
    assert not psutil.pid_exists(int(note.read_text()))
    assert nbformat.read(endless.notebook, as_version=4).cells[-2].execution_count is not None


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends a process without telling it")
def test_when_it_is_told_to_end_no_kernel_runs_on_and_the_report_of_what_was_done_stays(tmp_path: Path) -> None:
    note = tmp_path / "kernel.txt"
    says_who = f"import os, pathlib, time\npathlib.Path({str(note)!r}).write_text(str(os.getpid()))\ntime.sleep(600)"
    write_notebook(tmp_path / "in", "01_quick", "1 + 1")
    write_notebook(tmp_path / "in", "02_endless", says_who)
    call = (
        "import sys, pathlib\nfrom mtan_edu.reproduction import reproduce\n"
        "reproduce(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))"
    )
    process = subprocess.Popen([sys.executable, "-c", call, str(tmp_path / "in"), str(tmp_path / "out")])
    while not (note.exists() and note.read_text()):
        assert process.poll() is None
        time.sleep(0.2)
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 128 + signal.SIGTERM
    assert not psutil.pid_exists(int(note.read_text()))
    assert "1 did not run yet" in (tmp_path / "out" / "index.html").read_text()


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
