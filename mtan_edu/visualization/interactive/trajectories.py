"""Trajectories that run while one watches."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from contourpy import contour_generator

from mtan_edu.records import LandscapeRecord, TrajectoryRecord
from mtan_edu.visualization.interactive.block import InteractiveFigure
from mtan_edu.visualization.style import DASHES, MORE_COLORS, TASK_COLORS
from mtan_edu.visualization.trajectories import FRONT_COLOR, contour_levels, minimum_colors, show_trajectories

_MOST_FRAMES = 100
_SVG_DASHES = ("", "10 3", "3 2.5", "12 3 3 3", "6 2 2 2 2 2")


def play_trajectories(
    landscape: LandscapeRecord, trajectories: Sequence[TrajectoryRecord], shown: Sequence[str] | None = None
) -> InteractiveFigure:
    """Let methods walk over a landscape: play, stop, step by step, any of them beside each other.

    Args:
        landscape: The losses.
        trajectories: A record per method, all from the same starts and of the same number of steps.
        shown: Names of the methods that are switched on at first; None = the first three.

    Returns:
        A picture of all methods, and the block that plays them.

    Raises:
        ValueError: If there is no trajectory, they do not belong together, or a name in `shown` is unknown.
    """
    figure = show_trajectories(landscape, trajectories)
    names = [record.method for record in trajectories]
    begin = names[:3] if shown is None else list(shown)
    for name in begin:
        if name not in names:
            raise ValueError(f"`shown` must name trajectories; got {name!r}. There is {', '.join(names)}.")
    shapes = {record.points.shape for record in trajectories}
    if len(shapes) > 1:
        raise ValueError(
            f"`trajectories` must have the same starts and steps; got {len(shapes)} different shapes. "
            "Compute them anew."
        )
    steps = np.arange(trajectories[0].points.shape[1])
    steps = np.unique([*steps[:: math.ceil(len(steps) / _MOST_FRAMES)], steps[-1]])
    colors = (*TASK_COLORS.values(), *MORE_COLORS)
    methods = [
        {
            "name": record.method,
            "color": colors[place % len(colors)],
            "dash": _SVG_DASHES[(place // len(colors)) % len(DASHES)],
            "points": np.round(record.points[:, steps], 2).tolist(),
            "losses": np.round(record.losses[:, steps], 2).tolist(),
            "shown": record.method in begin,
        }
        for place, record in enumerate(trajectories)
    ]
    data = {
        "tasks": list(landscape.tasks),
        "steps": steps.tolist(),
        "x": [float(landscape.x[0]), float(landscape.x[-1])],
        "y": [float(landscape.y[0]), float(landscape.y[-1])],
        "contours": _contours(landscape),
        "front": {"color": FRONT_COLOR, "points": np.round(landscape.front, 2).tolist()},
        "minima": [
            {"task": task, "place": list(landscape.minima[task]), "color": color}
            for task, color in minimum_colors(landscape).items()
        ],
        "methods": methods,
    }
    return InteractiveFigure(figure, "trajectories.js", data, "Methods on two valleys, step by step")


def _contours(landscape: LandscapeRecord) -> list[list[list[float]]]:
    """The contours of the sum of the losses, as lines of points."""
    values = landscape.losses.sum(axis=0)
    generator = contour_generator(landscape.x, landscape.y, values)
    lines = [line for level in contour_levels(values) for line in generator.lines(float(level))]
    return [np.round(np.asarray(line, dtype=float), 2).tolist() for line in lines]
