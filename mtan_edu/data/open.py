"""From a name or a path to training and validation frames."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from mtan_edu.data.cityscapes import is_cityscapes, read_cityscapes
from mtan_edu.data.files import SPLITS, frame_files
from mtan_edu.data.nyuv2 import NYUV2_CLASSES, check_indoor_classes, group_indoor, read_compact, read_prepared
from mtan_edu.data.splits import DataSplits

SIDE_MULTIPLE = 32
"""What both sides of an image must be multiples of: the networks halve it five times."""

Progress = Callable[[Iterable[Any], int, str], Iterable[Any]]
"""Passes items on while showing how many of a total are done: (items, total, description)."""


def open_data(
    source: str | Path,
    *,
    folder: Path,
    size: tuple[int, int] = (96, 128),
    train: int = 300,
    val: int = 100,
    seed: int = 0,
    classes: int | None = None,
    progress: Progress | None = None,
) -> DataSplits:
    """Open the synthetic rooms or a data set on disk, in whatever form it lies there.

    Args:
        source: "rooms"; or the path of a folder with `train.npz` and `val.npz`, of a folder in the prepared layout
            `{train,val}/<field>/<index>.npy` (or pictures), or of an uncompressed tar archive of such a folder. With
            folders label_2, label_7 or label_19 it is CityScapes.
        folder: Where rooms are kept once they are drawn.
        size: Height and width of the rooms' images [pixels].
        train: Number of training rooms.
        val: Number of validation rooms.
        seed: Which rooms.
        classes: How many classes: 2, 7 or 13 of rooms and NYUv2, 2, 7 or 19 of CityScapes. None = 13, and 7.
        progress: Shows how many rooms are drawn, or None.

    Raises:
        FileNotFoundError: If there is nothing at the path, or a file is missing.
        ValueError: If what is there is not a data set, a damaged one, one without labels for so many classes, or an
            image side is no multiple of 32.
    """
    if source == "rooms":
        from mtan_edu.data.rooms import rooms  # drawing rooms takes a third of the package: only who wants them

        _check_sides(size)
        check_indoor_classes(len(NYUV2_CLASSES) if classes is None else classes)
        splits = rooms(folder, size=size, train=train, val=val, seed=seed, progress=progress)
        return splits if classes is None else group_indoor(splits, classes)
    splits = _open_path(Path(source), classes)
    _check_sides(splits.image_size)
    return splits


def default_data_folder() -> Path:
    """`data` in the checkout that the package is used from, else in the current folder."""
    checkout = Path(__file__).resolve().parents[2]
    return checkout / "data" if (checkout / "pyproject.toml").is_file() else Path("data")


def is_compact(folder: Path) -> bool:
    """Whether a folder holds at least one file of the pair `train.npz` and `val.npz`."""
    return any((folder / f"{split}.npz").is_file() for split in SPLITS)


def is_prepared(folder: Path) -> bool:
    """Whether a folder holds at least one of the folders `train` and `val`."""
    return any((folder / split).is_dir() for split in SPLITS)


def _open_path(path: Path, classes: int | None) -> DataSplits:
    if not path.exists():
        raise FileNotFoundError(f"`data` must be rooms or an existing folder; got {path}. Check the path.")
    prepared = path.is_file() or is_prepared(path)
    if prepared and is_cityscapes(frame_files(path)):
        return read_cityscapes(path, 7 if classes is None else classes)
    if prepared or is_compact(path):
        splits = read_compact(path) if is_compact(path) else read_prepared(path)
        return splits if classes is None else group_indoor(splits, classes)
    inner = sorted(entry for entry in path.iterdir() if entry.is_dir() and (is_compact(entry) or is_prepared(entry)))
    advice = f"Give {inner[0]}." if inner else "data/README.md describes both layouts."
    found = "an empty folder" if not any(path.iterdir()) else "other files"
    raise ValueError(
        f"`data` must hold train.npz and val.npz, or the folders train and val; got {found} in {path}. {advice}"
    )


def _check_sides(size: tuple[int, int]) -> None:
    if any(side < SIDE_MULTIPLE or side % SIDE_MULTIPLE for side in size):
        raise ValueError(
            f"`image sides` must be multiples of {SIDE_MULTIPLE}; got {size[0]}x{size[1]}. "
            "Networks halve an image five times: crop or resize it, for example to 96x128."
        )
