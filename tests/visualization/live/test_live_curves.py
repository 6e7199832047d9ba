import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from mtan_edu.visualization import LiveCurves
from mtan_edu.visualization.live.progress import NOTHING_YET
from tests.visualization.planted import TASKS, epoch

REPOSITORY = Path(__file__).resolve().parents[3]


def validation(live):
    return list(live.figure.axes[0].get_lines()[1].get_ydata())


def test_the_figure_is_of_the_epochs_so_far():
    live = LiveCurves(TASKS)
    live.update(epoch(1))
    first = live.figure
    assert live.figure is first
    live.update(epoch(2))
    assert validation(live) == [2.0, 1.0]


def test_a_panel_per_task_and_one_for_the_weights():
    live = LiveCurves(TASKS, epochs=5)
    live.update(epoch(1))
    assert [ax.get_title() for ax in live.figure.axes] == [*TASKS, "weights λ"]
    assert live.figure.axes[0].get_xlim()[1] > 5


def test_following_passes_every_record_on_and_draws_the_last():
    live = LiveCurves(TASKS)
    assert list(live.follow(epoch(n) for n in (1, 2))) == [epoch(1), epoch(2)] == list(live.records)
    assert len(validation(live)) == 2


def test_an_interrupted_training_is_drawn_to_where_it_came():
    def interrupted():
        yield from (epoch(1), epoch(2))
        raise KeyboardInterrupt

    live = LiveCurves(TASKS)
    with pytest.raises(KeyboardInterrupt):
        list(live.follow(interrupted()))
    assert len(validation(live)) == 2


def test_the_title_and_the_alt_text_say_how_far_it_is():
    live = LiveCurves(TASKS, epochs=8)
    live.update(epoch(2))
    title = live.figure.texts[0].get_text()
    assert title == "Epoch 2 of 8 · 3.0 s each · 18 s left"
    assert live.figure.alt.startswith(title)
    assert "depth is 1.00" in live.figure.alt


def test_weights_that_part_are_no_longer_drawn_inside_each_other():
    equal = replace(epoch(1), weights=dict.fromkeys(TASKS, 1.0))
    live = LiveCurves(TASKS)
    live.update(equal)
    assert len({line.get_linewidth() for line in live.figure.axes[-1].get_lines()}) == 3
    live.update(epoch(2))
    live.finish()
    assert len({line.get_linewidth() for line in live.figure.axes[-1].get_lines()}) == 1


def test_losses_that_are_not_finite_are_gaps_and_said():
    broken = replace(epoch(2, ["depth"]), val_losses={"depth": float("nan")}, train_losses={"depth": float("inf")})
    live = LiveCurves(["depth"], log=True)
    for record in (epoch(1, ["depth"]), broken, epoch(3, ["depth"])):
        live.update(record)
    sentence = "depth, training: 1 value not finite, first in epoch 2: a gap"
    assert sentence in live.figure.alt
    assert "depth, validation: 1 value not finite, first in epoch 2: a gap" in live.figure.alt
    assert any(sentence in text.get_text() for text in live.figure.texts)
    assert live.figure.png()


def test_one_task_and_five_tasks_draw():
    for tasks in (("depth",), ("a", "b", "c", "d", "e")):
        live = LiveCurves(tasks, epochs=1)
        live.update(epoch(1, tasks))
        assert len(live.figure.axes) == len(tasks) + 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"tasks": []}, "`tasks` must name at least one task; got none"),
        ({"tasks": ["depth"], "epochs": 0}, "`epochs` must be at least 1; got 0"),
        ({"tasks": ["depth"], "min_seconds": -1}, "`min_seconds` must be at least 0; got -1"),
    ],
)
def test_what_cannot_be_drawn_gets_a_sentence(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        LiveCurves(**arguments)


def test_a_record_of_other_tasks_gets_a_sentence():
    with pytest.raises(ValueError, match="`record` must have a loss for depth and sound; got none for sound"):
        LiveCurves(["depth", "sound"]).update(epoch(1, ["depth"]))


def test_before_the_first_epoch_there_is_a_sentence(tmp_path):
    live = LiveCurves(["depth"], epochs=3)
    assert live.figure.alt == live.figure.texts[0].get_text() == NOTHING_YET
    assert NOTHING_YET in live.to_html(tmp_path / "curves.html").read_text(encoding="utf-8")


def test_it_holds_no_line_of_a_notebook_before_one_is_there():
    code = (
        "import sys\nfrom mtan_edu.visualization import LiveCurves\nfrom tests.visualization.planted import *\n"
        "live = LiveCurves(TASKS)\nlist(live.follow(map(epoch, (1, 2))))\nlive.figure.png()\n"
        "assert not {'anywidget', 'traitlets', 'ipywidgets', 'IPython'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
