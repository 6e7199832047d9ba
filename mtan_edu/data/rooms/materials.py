"""Materials, and the one palette from which every class is painted: color alone must tell little."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mtan_edu.data.rooms.chance import happens, pick
from mtan_edu.data.rooms.patterns import Carpet, Checks, Color, Dots, Pattern, Plain, Planks, Stripes, Tiles, Wood


@dataclass(frozen=True, eq=False)
class Material:
    """How a surface looks, and whether a depth sensor can see it.

    Attributes:
        pattern: Its color at each place.
        glow: How much light it gives off by itself, in multiples of its color.
        gloss: How strongly it mirrors the lamp, 0 to 1; a glossy surface blinds the depth sensor in places.
    """

    pattern: Pattern
    glow: float = 0.0
    gloss: float = 0.0


def from_srgb(red: int, green: int, blue: int) -> Color:
    """A color as a painter's chart names it (0 to 255) in linear light."""
    return tuple(float((value / 255) ** 2.2) for value in (red, green, blue))  # type: ignore[return-value]


PALE = [
    from_srgb(*color)
    for color in [(240, 238, 232), (232, 224, 205), (222, 222, 222), (214, 200, 175), (205, 215, 220), (225, 208, 200)]
]
MUTED = [
    from_srgb(*color)
    for color in [
        (176, 160, 134), (150, 160, 150), (140, 150, 165), (165, 140, 125), (128, 128, 128),
        (185, 170, 110), (120, 140, 120), (170, 120, 110),
    ]
]  # fmt: skip
STRONG = [
    from_srgb(*color)
    for color in [
        (150, 40, 40), (40, 70, 130), (45, 100, 60), (190, 140, 40), (110, 60, 110), (200, 100, 50),
        (40, 120, 130), (90, 60, 40),
    ]
]  # fmt: skip
DARK = [from_srgb(*color) for color in [(40, 40, 44), (60, 45, 38), (35, 45, 65), (58, 62, 55), (75, 30, 32)]]
WOODS = [
    (from_srgb(222, 190, 145), from_srgb(190, 150, 100)),
    (from_srgb(190, 140, 90), from_srgb(150, 100, 60)),
    (from_srgb(140, 90, 55), from_srgb(100, 60, 35)),
    (from_srgb(95, 60, 42), from_srgb(60, 38, 28)),
    (from_srgb(200, 175, 150), from_srgb(165, 140, 118)),
]


def pick_color(rng: np.random.Generator) -> Color:
    """Any color of the palette, pale and muted ones more often, slightly varied."""
    family = pick(rng, [PALE, MUTED, STRONG, DARK], [0.34, 0.3, 0.22, 0.14])
    base = pick(rng, family)
    brightness, *casts = rng.random(4).tolist()
    gain = 0.8 + (1.1 - 0.8) * brightness
    red, green, blue = (
        min(1.0, gain * (0.93 + (1.07 - 0.93) * cast) * value) for cast, value in zip(casts, base, strict=True)
    )
    return red, green, blue


def pick_colors(rng: np.random.Generator, count: int) -> tuple[Color, ...]:
    """Several colors of the palette."""
    return tuple(pick_color(rng) for _ in range(count))


def paint(rng: np.random.Generator) -> Material:
    """Plain paint of any color."""
    return Material(Plain(pick_color(rng), 0.05, 0.4, _seed(rng)), gloss=pick(rng, [0.0, 0.15]))


def wood(rng: np.random.Generator) -> Material:
    """Wood of any tone."""
    light, dark = pick(rng, WOODS)
    return Material(Wood(light, dark, rng.uniform(0.02, 0.05), _seed(rng)), gloss=pick(rng, [0.0, 0.2]))


def joinery(rng: np.random.Generator) -> Material:
    """What chairs, tables, beds and cupboards are made of: wood, or painted wood."""
    return wood(rng) if happens(rng, 0.5) else paint(rng)


def metal(rng: np.random.Generator) -> Material:
    """Dark or pale metal."""
    shade = pick(rng, [0.03, 0.08, 0.4, 0.6])
    return Material(Plain((shade, shade, shade * 1.05), 0.03), gloss=0.5)


def fabric(rng: np.random.Generator) -> Material:
    """Cloth: plain, striped, checked or dotted."""
    first, second = pick_colors(rng, 2)
    choices: list[Pattern] = [
        Plain(first, 0.25, 0.02, _seed(rng)),
        Plain(first, 0.15, 0.08, _seed(rng)),
        Stripes(first, second, rng.uniform(0.06, 0.3), rng.uniform(0.2, 0.6), happens(rng, 0.5)),
        Checks(first, second, rng.uniform(0.08, 0.3)),
        Dots(first, second, rng.uniform(0.1, 0.25), rng.uniform(0.2, 0.4)),
    ]
    return Material(pick(rng, choices, [0.35, 0.25, 0.16, 0.14, 0.1]))


def wall_cover(rng: np.random.Generator) -> Material:
    """Paint, wallpaper, panels, bricks or tiles."""
    first = pick(rng, PALE) if happens(rng, 0.5) else pick_color(rng)
    second = tuple(float(value) for value in np.asarray(first) * rng.uniform(0.7, 0.92))
    choices: list[Pattern] = [
        Plain(first, 0.04, 0.6, _seed(rng)),
        Stripes(first, second, rng.uniform(0.1, 0.4), 0.5),  # type: ignore[arg-type]
        Tiles(first, pick_color(rng), 0.25, 0.075, 0.5, 0.3, _seed(rng)),
        Dots(first, second, rng.uniform(0.12, 0.3), 0.25),  # type: ignore[arg-type]
        Planks(*pick(rng, WOODS), 0.15, 5.0, _seed(rng)),
    ]
    return Material(pick(rng, choices, [0.62, 0.12, 0.1, 0.08, 0.08]))


def floor_cover(rng: np.random.Generator) -> Material:
    """Boards, tiles, or fitted carpet."""
    color = pick_color(rng)
    joint = tuple(float(value) for value in np.asarray(color) * pick(rng, [0.4, 1.4]))
    tile = rng.uniform(0.2, 0.6)
    choices: list[Pattern] = [
        Planks(*pick(rng, WOODS), rng.uniform(0.08, 0.2), rng.uniform(0.7, 1.6), _seed(rng)),
        Tiles(color, joint, tile, tile, 0.0, 0.12, _seed(rng)),  # type: ignore[arg-type]
        Plain(color, 0.25, 0.02, _seed(rng)),
        Checks(color, pick_color(rng), rng.uniform(0.4, 1.0)),
    ]
    return Material(pick(rng, choices, [0.42, 0.2, 0.32, 0.06]), gloss=pick(rng, [0.0, 0.25]))


def rug(rng: np.random.Generator) -> Material:
    """A woven rug with a border."""
    ground, border, middle = pick_colors(rng, 3)
    return Material(Carpet(ground, border, middle, int(rng.integers(3))))


def _seed(rng: np.random.Generator) -> int:
    return int(rng.integers(1000))
