"""How far figures are from the reference's.

The relative error of a number a against the reference b is |a - b| / |b|, with two exceptions where |b| is no measure:

- A prediction is an array, and its error is max |a - b| / max |b|: a component that happens to lie near 0 is as exact
  as its neighbors.
- A bias before a BatchNorm has gradient 0, for BatchNorm subtracts it again. What a computer finds instead is rounding
  noise, about 1e-15 of the gradient of the same layer's weight, and no two programs agree on noise. So where the
  reference's norm is below 1e-10 of that of its layer's weight, the difference is measured against the latter.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

ROUNDING_NOISE = 1e-10
"""A gradient norm below this part of its layer's is zero up to rounding (1e-15 was measured)."""


def number_error(found: float, expected: float, scale: float | None = None) -> float:
    """|found - expected| / |scale|; 0 if both are equal, infinite if only one of them is finite.

    Args:
        found: Our number.
        expected: The reference's.
        scale: What the difference is measured against; None = the reference's number.
    """
    if found == expected:
        return 0.0
    if not (math.isfinite(found) and math.isfinite(expected)):
        return math.inf
    scale = abs(expected if scale is None else scale)
    return abs(found - expected) / scale if scale > 0 else math.inf


def array_error(found: np.ndarray, expected: np.ndarray) -> float:
    """Largest |found - expected| over largest |expected|; infinite if the shapes differ or a value is not finite."""
    if found.shape != expected.shape or not (np.isfinite(found).all() and np.isfinite(expected).all()):
        return math.inf
    if expected.size == 0:
        return 0.0
    return number_error(float(np.abs(found - expected).max()), 0.0, scale=float(np.abs(expected).max()))


def figures_error(found: Mapping[str, float], expected: Mapping[str, float | None]) -> float:
    """The largest error of the expected figures.

    A figure that the reference could not measure, null or NaN, is left out: its mean IoU, for one, is NaN as soon as
    a class is absent.
    """
    defined = {name: value for name, value in expected.items() if value is not None and not math.isnan(value)}
    return max((number_error(found.get(name, math.nan), value) for name, value in defined.items()), default=0.0)


def gradient_error(found: Mapping[str, float | None], expected: Mapping[str, float | None]) -> float:
    """The largest error of the parameters' gradient norms.

    Args:
        found: Parameter name to norm; None = no gradient.
        expected: The same of the reference. Names without a counterpart in `found` must have no gradient.

    Returns:
        The largest relative error; infinite if only one of the two has a gradient.
    """
    largest = 0.0
    for name in expected.keys() | found.keys():
        ours, theirs = found.get(name), expected.get(name)
        if ours is None and theirs is None:
            continue
        if ours is None or theirs is None:
            return math.inf
        layer = expected.get(f"{name.rpartition('.')[0]}.weight") or 0.0
        scale = layer if abs(theirs) < ROUNDING_NOISE * layer else theirs
        largest = max(largest, number_error(ours, theirs, scale))
    return largest
