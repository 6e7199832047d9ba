import dataclasses

import numpy as np
import pytest

from mtan_edu.records import LandscapeRecord, TrajectoryRecord
from mtan_edu.visualization import play_trajectories, show_landscape, show_trajectories

X, Y = np.linspace(-2, 2, 9), np.linspace(-1, 1, 5)
LANDSCAPE = LandscapeRecord(
    tasks=("left", "right"),
    x=X,
    y=Y,
    losses=np.stack([(X[None] - c) ** 2 + Y[:, None] ** 2 for c in (-1, 1)]),
    minima={"left": (-1.0, 0.0), "right": (1.0, 0.0)},
    front=np.array([[-1.0, 0.0], [0.0, 0.0], [1.0, 0.0]]),
)


def walk(method: str, steps: int = 4) -> TrajectoryRecord:
    """Two starts, at the left and the right end, straight to the middle."""
    share = np.linspace(1, 0, steps + 1)
    points = np.stack([np.stack([side * 2 * share, share], axis=1) for side in (-1, 1)])
    losses = np.stack([(points[..., 0] - c) ** 2 + points[..., 1] ** 2 for c in (-1, 1)], axis=-1)
    return TrajectoryRecord(method, points, losses, np.ones((2, steps, 2)))


def test_every_method_has_a_panel_with_a_line_per_start():
    figure = show_trajectories(LANDSCAPE, [walk("equal"), walk("mgda")])
    assert [ax.get_title() for ax in figure.axes] == ["equal", "mgda"]
    front, _, _, *lines = figure.axes[0].get_lines()
    assert front.get_xydata().tolist() == LANDSCAPE.front.tolist()
    walked = [line.get_xydata().tolist() for line in lines if len(line.get_xydata()) == 5]
    assert walked == walk("equal").points.tolist()
    assert "equal ends at (0.00, 0.00) with losses 1.00, 1.00" in figure.alt
    assert "from (-2, 1); (2, 1)" in figure.alt


def test_many_methods_fit():
    assert len(show_trajectories(LANDSCAPE, [walk(str(n)) for n in range(22)]).axes) == 22
    with pytest.raises(ValueError, match="`trajectories` must hold at least one method"):
        show_trajectories(LANDSCAPE, [])


def test_a_landscape_has_a_panel_per_task_and_one_for_the_sum():
    figure = show_landscape(LANDSCAPE)
    assert [ax.get_title() for ax in figure.axes] == ["loss of left", "loss of right", "sum"]
    assert "left at (-1, 0); right at (1, 0)" in figure.alt
    assert figure.png()


def test_what_is_played_is_what_was_walked_thinned_to_a_hundred_frames():
    block = play_trajectories(LANDSCAPE, [walk("equal", 250), walk("mgda", 250)], shown=["mgda"])
    assert block.data["steps"][0] == 0
    assert block.data["steps"][-1] == 250
    assert len(block.data["steps"]) <= 101
    method = block.data["methods"][1]
    assert (method["name"], method["shown"]) == ("mgda", True)
    assert method["points"][0][0] == [-2, 1]
    assert method["points"][1][-1] == [0, 0]
    assert block.alt == show_trajectories(LANDSCAPE, [walk("equal", 250), walk("mgda", 250)]).alt


def test_bad_input_gets_a_sentence():
    with pytest.raises(ValueError, match="`shown` must name trajectories; got 'adam'. There is equal."):
        play_trajectories(LANDSCAPE, [walk("equal")], shown=["adam"])
    with pytest.raises(ValueError, match="`trajectories` must have the same starts and steps; got 2 different"):
        play_trajectories(LANDSCAPE, [walk("equal"), walk("mgda", 5)])


def test_one_start_and_one_step_draw():
    one = dataclasses.replace(walk("equal", 1), points=np.zeros((1, 2, 2)), losses=np.zeros((1, 2, 2)))
    assert play_trajectories(LANDSCAPE, [one]).figure.png()
