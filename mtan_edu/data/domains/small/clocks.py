"""Clocks of many makes: which hour has begun? The short hand tells, the long one shows the quarter."""

from __future__ import annotations

import numpy as np

from mtan_edu.data.domains.small.canvas import Canvas, contrasting_colors, mix, photograph, random_color
from mtan_edu.data.domains.small.geometry import placed, regular

_TICKS = regular(12, 0.76)
"""Where the twelve hours stand on a dial of radius 1, twelve o'clock first."""

CLASSES = tuple(f"{hour} o'clock" for hour in range(1, 13))


def draw_clock(rng: np.random.Generator, label: int, size: int) -> np.ndarray:
    """One clock, uint8 `(size, size, 3)`."""
    wall = random_color(rng, saturation=(0.1, 0.7), value=(0.3, 0.9))
    ink, dial = contrasting_colors(rng, least=0.5)
    canvas = Canvas(size, wall)
    center, radius = (rng.uniform(-0.1, 0.1), rng.uniform(-0.1, 0.1)), rng.uniform(0.7, 0.85)
    tilt = rng.uniform(-6, 6)
    rim = placed(regular(4, 1.25) if rng.random() < 0.3 else regular(40), center, radius, tilt + 45)
    canvas.polygon(rim + 0.06, mix(wall, (0, 0, 0), 0.4))
    canvas.polygon(rim, mix(ink, dial, 0.3))
    canvas.polygon(placed((rim - center) * 0.88, center), dial)
    for number, tick in enumerate(placed(_TICKS[:: rng.choice([1, 3])], center, radius, tilt)):
        canvas.disc((tick[0], tick[1]), 0.035 if number else 0.08, mix(ink, dial, 0.25))
    minutes = 15 * int(rng.integers(4))
    hour = 30 * (label + 1 + minutes / 60)
    for angle, length, width in ((hour, rng.uniform(0.42, 0.5), 0.17), (6 * minutes, rng.uniform(0.7, 0.78), 0.08)):
        canvas.stroke(placed(np.array([[0, 0], [0, -length]]), center, radius, tilt + angle), width, ink)
    canvas.disc(center, 0.09, ink)
    return photograph(canvas.pixels(), rng)
