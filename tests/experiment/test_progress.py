from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from mtan_edu.experiment import progress_bars
from mtan_edu.experiment.progress import NotebookProgress, terminal_bar


@pytest.fixture
def shell() -> Iterator[InteractiveShell]:
    """What a notebook's cell runs in."""
    yield InteractiveShell.instance()
    InteractiveShell.clear_instance()


def test_without_a_terminal_nothing_is_shown() -> None:
    assert not sys.stderr.isatty()
    assert progress_bars() is None


def test_a_terminal_gets_bars_on_its_error_stream(capsys: pytest.CaptureFixture[str]) -> None:
    assert [list(terminal_bar("xy", 2, "inner")) for _ in terminal_bar([1], 1, "outer")] == [["x", "y"]]
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "outer:   0%" in shown.err
    assert "inner:   0%" in shown.err


def test_a_notebook_gets_one_line_for_all_bars(shell: InteractiveShell) -> None:
    bars = NotebookProgress(seconds=0)
    with capture_output() as captured:
        for _ in bars([1, 2], 2, "epochs"):
            assert list(bars("xy", 2, "steps")) == ["x", "y"]
    lines = [output.data["text/plain"] for output in captured.outputs]
    assert lines[:4] == ["epochs 0/2", "epochs 0/2 · steps 0/2", "epochs 0/2 · steps 1/2", "epochs 1/2"]
    assert lines[-1] == "epochs 2/2, 0 s"


def test_a_notebooks_line_is_rewritten_at_most_twice_a_second(shell: InteractiveShell) -> None:
    with capture_output() as captured:
        assert list(NotebookProgress()(range(1000), 1000, "steps")) == list(range(1000))
    assert len(captured.outputs) == 2


def test_a_loop_that_is_left_early_takes_its_bar_along(shell: InteractiveShell) -> None:
    bars = NotebookProgress(seconds=0)
    with capture_output() as captured:
        for _ in bars([1, 2], 2, "epochs"):
            break
        list(bars([1], 1, "images"))
    assert [output.data["text/plain"] for output in captured.outputs][-1] == "images 1/1, 0 s"
