from dataclasses import replace

import pytest

from mtan_edu.visualization import LiveCurves
from tests.visualization.planted import TASKS, epoch


def validation(live):
    return list(live.figure.axes[0].get_lines()[1].get_ydata())


def test_each_epoch_moves_the_same_lines():
    live = LiveCurves(TASKS, min_seconds=0)
    live.update(epoch(1))
    line = live.figure.axes[0].get_lines()[1]
    live.update(epoch(2))
    live.finish()
    assert live.figure.axes[0].get_lines()[1] is line
    assert list(line.get_ydata()) == [2.0, 1.0]


def test_a_panel_per_task_and_one_for_the_weights():
    live = LiveCurves(TASKS, epochs=5)
    live.update(epoch(1))
    assert [ax.get_title() for ax in live.figure.axes] == [*TASKS, "weights λ"]
    assert live.figure.axes[0].get_xlim()[1] > 5


def test_updates_that_come_too_fast_wait_for_the_end():
    live = LiveCurves(TASKS, min_seconds=1000)
    for number in (1, 2, 3):
        live.update(epoch(number))
    assert validation(live) == [2.0]
    live.finish()
    assert validation(live) == pytest.approx([2.0, 1.0, 2 / 3])


def test_the_last_planned_epoch_is_always_drawn():
    live = LiveCurves(TASKS, epochs=3, min_seconds=1000)
    for number in (1, 2, 3):
        live.update(epoch(number))
    assert len(validation(live)) == 3


def test_following_passes_every_record_on_and_draws_the_last():
    live = LiveCurves(TASKS, min_seconds=1000)
    assert list(live.follow(epoch(n) for n in (1, 2))) == [epoch(1), epoch(2)] == list(live.records)
    assert len(validation(live)) == 2


def test_an_interrupted_training_is_drawn_to_where_it_came():
    def interrupted():
        yield from (epoch(1), epoch(2))
        raise KeyboardInterrupt

    live = LiveCurves(TASKS, min_seconds=1000)
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
    live = LiveCurves(TASKS, min_seconds=0)
    live.update(equal)
    assert len({line.get_linewidth() for line in live.figure.axes[-1].get_lines()}) == 3
    live.update(epoch(2))
    live.finish()
    assert len({line.get_linewidth() for line in live.figure.axes[-1].get_lines()}) == 1


def test_a_loss_that_is_not_a_number_does_not_stop_the_drawing():
    live = LiveCurves(["depth"], log=True)
    live.update(replace(epoch(1, ["depth"]), val_losses={"depth": float("nan")}, weights={"depth": float("nan")}))
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


def test_there_is_no_figure_before_the_first_epoch():
    with pytest.raises(ValueError, match="`update` must be called before there is a figure"):
        _ = LiveCurves(["depth"]).figure
