"""Points of plane figures. Coordinates run from -1 to 1, x to the right and y down; angles are clockwise from x."""

from __future__ import annotations

import math

import numpy as np

Points = np.ndarray
"""Corners or places along a line, `(n, 2)`."""


def regular(corners: int, radius: float = 1) -> Points:
    """A regular polygon, one corner on top."""
    angles = 2 * np.pi * np.arange(corners) / corners - np.pi / 2
    return radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)


def star(tips: int, inner: float) -> Points:
    """A star of radius 1, one tip on top, whose inner corners lie at the radius `inner`."""
    points = regular(2 * tips)
    points[1::2] *= inner
    return points


def arc(center: tuple[float, float], radii: tuple[float, float], start_deg: float, end_deg: float) -> Points:
    """Points along a part of an ellipse."""
    count = 2 + int(abs(end_deg - start_deg) / 15)
    angles = np.radians(np.linspace(start_deg, end_deg, count))
    return np.array(center) + np.array(radii) * np.stack([np.cos(angles), np.sin(angles)], axis=1)


def ellipse(center: tuple[float, float], radii: tuple[float, float]) -> Points:
    """An ellipse as a polygon."""
    return arc(center, radii, 0, 345)


def curve(points: Points, steps: int = 6) -> Points:
    """A smooth line through points (Catmull and Rom, 1974: a cubic between each two, with the others' slopes)."""
    points = np.asarray(points, float)
    padded = np.concatenate([2 * points[:1] - points[1:2], points, 2 * points[-1:] - points[-2:-1]])
    before, start, end, after = padded[:-3], padded[1:-2], padded[2:-1], padded[3:]
    t = np.linspace(0, 1, steps, endpoint=False)[:, None, None]
    slope_in, slope_out = (end - before) / 2, (after - start) / 2
    pieces = (
        (2 * t**3 - 3 * t**2 + 1) * start
        + (t**3 - 2 * t**2 + t) * slope_in
        + (3 * t**2 - 2 * t**3) * end
        + (t**3 - t**2) * slope_out
    )  # (steps, n - 1, 2)
    return np.concatenate([pieces.transpose(1, 0, 2).reshape(-1, 2), points[-1:]])


def placed(
    points: Points,
    shift: tuple[float, float] = (0, 0),
    scale: float | tuple[float, float] = 1,
    angle_deg: float = 0,
    slant: float = 0,
) -> Points:
    """Points scaled, slanted to the right, turned clockwise and moved, in this order."""
    across, down = scale if isinstance(scale, tuple) else (scale, scale)
    cosine, sine = math.cos(math.radians(angle_deg)), math.sin(math.radians(angle_deg))
    matrix = np.array(  # where (1, 0) and (0, 1) go
        [
            [across * cosine, across * sine],
            [down * (-slant * cosine - sine), down * (-slant * sine + cosine)],
        ]
    )
    return np.asarray(points) @ matrix + shift
