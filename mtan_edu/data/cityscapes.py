"""CityScapes (Cordts et al., CVPR 2016) as the authors of MTAN prepared it: labels of 2, 7 or 19 classes, and depth."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from mtan_edu.data.files import SPLITS, FrameFiles, frame_files
from mtan_edu.data.grouping import ClassGroups, group_classes
from mtan_edu.data.nyuv2 import read_files
from mtan_edu.data.splits import DataSplits

CITYSCAPES_CLASSES = (
    "road", "sidewalk", "building", "wall", "fence", "pole", "traffic light", "traffic sign", "vegetation", "terrain",
    "sky", "person", "rider", "car", "truck", "bus", "train", "motorcycle", "bicycle",
)  # fmt: skip
"""Names of the 19 classes in the order of their labels ("train ids" of the data set's own scripts)."""

CITYSCAPES_GROUPS: Mapping[int, ClassGroups] = {
    7: ClassGroups(
        {
            "flat": ("road", "sidewalk"),
            "construction": ("building", "wall", "fence"),
            "object": ("pole", "traffic light", "traffic sign"),
            "nature": ("vegetation", "terrain"),
            "sky": ("sky",),
            "human": ("person", "rider"),
            "vehicle": ("car", "truck", "bus", "caravan", "trailer", "train", "motorcycle", "bicycle"),
        }
    ),
    2: ClassGroups(
        {
            "background": ("flat", "construction", "object", "nature", "sky"),
            "foreground": ("human", "vehicle"),
        },
        unknown="background",
    ),
}
"""Number of classes to what is put together: 7 groups of the 19 classes, 2 groups of these 7.

Liu et al., CVPR 2019, table 1. It lists caravan and trailer, which the 19 classes leave out (their pixels are unknown),
and leaves out bicycle, which is one of the 19; here it is a vehicle, as in the data set's own categories. Pixels of no
class ("void") count in neither 7 nor 19 classes, and belong to the background where there are 2.
"""

LABEL_FOLDERS: Mapping[int, str] = {2: "label_2", 7: "label_7", 19: "label_19"}
"""Number of classes to the folder of their labels."""

FOLDERS: Mapping[str, str] = {
    "image": "image", **dict.fromkeys(LABEL_FOLDERS.values(), "label"), "depth": "inverse_depth",
}  # fmt: skip
"""Name of each folder to the field that it holds."""


def cityscapes_names(classes: int) -> tuple[str, ...]:
    """Class names in the order of the labels, for 2, 7 or 19 classes."""
    return CITYSCAPES_CLASSES if classes == len(CITYSCAPES_CLASSES) else CITYSCAPES_GROUPS[classes].names


def is_cityscapes(source: FrameFiles) -> bool:
    """Whether a data set has folders called label_2, label_7 or label_19."""
    return any(name in source.folders(split) for name in LABEL_FOLDERS.values() for split in SPLITS)


def read_cityscapes(path: Path, classes: int = 7) -> DataSplits:
    """Read `{train,val}/{image,label_2|label_7|label_19,depth}/<index>.npy` (or pictures) frame by frame.

    Where there is no label folder for the classes that are asked for, the labels are made from a finer one. The folder
    `depth` holds inverse depth: the disparity of the stereo cameras, times a factor that the authors never stated (that
    their values end at 0.4922 = 32257 / 65535 suggests the original 16-bit files divided by 65535); 0 where it is
    unknown. It becomes the target `depth`, whose quantity is "inverse depth".

    Args:
        path: A folder in this layout, or an uncompressed tar archive of one.
        classes: 2, 7 or 19.

    Raises:
        ValueError: If the number of classes is another, the folder has no labels for it, files are missing or too
            many, or the first frame cannot be read.

    References:
        Liu et al., CVPR 2019, section 4.1.1 and table 1; the layout is that of their prepared set.
    """
    if classes not in LABEL_FOLDERS:
        raise ValueError(f"`classes` must be 2, 7 or 19 for CityScapes; got {classes}. The paper has these three.")
    source = frame_files(path)
    there = [count for count, name in LABEL_FOLDERS.items() if all(name in source.folders(split) for split in SPLITS)]
    finer = [count for count in there if count >= classes]
    if not finer:
        found = ", ".join(LABEL_FOLDERS[count] for count in there) or "none that both splits have"
        raise ValueError(
            f"`classes` must be a number that there are labels for, or finer ones; got {classes}, and of label folders "
            f"in {path} {found}. Add {LABEL_FOLDERS[classes]} to train and val, or ask for fewer classes."
        )
    data = read_files(
        source,
        {"image": "image", LABEL_FOLDERS[finer[0]]: "label", "depth": "inverse_depth"},
        cityscapes_names(finer[0]),
    )
    while len(data.classes) > classes:
        data = group_classes(data, CITYSCAPES_GROUPS[7 if len(data.classes) > 7 else 2])
    return data
