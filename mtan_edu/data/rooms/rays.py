"""Which solid a ray meets first, and what stands between a lamp and a point.

A scene has more than a hundred solids, most of them small, so that a call per solid and formula would take most of the
time: rays are therefore paired with the solids that they may meet, and the formulae run over many pairs at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from mtan_edu.data.rooms.solids import Solid, Solids
from mtan_edu.data.rooms.spans import spans

_SLACK = 1e-4
"""How much wider than its corners a solid is searched for [slope], against rounding."""

_NEAREST = 0.02
"""Distance in front of a viewpoint from which solids are searched for [m]."""

_EDGES = np.array([(a, b) for a in range(8) for b in range(a) if (a ^ b) in (1, 2, 4)]).T
"""The corners between which a box's twelve edges run, `(2, 12)`: those that differ in one sign."""

_TOGETHER = 16_000
"""About how many pairs of ray and solid are treated at once: few enough to stay in the processor's cache."""

_STRIPS = 64
"""Into how many upright strips a view is cut to find the points before which a solid may stand."""


@dataclass(frozen=True, eq=False)
class Viewpoint:
    """A point and the way it looks: a camera, and in the same way a lamp, for what a lamp does not see lies in shadow.

    Attributes:
        origin: Where it stands [m], `(3,)`.
        axes: Its right, up and backward directions in world coordinates, one per column, `(3, 3)`.
    """

    origin: np.ndarray
    axes: np.ndarray

    def bounds(self, solids: Sequence[Solid], margin: float = 0.0) -> np.ndarray:
        """Between which slopes each solid can be seen, from the viewpoint or `margin` right, left, above, below of it.

        Args:
            solids: P solids.
            margin: How far the eye may move [m].

        Returns:
            Least and greatest horizontal, least and greatest vertical slope of each, `(P, 4)`; for a solid behind, the
            least slope is infinite and above the greatest.
        """
        corners = Solids.of(solids).corners - self.origin[:, None]  # (P, 3, 8)
        seen = self.axes.T @ corners * np.array([1.0, 1.0, -1.0])[:, None]  # right, up, in front
        start, end = seen[:, :, _EDGES[0]], seen[:, :, _EDGES[1]]  # (P, 3, 12)
        crossing = (start[:, 2:] < _NEAREST) != (end[:, 2:] < _NEAREST)
        share = (_NEAREST - start[:, 2:]) / np.where(crossing, end[:, 2:] - start[:, 2:], 1.0)
        points = np.concatenate([seen, start + share * (end - start)], axis=2)  # (P, 3, 20)
        valid = np.concatenate([seen[:, 2] >= _NEAREST, crossing[:, 0]], axis=1)
        right, up, front = np.moveaxis(points, 1, 0)
        front = np.where(valid, front, 1.0)
        slack = _SLACK + margin / front
        limits = [
            np.where(valid, sign * place / front - slack, np.inf).min(axis=1) * sign
            for place in (right, up)
            for sign in (1, -1)
        ]
        return np.stack(limits, axis=1)


def nearest_hits(
    solids: Sequence[Solid], view: Viewpoint, across: np.ndarray, along: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """What each ray of an image grid meets first.

    Args:
        solids: All there is.
        view: Where the rays start and which way they look.
        across: Horizontal slope of each column's rays, ascending, `(W,)`.
        along: Vertical slope of each row's rays, descending, `(H,)`.

    Returns:
        Depth along the optical axis [m], `(H, W)`, infinite where nothing is met, and the index of the solid met,
        `(H, W)`.
    """
    solids = Solids.of(solids)
    directions = view_directions(view, across, along)  # (3, H, W)
    dtype = directions.dtype
    depth = np.full(directions.shape[1:], np.inf, dtype)
    index = np.zeros(depth.shape, np.int16)
    to_unit = solids.to_unit.astype(dtype)
    starts = to_unit @ (view.origin[:, None] - solids.center.astype(dtype)).astype(dtype)
    limits = view.bounds(solids)
    left, right = np.searchsorted(across, limits[:, :2]).T
    top, bottom = np.searchsorted(-along, -limits[:, 3:1:-1]).T
    sizes = np.maximum(right - left, 0) * np.maximum(bottom - top, 0)
    visible = np.flatnonzero(sizes)
    for some in _together(sizes[visible]):
        numbers = visible[some]
        numbers = numbers[np.argsort(solids.shapes[numbers], kind="stable")]
        units = np.empty((3, sizes[numbers].sum()), dtype)
        windows = []
        for number, part in _parts(numbers, sizes[numbers]):
            window = slice(top[number], bottom[number]), slice(left[number], right[number])
            np.matmul(to_unit[number], directions[(slice(None), *window)].reshape(3, -1), out=units[:, part])
            windows.append((number, window, part))
        repeated = np.repeat(starts[numbers, :, 0].T, sizes[numbers], axis=1)
        enter, leave = spans(solids.shapes[numbers], sizes[numbers], repeated, units)
        met = (enter <= leave) & (enter > 0)
        for number, window, part in sorted(windows, key=lambda entry: entry[0]):
            nearest = depth[window]
            found = enter[part].reshape(nearest.shape)
            closer = met[part].reshape(nearest.shape) & (found < nearest)
            np.copyto(nearest, found, where=closer)
            np.copyto(index[window], number, where=closer)
    return depth, index


def view_directions(view: Viewpoint, across: np.ndarray, along: np.ndarray) -> np.ndarray:
    """Directions in world coordinates that run 1 m along the optical axis each, `(3, H, W)`."""
    right, up, back = view.axes.T.astype(across.dtype)
    return right[:, None, None] * across[None, None, :] + up[:, None, None] * along[None, :, None] - back[:, None, None]


def hidden(
    solids: Sequence[Solid], view: Viewpoint, points: np.ndarray, spread: np.ndarray | None = None
) -> np.ndarray:
    """Which points a viewpoint cannot see because a solid stands between.

    Args:
        solids: Whatever may stand between.
        view: From where it is looked.
        points: Points on surfaces [m], `(3, n)`.
        spread: For each point, how far beside the viewpoint's origin it is looked from [m], `(3, n)`, at right angles
            to the way it looks: the places on a lamp that is no point. None for the origin itself.

    Returns:
        `(n,)` bool.
    """
    dtype = points.dtype
    result = np.zeros(points.shape[1], bool)
    if not result.size or not len(solids):
        return result
    solids = Solids.of(solids)
    right, up, back = view.axes.T.astype(dtype) @ (points - view.origin[:, None].astype(dtype))
    front = np.maximum(-back, dtype.type(1e-6))
    margin = 0.0 if spread is None else float(np.sqrt((spread * spread).sum(axis=0).max()))
    limits = view.bounds(solids, margin)
    slopes = np.stack([right / front, up / front])
    order, pairs = _before(slopes, limits, solids.shapes)
    front, points = front.take(order), points.take(order, axis=1)
    eye = view.origin[:, None].astype(dtype) + (0 if spread is None else spread.take(order, axis=1))
    ways = eye - points
    least = 2e-3 / np.maximum(front, dtype.type(0.1))  # 2 mm off the surface on which the point lies
    to_unit, center = solids.to_unit.astype(dtype), solids.center.astype(dtype)
    found = np.zeros_like(result)
    for numbers, sizes, near in pairs:
        some_points, some_ways = points.take(near, axis=1), ways.take(near, axis=1)
        starts, units = np.empty_like(some_points), np.empty_like(some_ways)
        for number, part in _parts(numbers, sizes):
            np.matmul(to_unit[number], some_points[:, part] - center[number], out=starts[:, part])
            np.matmul(to_unit[number], some_ways[:, part], out=units[:, part])
        enter, leave = spans(solids.shapes[numbers], sizes, starts, units)
        met = ((enter <= leave) & (enter > least.take(near)) & (enter < 1)).nonzero()[0]
        met, blockers = near.take(met), np.repeat(numbers, sizes).take(met)
        # Beside the viewpoint, where slopes are endless, the limits decide, not how the view was cut into strips
        seen, limit = slopes.take(order.take(met), axis=1), limits.take(blockers, axis=0).T
        found[met[((limit[::2] < seen) & (seen < limit[1::2])).all(axis=0)]] = True
    result[order] = found
    return result


def _before(
    slopes: np.ndarray, limits: np.ndarray, shapes: np.ndarray
) -> tuple[np.ndarray, Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]]:
    """Pair solids with the points before or behind which they stand, seen from a viewpoint.

    The view is cut into upright strips, and the points are sorted by strip and, within it, by height: what lies between
    a solid's limits is then one run in each of the strips that it crosses.

    Args:
        slopes: Horizontal and vertical slope of each point, `(2, n)`.
        limits: Least and greatest horizontal, least and greatest vertical slope of each solid, `(P, 4)`.
        shapes: The unit shape of each solid, `(P,)`.

    Returns:
        The order into which the points are brought, `(n,)`, and a portion of pairs at a time: the numbers of some
        solids, sorted by shape, how many points are paired with each, and the places of these points in the order.
    """
    across, along = _squeezed(slopes)
    key = np.floor(_STRIPS * across) + along
    order = np.argsort(key)
    key = key.take(order)
    numbers = np.flatnonzero(limits[:, 0] < limits[:, 1])
    numbers = numbers[np.argsort(shapes[numbers], kind="stable")]
    left, right, low, high = _squeezed(limits[numbers]).T
    first, last = np.floor(_STRIPS * left), np.floor(_STRIPS * right)
    crossed = (last - first + 1).astype(np.intp)
    owner = np.repeat(np.arange(len(numbers)), crossed)
    strip = first[owner] + _count_up(crossed)
    slack = 8 * np.finfo(key.dtype).eps * _STRIPS
    starts, ends = np.searchsorted(key, [strip + low[owner] - slack, strip + high[owner] + slack])
    lengths = ends - starts
    sizes = np.bincount(owner, lengths, len(numbers)).astype(np.intp)
    near = np.repeat(starts, lengths) + _count_up(lengths)
    numbers, sizes = numbers[sizes > 0], sizes[sizes > 0]
    ends = np.cumsum(sizes)

    def portions() -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        for part in _together(sizes):
            yield numbers[part], sizes[part], near[ends[part.start] - sizes[part.start] : ends[part.stop - 1]]

    return order, portions()


def _squeezed(slope: np.ndarray) -> np.ndarray:
    """Slopes from minus to plus infinity in the same order between 0 and 1."""
    return 0.5 + 0.5 * slope / (1 + np.abs(slope))


def _count_up(lengths: np.ndarray) -> np.ndarray:
    """0, 1, 2 ... up to each length in turn, `(sum of lengths,)`."""
    ends = np.cumsum(lengths)
    return np.arange(ends[-1] if ends.size else 0) - np.repeat(ends - lengths, lengths)


def _together(sizes: np.ndarray) -> list[slice]:
    """Neighbors whose sizes, above 0, sum to about `_TOGETHER`, as slices."""
    if not sizes.size:
        return []
    portion = (np.cumsum(sizes) - sizes) // _TOGETHER
    starts = [0, *(np.flatnonzero(portion[1:] != portion[:-1]) + 1).tolist()]
    return [slice(first, last) for first, last in zip(starts, [*starts[1:], len(sizes)], strict=True)]


def _parts(numbers: np.ndarray, sizes: np.ndarray) -> list[tuple[int, slice]]:
    """Each number with the slice of so many rays that is its."""
    ends = np.cumsum(sizes).tolist()
    return [
        (number, slice(first, last))
        for number, first, last in zip(numbers.tolist(), [0, *ends[:-1]], ends, strict=True)
    ]
