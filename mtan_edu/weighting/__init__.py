"""How the losses of several tasks become one: each weighting a module from a loss vector to a loss."""

from mtan_edu.weighting.base import LossWeighting
from mtan_edu.weighting.build import available, build_weighting
from mtan_edu.weighting.dynamic_weight_average import DynamicWeightAverage
from mtan_edu.weighting.equal import EqualWeighting
from mtan_edu.weighting.uncertainty import UncertaintyWeighting

__all__ = [
    "DynamicWeightAverage",
    "EqualWeighting",
    "LossWeighting",
    "UncertaintyWeighting",
    "available",
    "build_weighting",
]
