"""A scene: a room with what is in it, the lamps that light it, and the camera that looks at it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from mtan_edu.data.rooms import materials
from mtan_edu.data.rooms.camera import Camera, field_of_view, place_camera
from mtan_edu.data.rooms.chance import happens, pick
from mtan_edu.data.rooms.floorplan import Floorplan, Place
from mtan_edu.data.rooms.furnish import furnish
from mtan_edu.data.rooms.labels import CEILING, FLOOR, OBJECTS, WALL, WINDOW
from mtan_edu.data.rooms.materials import Material
from mtan_edu.data.rooms.patterns import Plain
from mtan_edu.data.rooms.rays import Viewpoint, nearest_hits
from mtan_edu.data.rooms.solids import Solid, Solids, ball, box, cylinder, turn_x

_TRIES = 25
_PREVIEW = (24, 32)
"""Height and width of the coarse picture by which a scene is judged before it is kept, whatever size is asked for."""


@dataclass(frozen=True, eq=False)
class Lamp:
    """A light source.

    Attributes:
        view: Where it is and which way it looks: downwards, or into the room.
        power: Light it gives, per color, at 1 m.
        radius: How far it extends [m]: the wider, the softer its shadows.
        facing: Whether it shines only forwards, as a window does.
    """

    view: Viewpoint
    power: np.ndarray
    radius: float
    facing: bool


@dataclass(frozen=True, eq=False)
class Scene:
    """All that a picture is drawn from.

    Attributes:
        shell: Floor, ceiling and walls.
        content: Everything in the room, which throws shadows.
        lamps: The light sources.
        ambient: Light that comes from everywhere, per color.
        size: Width, height and depth of the room [m].
        camera: Who looks.
    """

    shell: tuple[Solid, ...]
    content: tuple[Solid, ...]
    lamps: tuple[Lamp, ...]
    ambient: np.ndarray
    size: tuple[float, float, float]
    camera: Camera

    @cached_property
    def solids(self) -> Solids:
        """Shell and content."""
        return Solids(self.shell + self.content)

    @cached_property
    def obstacles(self) -> Solids:
        """The content, as what stands between things and lamps."""
        return Solids(self.content)


def build_scene(rng: np.random.Generator) -> Scene:
    """Draw scenes until one shows enough: five classes at least, none over 55 % of the picture, nothing too near."""
    scene = _draw_scene(rng)
    for _ in range(_TRIES):
        if _worth_seeing(scene):
            break
        scene = _draw_scene(rng)
    return scene


def _worth_seeing(scene: Scene) -> bool:
    across, along = field_of_view(_PREVIEW)
    depth, index = nearest_hits(scene.solids, scene.camera.view, across, along)
    labels = np.array([solid.label for solid in scene.solids])[index]
    shares = np.unique(labels, return_counts=True)[1] / labels.size
    return bool((shares > 0.01).sum() >= 5 and shares.max() < 0.55 and depth.min() > 0.7)


def _draw_scene(rng: np.random.Generator) -> Scene:
    width, depth, height = rng.uniform(2.8, 4.8), rng.uniform(3.2, 5.2), rng.uniform(2.35, 2.8)
    camera = place_camera(rng, width, depth)
    (x, _, z), forward = camera.view.origin, -camera.view.axes[[0, 2], 2]
    forward /= np.hypot(*forward)
    plan = Floorplan(width, depth, height, (x, z), (forward[0], forward[1]))
    furnish(plan, rng)
    content = [solid for place in plan.places for solid in place.solids()]
    fixture, lamps = _lamps(plan, rng)
    ambient = rng.uniform(0.25, 0.6) * _tint(rng, 0.06)
    shell = _shell(plan, rng)
    content += _skirting(plan, rng) + fixture
    return Scene(tuple(shell), tuple(content), tuple(lamps), ambient, (width, height, depth), camera)


def _shell(plan: Floorplan, rng: np.random.Generator) -> list[Solid]:
    wide, high, deep, thick = plan.width, plan.height, plan.depth, 0.2
    cover = materials.wall_cover(rng)
    accent = materials.wall_cover(rng) if happens(rng, 0.35) else cover
    pale = pick(rng, materials.PALE)
    ceiling = Material(Plain(pale, 0.04, 0.6)) if happens(rng, 0.8) else materials.wall_cover(rng)
    y, z = high / 2, -deep / 2
    outer = wide + 2 * thick, high + 2 * thick, deep + 2 * thick
    return [
        box((0, -thick / 2, z), (outer[0], thick, outer[2]), materials.floor_cover(rng), FLOOR),
        box((0, high + thick / 2, z), (outer[0], thick, outer[2]), ceiling, CEILING),
        box((0, y, -deep - thick / 2), (outer[0], outer[1], thick), accent, WALL),
        box((-wide / 2 - thick / 2, y, z), (thick, outer[1], outer[2]), cover, WALL),
        box((wide / 2 + thick / 2, y, z), (thick, outer[1], outer[2]), cover, WALL),
        box((0, y, thick / 2), (outer[0], outer[1], thick), cover, WALL),
    ]


def _skirting(plan: Floorplan, rng: np.random.Generator) -> list[Solid]:
    """Boards along the foot of the walls, in most rooms; thin enough to lie within what stands at the wall."""
    if happens(rng, 0.3):
        return []
    board, high = materials.joinery(rng), rng.uniform(0.06, 0.12)
    wide, deep = plan.width, plan.depth
    return [
        box((0, high / 2, -deep + 0.006), (wide, high, 0.012), board, WALL),
        box((-wide / 2 + 0.006, high / 2, -deep / 2), (0.012, high, deep), board, WALL),
        box((wide / 2 - 0.006, high / 2, -deep / 2), (0.012, high, deep), board, WALL),
    ]


def _lamps(plan: Floorplan, rng: np.random.Generator) -> tuple[list[Solid], list[Lamp]]:
    lamps = [lamp for place in plan.places if (lamp := _daylight(place, rng)) is not None][:1]
    x, z = rng.uniform(-0.2, 0.2) * plan.width, -plan.depth * rng.uniform(0.35, 0.65)
    drop = rng.uniform(0.08, 0.45)
    on = not lamps or happens(rng, 0.6)
    shade = Material(Plain((0.9, 0.88, 0.82)), glow=2.0 if on else 0.0)
    y = plan.height - drop
    fixture = [cylinder((x, plan.height - drop / 2, z), 0.01, drop, materials.metal(rng), OBJECTS)]
    if happens(rng, 0.5):
        fixture.append(ball((x, y, z), (0.3, 0.2, 0.3), shade, OBJECTS))
    else:
        fixture.append(cylinder((x, y, z), 0.18, 0.12, shade, OBJECTS))
    if on:
        power = rng.uniform(3.0, 7.0) * _tint(rng, 0.18)
        view = Viewpoint(np.array([x, y - 0.15, z]), turn_x(-np.pi / 2))
        lamps.append(Lamp(view, power, rng.uniform(0.04, 0.12), facing=False))
    return fixture, lamps


def _daylight(place: Place, rng: np.random.Generator) -> Lamp | None:
    panes = [solid for solid in place.piece.solids if solid.label == WINDOW and solid.material.glow > 0.4]
    if not panes:
        return None
    pane = panes[0].placed(place.x, place.z, place.yaw)
    inward = pane.axes[:, 2]
    axes = np.stack([-pane.axes[:, 0], pane.axes[:, 1], -inward], axis=1)
    view = Viewpoint(pane.center + 0.2 * inward, axes)
    power = rng.uniform(4.0, 9.0) * np.array([0.95, 1.0, 1.08])
    return Lamp(view, power, 0.3, facing=True)


def _tint(rng: np.random.Generator, strength: float) -> np.ndarray:
    """A warm or cool white."""
    warmth = rng.uniform(-0.4, 1.0) * strength
    return np.array([1 + warmth, 1.0, 1 - 1.5 * warmth])
