"""The fields of a frame (image, label, depth or inverse depth, normal): what may be stored, and what it becomes.

A field is stored as integers (compact) or as floating point (as computed); its type says which:

| field  | integers                           | floating point  | unknown   |
|--------|------------------------------------|-----------------|-----------|
| image  | uint8, 255 = 1                     | colors in [0, 1] |          |
| label  | class number                       | class number    | -1; 255 in uint8 |
| depth  | millimetres                        | metres          | 0         |
| inverse_depth | uint16, 65535 = 1           | as it is        | 0         |
| normal | unit vector x 127 (int8) or 32767 (int16); (n + 1) x 127.5 in uint8 | unit vector | (0, 0, 0) |
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mtan_edu.data.batch import IGNORE_LABEL

UNKNOWN_BELOW = 0.5
"""A stored normal shorter than this points nowhere (a mean of unlike normals) and counts as unknown."""

UNIT_TOLERANCE = 0.02
"""How far from 1 the length of a unit vector may lie; rounding to int8 alone moves it by up to 0.007."""


@dataclass(frozen=True)
class Field:
    """One field of a frame.

    Attributes:
        target: Name of the target that it becomes; empty for the image.
        channels: Length of the last axis; 0 for a plain map `(H, W)`.
        dtypes: Kinds or names of the NumPy types in which it may be stored.
        decode: Stored array `(H, W)` or `(H, W, C)` to what a sample holds.
        problem: Stored values, known to have a right type and shape, and number of classes to what is wrong with
            them; empty if nothing is.
        quantity: What it measures, where the target's name does not say it.
    """

    target: str
    channels: int
    dtypes: tuple[str, ...]
    decode: Callable[[np.ndarray], np.ndarray]
    problem: Callable[[np.ndarray, int], str]
    quantity: str = ""


def decode_image(stored: np.ndarray) -> np.ndarray:
    """Colors `(H, W, 3)` as float32 in [0, 1], `(3, H, W)`."""
    planes = np.ascontiguousarray(np.moveaxis(stored, -1, 0))  # (3, H, W)
    return np.divide(planes, 255 if planes.dtype == np.uint8 else 1, dtype=np.float32, casting="unsafe")


def decode_label(stored: np.ndarray) -> np.ndarray:
    """Class numbers `(H, W)` as int64, IGNORE_LABEL where unknown."""
    labels = stored.astype(np.int64)
    if stored.dtype == np.uint8:
        labels[labels == 255] = IGNORE_LABEL
    return labels


def decode_depth(stored: np.ndarray) -> np.ndarray:
    """Depth `(H, W)` or `(H, W, 1)` as float32 [m], `(1, H, W)`, 0 where unknown."""
    scale = 1 if stored.dtype.kind == "f" else 1000
    return np.divide(stored.reshape(1, *stored.shape[:2]), scale, dtype=np.float32, casting="unsafe")


def decode_inverse_depth(stored: np.ndarray) -> np.ndarray:
    """Inverse depth `(H, W)` or `(H, W, 1)` as float32, `(1, H, W)`, 0 where unknown."""
    scale = 1 if stored.dtype.kind == "f" else 65535
    return np.divide(stored.reshape(1, *stored.shape[:2]), scale, dtype=np.float32, casting="unsafe")


def decode_normal(stored: np.ndarray) -> np.ndarray:
    """Normals `(H, W, 3)` as float32 of length 1, `(3, H, W)`, (0, 0, 0) where unknown."""
    vectors = _vectors(np.ascontiguousarray(np.moveaxis(stored, -1, 0)))  # (3, H, W)
    length = _length(vectors)
    factor = np.zeros_like(length)
    np.divide(1, length, out=factor, where=length >= UNKNOWN_BELOW)
    return vectors * factor


def _vectors(stored: np.ndarray) -> np.ndarray:
    """Stored normals `(3, ...)` as float32, before they are given length 1."""
    if stored.dtype.kind == "f":
        return stored.astype(np.float32)
    if stored.dtype == np.uint8:
        return (stored.astype(np.float32) / np.float32(127.5) - 1) * stored.any(axis=0)
    return stored.astype(np.float32) / np.float32(np.iinfo(stored.dtype).max)


def _length(vectors: np.ndarray) -> np.ndarray:
    x, y, z = vectors
    return np.sqrt(x * x + y * y + z * z)


def _image_problem(stored: np.ndarray, classes: int) -> str:
    low, high = _range(stored)
    if stored.dtype == np.uint8 or (low >= 0 and high <= 1):
        return ""
    return f"`image` must lie in [0, 1]; got {_span(low, high)}. Scale the colors."


def _label_problem(stored: np.ndarray, classes: int) -> str:
    if stored.dtype.kind == "f" and not np.array_equal(stored, np.floor(stored)):
        return "`label` must hold whole numbers; got fractions or NaN. Resize label maps by nearest neighbor."
    low, high = _range(stored if stored.dtype != np.uint8 else stored[stored != 255])
    if low >= IGNORE_LABEL and high < classes:
        return ""
    return (
        f"`label` must lie in -1..{classes - 1} (-1 = unknown); got {_span(low, high)}. "
        "Map the labels to the classes, and the rest to -1."
    )


def _depth_problem(stored: np.ndarray, classes: int) -> str:
    return _negative_problem(stored, "depth")


def _inverse_depth_problem(stored: np.ndarray, classes: int) -> str:
    return _negative_problem(stored, "inverse_depth")


def _negative_problem(stored: np.ndarray, name: str) -> str:
    low, high = _range(stored)
    if low >= 0 and high < np.inf:
        return ""
    return f"`{name}` must be 0 (unknown) or above, and finite; got {_span(low, high)}. Set unknown depth to 0."


def _normal_problem(stored: np.ndarray, classes: int) -> str:
    vectors = _vectors(np.moveaxis(stored, -1, 0))
    with np.errstate(over="ignore", invalid="ignore"):
        length = _length(vectors)
        wrong = ~((length == 0) | (np.abs(length - 1) <= UNIT_TOLERANCE))
    if not wrong.any():
        return ""
    low, high = _range(length[wrong])
    return (
        f"`normal` must be unit vectors, or (0, 0, 0) where unknown; got lengths of {_span(low, high)} "
        f"at {wrong.mean():.2%} of the pixels. Divide the vectors by their lengths."
    )


def finite_normal_problem(stored: np.ndarray, classes: int) -> str:
    """What keeps normals from being read: reading gives them length 1, so only NaN and infinity do."""
    if stored.dtype.kind != "f" or np.isfinite(stored).all():
        return ""
    return "`normal` must be finite; got NaN or infinity. Set unknown normals to (0, 0, 0)."


def _range(values: np.ndarray) -> tuple[float, float]:
    """Smallest and largest value; NaN if there is one, (0, 0) for no values."""
    return (float(values.min()), float(values.max())) if values.size else (0.0, 0.0)


def _span(low: float, high: float) -> str:
    if np.isnan(low) or np.isnan(high):
        return "NaN"
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"


FIELDS = {
    "image": Field("", 3, ("f", "uint8"), decode_image, _image_problem),
    "label": Field("semantic", 0, ("f", "i", "uint8"), decode_label, _label_problem),
    "depth": Field("depth", 0, ("f", "i", "uint16"), decode_depth, _depth_problem),
    "inverse_depth": Field(
        "depth", 0, ("f", "uint16"), decode_inverse_depth, _inverse_depth_problem, quantity="inverse depth"
    ),
    "normal": Field("normal", 3, ("f", "int8", "int16", "uint8"), decode_normal, _normal_problem),
}
"""Name of each field, in the order of the tasks, to what is known of it."""

USUAL_FIELDS = tuple(name for name, field in FIELDS.items() if not field.quantity)
"""Names of the fields whose targets measure what their names say: image, label, depth, normal."""


def form_problem(name: str, stored: np.ndarray, size: tuple[int, ...]) -> str:
    """What is wrong with the shape or the type of a stored field; empty if nothing is.

    Args:
        name: Name of the field.
        stored: One frame, or all frames along a first axis.
        size: The shape that it should have, without channels.
    """
    field = FIELDS[name]
    shape = (*size, field.channels) if field.channels else size
    plain_map = () if field.channels else (*size, 1)
    if stored.shape not in (shape, plain_map):
        return f"`{name}` must have the shape {shape}; got {stored.shape}. All frames of a set have one size."
    if stored.dtype.kind not in field.dtypes and stored.dtype.name not in field.dtypes:
        types = ", ".join({"f": "floating point", "i": "signed integers"}.get(kind, kind) for kind in field.dtypes)
        return f"`{name}` must be stored as one of: {types}; got {stored.dtype}. Convert the array."
    return ""
