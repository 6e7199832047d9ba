"""Images and targets: the synthetic rooms that the library draws itself, and readers of real data sets."""

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
