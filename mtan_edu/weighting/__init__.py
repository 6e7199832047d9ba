"""How several tasks are trained together: loss weightings make one loss of K, gradient balancings one gradient of K.

What needs torch is loaded when it is first asked for, so that the names can be listed without it.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from mtan_edu.weighting.names import available

if TYPE_CHECKING:
    from mtan_edu.weighting.balancing import GradientBalancing
    from mtan_edu.weighting.base import LossWeighting
    from mtan_edu.weighting.build import build_weighting
    from mtan_edu.weighting.dynamic_weight_average import DynamicWeightAverage
    from mtan_edu.weighting.equal import EqualWeighting
    from mtan_edu.weighting.fast_adaptive_multitask_optimization import FastAdaptiveMultitaskOptimization
    from mtan_edu.weighting.fixed import FixedWeights
    from mtan_edu.weighting.geometric_loss_strategy import GeometricLossStrategy
    from mtan_edu.weighting.impartial_loss_balance import ImpartialLossBalance
    from mtan_edu.weighting.kendall_uncertainty import KendallUncertaintyWeighting
    from mtan_edu.weighting.multiple_gradient_descent import MultipleGradientDescent
    from mtan_edu.weighting.random_loss_weighting import RandomLossWeighting
    from mtan_edu.weighting.scale_invariant import ScaleInvariantWeighting
    from mtan_edu.weighting.smooth_tchebycheff import SmoothTchebycheff
    from mtan_edu.weighting.uncertainty import UncertaintyWeighting

__all__ = [
    "DynamicWeightAverage",
    "EqualWeighting",
    "FastAdaptiveMultitaskOptimization",
    "FixedWeights",
    "GeometricLossStrategy",
    "GradientBalancing",
    "ImpartialLossBalance",
    "KendallUncertaintyWeighting",
    "LossWeighting",
    "MultipleGradientDescent",
    "RandomLossWeighting",
    "ScaleInvariantWeighting",
    "SmoothTchebycheff",
    "UncertaintyWeighting",
    "available",
    "build_weighting",
]

_MODULES = {
    "DynamicWeightAverage": "dynamic_weight_average",
    "EqualWeighting": "equal",
    "FastAdaptiveMultitaskOptimization": "fast_adaptive_multitask_optimization",
    "FixedWeights": "fixed",
    "GeometricLossStrategy": "geometric_loss_strategy",
    "GradientBalancing": "balancing",
    "ImpartialLossBalance": "impartial_loss_balance",
    "KendallUncertaintyWeighting": "kendall_uncertainty",
    "LossWeighting": "base",
    "MultipleGradientDescent": "multiple_gradient_descent",
    "RandomLossWeighting": "random_loss_weighting",
    "ScaleInvariantWeighting": "scale_invariant",
    "SmoothTchebycheff": "smooth_tchebycheff",
    "UncertaintyWeighting": "uncertainty",
    "build_weighting": "build",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)
