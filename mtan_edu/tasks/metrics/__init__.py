"""Figures over a whole set: fed batch by batch, computed once, NaN where nothing could be measured."""

from mtan_edu.tasks.metrics.classification import ClassificationMetrics
from mtan_edu.tasks.metrics.depth import DepthMetrics
from mtan_edu.tasks.metrics.normals import NormalMetrics
from mtan_edu.tasks.metrics.segmentation import SegmentationMetrics

__all__ = ["ClassificationMetrics", "DepthMetrics", "NormalMetrics", "SegmentationMetrics"]
