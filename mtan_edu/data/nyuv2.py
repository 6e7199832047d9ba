"""NYU Depth v2 (Silberman et al., ECCV 2012) with 13 classes, depth and surface normals, from prepared files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from mtan_edu.data.arrays import read_npz
from mtan_edu.data.dataset import DenseDataset, FrameDataset, checked_fields, stored_problem
from mtan_edu.data.fields import FIELDS, form_problem
from mtan_edu.data.files import SPLITS, FrameFiles, frame_files
from mtan_edu.data.grouping import ClassGroups, group_classes
from mtan_edu.data.layout import FIELD_FOLDERS, read_layout
from mtan_edu.data.splits import DataSplits

NYUV2_CLASSES = (
    "bed", "books", "ceiling", "chair", "floor", "furniture", "objects", "picture", "sofa", "table", "tv", "wall",
    "window",
)  # fmt: skip
"""Names of the 13 classes in the order of their labels (Couprie et al., ICLR 2013)."""

NYUV2_GROUPS: Mapping[int, ClassGroups] = {
    7: ClassGroups(
        {
            "ceiling": ("ceiling",),
            "floor": ("floor",),
            "wall": ("wall",),
            "window": ("window",),
            "seats and beds": ("bed", "chair", "sofa"),
            "furniture": ("furniture", "table"),
            "objects": ("books", "objects", "picture", "tv"),
        }
    ),
    2: ClassGroups(
        {
            "structure": ("ceiling", "floor", "wall", "window"),
            "contents": ("seats and beds", "furniture", "objects"),
        }
    ),
}
"""Number of classes to what is put together: 7 groups of the 13 classes, 2 groups of these 7.

The paper counts classes on CityScapes only (table 1). These are the same three steps indoors, so that the experiment
has a form that needs no download: 2 = what a building consists of, and what stands in it; 7 refines both. Between them
lie the four structural classes of NYUv2's authors (floor, structure, furniture, props): seats, beds and furniture are
their furniture, objects their props. Unknown pixels stay unknown.

References:
    Silberman et al., ECCV 2012, section 4 (the structural classes).
"""


def group_indoor(data: DataSplits, classes: int) -> DataSplits:
    """Rooms or NYUv2 with fewer classes: the same images, other labels.

    Args:
        data: Frames with the 13 classes of NYUv2.
        classes: 2, 7 or 13.

    Raises:
        ValueError: If the number is another.
    """
    check_indoor_classes(classes)
    while len(data.classes) > classes:
        data = group_classes(data, NYUV2_GROUPS[7 if len(data.classes) > 7 else 2])
    return data


def check_indoor_classes(classes: int) -> None:
    """Refuse a number of classes for which no groups of NYUv2's are known.

    Raises:
        ValueError: If it is not 2, 7 or 13.
    """
    if classes not in (*NYUV2_GROUPS, len(NYUV2_CLASSES)):
        raise ValueError(
            f"`classes` must be 2, 7 or 13 for rooms and NYUv2; got {classes}. "
            "Only for these it is known which classes go together."
        )


def read_compact(folder: Path, classes: Sequence[str] = NYUV2_CLASSES) -> DataSplits:
    """Read `train.npz` and `val.npz` into memory.

    Args:
        folder: Holds the two files, each with arrays as `DenseDataset` takes them.
        classes: Class names in the order of the labels.

    Raises:
        ValueError: If a file is damaged, pickled, empty, or holds impossible values.
        FileNotFoundError: If a file is missing.
    """
    splits = {}
    for split in SPLITS:
        arrays = read_npz(folder / f"{split}.npz", tuple(FIELDS))
        try:
            splits[split] = DenseDataset(arrays, classes)
        except ValueError as error:
            raise ValueError(f"{folder / split}.npz: {error}") from error
    return DataSplits(splits["train"], splits["val"], folder.name, tuple(classes))


def read_prepared(path: Path, classes: Sequence[str] = NYUV2_CLASSES) -> DataSplits:
    """Read `{train,val}/{image,label,depth,normal}/<index>.npy` (or .png, or .jpg for images) frame by frame.

    Only names are looked at now; a frame is read, and its values are checked, when it is asked for.

    Args:
        path: A folder in this layout, or an uncompressed tar archive of one.
        classes: Class names in the order of the labels.

    Raises:
        ValueError: If files are missing or too many, or the first frame cannot be read.

    References:
        The `.npy` layout is that of Liu et al.'s prepared NYUv2: floating point, images in [0, 1], labels with -1
        where unknown, depth in metres with 0 where unknown, normals as (0, 0, 0) where unknown.
    """
    return read_files(frame_files(path), FIELD_FOLDERS, classes)


def read_files(source: FrameFiles, folders: Mapping[str, str], classes: Sequence[str]) -> DataSplits:
    """Read the files of certain folders frame by frame.

    Args:
        source: Where the files lie.
        folders: Name of a folder to the field that it holds; each field at most once.
        classes: Class names in the order of the labels.

    Raises:
        ValueError: If files are missing or too many, or the first frame cannot be read.
    """
    layout = read_layout(source, folders)
    if layout.problems:
        raise ValueError(f"{source.path}: {layout.problems[0]}{_rest(len(layout.problems) - 1)}")
    train, val = (
        FileDataset(source, {layout.folders[name]: files for name, files in layout.files[split].items()}, classes)
        for split in SPLITS
    )
    return DataSplits(train, val, source.path.name.removesuffix(".tar"), tuple(classes))


def _rest(count: int) -> str:
    return f" {count} more problem{'s' if count > 1 else ''}: `mtan-edu data check` names them all." if count else ""


class FileDataset(FrameDataset):
    """Frames that stay in their files until they are asked for.

    Args:
        source: Where the files lie.
        files: Field to file names, in the order of the frames.
        classes: Class names in the order of the labels.

    Raises:
        ValueError: If the first image cannot be read.
    """

    def __init__(self, source: FrameFiles, files: dict[str, tuple[str, ...]], classes: Sequence[str]) -> None:
        self.fields = checked_fields(tuple(files))
        self.classes = tuple(classes)
        self._source = source
        self._files = files
        first = self._source.read(files["image"][0])
        problem = form_problem("image", first, first.shape[:2])
        if problem:
            raise ValueError(f"{source.path / files['image'][0]}: {problem}")
        self.image_size = (first.shape[0], first.shape[1])

    def __len__(self) -> int:
        return len(self._files["image"])

    def frame(self, index: int) -> dict[str, np.ndarray]:
        """The stored fields of one frame, `(H, W)` or `(H, W, C)`.

        Raises:
            ValueError: If a file is damaged, or of another size or type, or holds impossible values.
            FileNotFoundError: If a file is gone.
        """
        return {name: self._read(name, self._files[name][index]) for name in self.fields}

    def _read(self, field: str, name: str) -> np.ndarray:
        stored = self._source.read(name)
        problem = stored_problem(field, stored, self.image_size, len(self.classes))
        if problem:
            raise ValueError(f"{self._source.path / name}: {problem}")
        return stored
