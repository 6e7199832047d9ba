from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from mtan_edu.reproduction.report import write_notebook_page
from mtan_edu.visualization import replay_weights
from mtan_edu.visualization.interactive.temperature import show_temperatures

REPOSITORY = Path(__file__).resolve().parents[3]
LOSSES = {"semantic": [2.0, 1.8, 1.8], "depth": [1.0, 1.0, 0.5], "</script>": [0.5, 0.55, 0.0]}

CELLS = ["from mtan_edu.visualization import replay_weights", "replay_weights({'a': [2.0, 1.0], 'b': [1.0, 1.0]})"]


def test_the_picture_shows_the_weights_at_several_temperatures():
    figure = show_temperatures({"a": [1.0, 0.9], "b": [1.0, 1.0], "c": [1.0, 1.1]}, [2.0, 100.0])
    assert [ax.get_title() for ax in figure.axes] == ["T = 2", "T = 100"]
    weights = [line.get_ydata().round(3).tolist() for line in figure.axes[0].get_lines()]
    assert weights == [[1, 1, 0.95], [1, 1, 0.999], [1, 1, 1.05]]
    assert "T = 2: a 0.95, b 1.00, c 1.05" in figure.alt


def test_the_block_holds_its_data_and_loads_nothing():
    html = replay_weights(LOSSES).html
    assert not re.search(r"\b(src|href)\s*=|import\s|fetch\(|https?://(?!www\.w3\.org/2000/svg)", html)
    assert html.count("</script>") == 1  # a task's name ends no script
    assert "\\u003c/script>" in html


def test_equal_blocks_are_equal_and_different_ones_have_different_marks():
    marks = {re.search(r'data-mark="([\w-]+)"', replay_weights(LOSSES, T).html)[1] for T in (2.0, 2.0, 5.0)}
    assert len(marks) == 2


@pytest.mark.parametrize(
    ("losses", "temperature", "sentence"),
    [
        ({}, 2.0, r"`losses` must hold the losses of two epochs or more, .*; got \[\]"),
        ({"a": [1.0]}, 2.0, r"`losses` must hold the losses of two epochs or more, .*; got \[1\] for 1 task"),
        ({"a": [1.0, 2.0], "b": [1.0]}, 2.0, r"as many for every task; got"),
        ({"a": [1.0, float("nan")]}, 2.0, "`losses` must be finite; got nan for a"),
        ({"a": [1.0, 2.0]}, 0.0, "`temperature` must be from 0.1 to 100; got 0"),
    ],
)
def test_bad_input_gets_a_sentence(losses, temperature, sentence):
    with pytest.raises(ValueError, match=sentence):
        replay_weights(losses, temperature)


def test_a_notebook_keeps_the_picture_first_and_the_block_lives_in_the_page_made_from_it(tmp_path: Path):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS])
    NotebookClient(notebook, timeout=100, resources={"metadata": {"path": str(REPOSITORY)}}).execute()
    picture, block = notebook.cells[1].outputs
    assert picture.metadata["image/png"]["alt"].startswith("Weights of Dynamic Weight Average")
    assert "image/png" not in block.data
    assert block.data["text/plain"] == "Weights of Dynamic Weight Average for any temperature (needs a browser)"
    nbformat.write(notebook, tmp_path / "executed.ipynb")
    page = write_notebook_page(tmp_path / "executed.ipynb")
    assert block.data["text/html"].splitlines()[1] in page.read_text(encoding="utf-8")
