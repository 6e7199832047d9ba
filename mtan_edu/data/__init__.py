"""Images and targets: the synthetic rooms that the library draws itself, and readers of real data sets.

What needs torch is loaded when it is first asked for: the processes that draw rooms do without.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mtan_edu.data.batch import IGNORE_LABEL, Batch, Sample, collate
    from mtan_edu.data.check import check_folder
    from mtan_edu.data.cityscapes import CITYSCAPES_CLASSES, CITYSCAPES_GROUPS, read_cityscapes
    from mtan_edu.data.dataset import DenseDataset, FrameDataset
    from mtan_edu.data.grouping import ClassGroups, GroupedDataset, group_classes
    from mtan_edu.data.loading import Augmentation, Samples, batch_indices, batches, number_of_batches
    from mtan_edu.data.nyuv2 import NYUV2_CLASSES, NYUV2_GROUPS, read_compact, read_prepared
    from mtan_edu.data.open import default_data_folder, open_data
    from mtan_edu.data.splits import DataSplits
    from mtan_edu.data.transforms import Compose, RandomFlip, RandomScaleCrop

__all__ = [
    "IGNORE_LABEL",
    "Sample",
    "Batch",
    "collate",
    "Samples",
    "FrameDataset",
    "DenseDataset",
    "DataSplits",
    "open_data",
    "default_data_folder",
    "NYUV2_CLASSES",
    "NYUV2_GROUPS",
    "CITYSCAPES_CLASSES",
    "CITYSCAPES_GROUPS",
    "ClassGroups",
    "GroupedDataset",
    "group_classes",
    "read_compact",
    "read_prepared",
    "read_cityscapes",
    "check_folder",
    "Augmentation",
    "RandomScaleCrop",
    "RandomFlip",
    "Compose",
    "batches",
    "batch_indices",
    "number_of_batches",
]

_MODULES = {
    "IGNORE_LABEL": "batch",
    "Sample": "batch",
    "Batch": "batch",
    "collate": "batch",
    "Samples": "loading",
    "FrameDataset": "dataset",
    "DenseDataset": "dataset",
    "DataSplits": "splits",
    "open_data": "open",
    "default_data_folder": "open",
    "NYUV2_CLASSES": "nyuv2",
    "NYUV2_GROUPS": "nyuv2",
    "CITYSCAPES_CLASSES": "cityscapes",
    "CITYSCAPES_GROUPS": "cityscapes",
    "ClassGroups": "grouping",
    "GroupedDataset": "grouping",
    "group_classes": "grouping",
    "read_compact": "nyuv2",
    "read_prepared": "nyuv2",
    "read_cityscapes": "cityscapes",
    "check_folder": "check",
    "Augmentation": "loading",
    "RandomScaleCrop": "transforms",
    "RandomFlip": "transforms",
    "Compose": "transforms",
    "batches": "loading",
    "batch_indices": "loading",
    "number_of_batches": "loading",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)
