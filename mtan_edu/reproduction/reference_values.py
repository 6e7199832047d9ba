"""What the reference code computed, and the weights and inputs that it computed it from, rebuilt from a formula."""

from __future__ import annotations

import json
import math
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from mtan_edu.data.batch import Batch

SETUP_FILE = "setup.json"


@dataclass(frozen=True)
class ReferenceSetup:
    """What a folder of reference values was made with.

    Attributes:
        seed: Seed of weights, inputs and targets.
        image_shape: (B, 3, H, W).
        widths: Channels of the five depths of a SegNet.
        wide_widths: The same for the wide split network.
        classes: Number of semantic classes.
    """

    seed: int
    image_shape: tuple[int, ...]
    widths: tuple[int, ...]
    wide_widths: tuple[int, ...]
    classes: int


def read_setup(folder: Path) -> ReferenceSetup:
    """Read `setup.json`.

    Raises:
        ValueError: If it is missing, is not JSON or lacks an entry.
    """
    if not folder.is_dir():
        raise ValueError(f"`folder` must be a folder with reference values; got {folder}. Is the path right?")
    path = folder / SETUP_FILE
    values = read_json(path)
    seed, classes = (whole_entry(values, key, path) for key in ("seed", "semantic_classes"))
    shape, widths = (row_entry(values, key, path) for key in ("image_shape", "widths"))
    wide = row_entry(values, "wide_widths", path) if "wide_widths" in values else widths
    if len(shape) != 4 or shape[1] != 3 or min(shape) < 1:
        raise ValueError(f"`image_shape` in {path} must be [B, 3, H, W]; got {list(shape)}. Correct the file.")
    return ReferenceSetup(seed, shape, widths, wide, classes)


def reference_weights(shapes: Mapping[str, Sequence[int]], seed: int) -> dict[str, Tensor]:
    """Every tensor of a network, in float64, from its name, its shape and the seed.

    x ~ N(0, 1), drawn from a generator seeded with crc32(name) + seed. Convolutions and linear layers: x / √fan_in.
    BatchNorm's scale: 1 + 0.1 x, running variance: exp(0.1 x). logsigma: -0.5 + 0.1 x. All else with one dimension:
    0.1 x. Counters: 0.

    Args:
        shapes: Name, as the reference code has it, to shape.
        seed: Seed of the whole network.

    Returns:
        Name to tensor, in the order of `shapes`.
    """
    return {name: _weight(name, tuple(shape), seed) for name, shape in shapes.items()}


def reference_batch(setup: ReferenceSetup) -> Batch:
    """The images and targets: uniform noise, in which about a tenth of the pixels has no target.

    Args:
        setup: Seed, image shape and number of classes.

    Returns:
        A batch in float64 with the targets `semantic`, `depth` [m] and `normal`.
    """
    rng = np.random.RandomState(setup.seed + 1)  # the recipe's generator: its bits are part of the values
    B, _, H, W = setup.image_shape
    image = rng.uniform(size=setup.image_shape)
    label = rng.randint(-1, setup.classes, size=(B, H, W))
    depth = rng.uniform(0.5, 9.5, size=(B, 1, H, W))
    depth[rng.uniform(size=depth.shape) < 0.1] = 0
    normal = rng.standard_normal((B, 3, H, W))
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    normal = np.where(rng.uniform(size=(B, 1, H, W)) < 0.1, 0.0, normal)
    targets = {"semantic": label.astype(np.int64), "depth": depth, "normal": normal}
    return Batch(torch.from_numpy(image), {name: torch.from_numpy(target) for name, target in targets.items()})


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON file that holds an object.

    Raises:
        ValueError: If it is missing, damaged or holds something else.
    """
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ValueError(f"{path} must be a readable JSON file; got {_reason(error)}. Copy the folder anew.") from error
    if not isinstance(values, dict):
        raise ValueError(f"{path} must hold a JSON object; got {type(values).__name__}. Copy the folder anew.")
    return values


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    """Read an npz file of plain arrays.

    Raises:
        ValueError: If it is missing, damaged, or holds pickled objects.
    """
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except (
        OSError,
        EOFError,
        ValueError,
        KeyError,
        AttributeError,
        TypeError,
        zipfile.BadZipFile,
        zlib.error,
    ) as error:
        raise ValueError(f"{path} must be a readable npz file; got {_reason(error)}. Copy the folder anew.") from error


def entry(values: Mapping[str, Any], key: str, path: Path) -> Any:
    """One entry of a file.

    Raises:
        ValueError: If the file lacks it.
    """
    if key not in values:
        raise ValueError(f"{path} must hold {key!r}; got {', '.join(values) or 'nothing'}. Copy the folder anew.")
    return values[key]


def figures_entry(values: Mapping[str, Any], key: str, path: Path) -> dict[str, float | None]:
    """An entry that maps names to numbers; null where there is none.

    Raises:
        ValueError: If the file lacks it, or it is something else.
    """
    figures = entry(values, key, path)
    if not isinstance(figures, dict) or not all(_is_number(value) or value is None for value in figures.values()):
        raise ValueError(f"{key!r} in {path} must map names to numbers; got {_short(figures)}. Copy the folder anew.")
    return figures


def array_entry(values: Mapping[str, Any], key: str, path: Path) -> np.ndarray:
    """An entry that is a number, or rows of numbers of one length.

    Raises:
        ValueError: If the file lacks it, or it is something else.
    """
    rows = entry(values, key, path)
    try:
        return np.array(rows, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{key!r} in {path} must be numbers; got {_short(rows)}. Copy the folder anew.") from error


def whole_entry(values: Mapping[str, Any], key: str, path: Path) -> int:
    """An entry that is a whole number.

    Raises:
        ValueError: If the file lacks it, or it is something else.
    """
    value = entry(values, key, path)
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(f"{key!r} in {path} must be a whole number; got {value!r}. Correct the file.")
    return value


def row_entry(values: Mapping[str, Any], key: str, path: Path) -> tuple[int, ...]:
    """An entry that is a list of whole numbers.

    Raises:
        ValueError: If the file lacks it, or it is something else.
    """
    row = entry(values, key, path)
    if not isinstance(row, list) or not all(isinstance(value, int) for value in row):
        raise ValueError(f"{key!r} in {path} must be a list of whole numbers; got {row!r}. Correct the file.")
    return tuple(row)


def shapes_entry(values: Mapping[str, Any], key: str, path: Path) -> dict[str, tuple[int, ...]]:
    """An entry that lists the name and shape of every tensor.

    Raises:
        ValueError: If the file lacks it, or it is something else.
    """
    try:
        return {str(name): tuple(int(side) for side in shape) for name, shape in entry(values, key, path)}
    except TypeError as error:
        raise ValueError(f"{key!r} in {path} must list [name, shape]; got {error}. Copy the folder anew.") from error


def _weight(name: str, shape: tuple[int, ...], seed: int) -> Tensor:
    if name.endswith("num_batches_tracked"):
        return torch.zeros(shape, dtype=torch.long)
    rng = np.random.RandomState((zlib.crc32(name.encode()) + seed) % 2**32)
    x = torch.from_numpy(np.asarray(rng.standard_normal(shape)))
    if name.endswith("running_var"):
        return torch.exp(0.1 * x)
    if name == "logsigma":
        return -0.5 + 0.1 * x
    if len(shape) >= 2:
        return x / math.sqrt(math.prod(shape[1:]))
    return 1 + 0.1 * x if name.endswith("weight") else 0.1 * x


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _short(value: Any) -> str:
    """The beginning of what was found instead."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}..."


def _reason(error: Exception) -> str:
    """What the system says of a file, or an error's first line, or its kind if it says nothing."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return next(iter(str(error).splitlines()), "") or type(error).__name__
