"""Images and targets: the synthetic rooms that the library draws itself, and readers of real data sets."""

from mtan_edu.data.batch import IGNORE_LABEL, Batch, Sample, collate
from mtan_edu.data.dataset import DenseDataset, FrameDataset
from mtan_edu.data.loading import Augmentation, batch_indices, batches, number_of_batches
from mtan_edu.data.splits import DataSplits

__all__ = [
    "IGNORE_LABEL",
    "Sample",
    "Batch",
    "collate",
    "FrameDataset",
    "DenseDataset",
    "DataSplits",
    "Augmentation",
    "batches",
    "batch_indices",
    "number_of_batches",
]
