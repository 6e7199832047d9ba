"""Images and targets: the synthetic rooms that the library draws itself, and readers of real data sets."""

from mtan_edu.data.batch import IGNORE_LABEL, Batch, Sample, collate

__all__ = ["IGNORE_LABEL", "Batch", "Sample", "collate"]
