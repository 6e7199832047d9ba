"""How several tasks are trained together: loss weightings make one loss of K, gradient balancings one gradient of K.

What needs torch is loaded when it is first asked for, so that the names can be listed without it.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from mtan_edu.weighting.names import available

if TYPE_CHECKING:
    from mtan_edu.weighting.balancing import GradientBalancing, GramianBalancing
    from mtan_edu.weighting.base import LossWeighting
    from mtan_edu.weighting.build import build_weighting
    from mtan_edu.weighting.conflict_averse_gradient_descent import ConflictAverseGradientDescent
    from mtan_edu.weighting.dynamic_weight_average import DynamicWeightAverage
    from mtan_edu.weighting.equal import EqualWeighting
    from mtan_edu.weighting.fair_resource_allocation import FairResourceAllocation
    from mtan_edu.weighting.fast_adaptive_multitask_optimization import FastAdaptiveMultitaskOptimization
    from mtan_edu.weighting.fixed import FixedWeights
    from mtan_edu.weighting.geometric_loss_strategy import GeometricLossStrategy
    from mtan_edu.weighting.gradient_normalization import GradientNormalization
    from mtan_edu.weighting.gradient_sign_dropout import GradientSignDropout
    from mtan_edu.weighting.gradient_vaccine import GradientVaccine
    from mtan_edu.weighting.impartial_gradient_balance import ImpartialGradientBalance
    from mtan_edu.weighting.impartial_loss_balance import ImpartialLossBalance
    from mtan_edu.weighting.independent_component_alignment import IndependentComponentAlignment
    from mtan_edu.weighting.kendall_uncertainty import KendallUncertaintyWeighting
    from mtan_edu.weighting.multiple_gradient_descent import MultipleGradientDescent
    from mtan_edu.weighting.nash_bargaining import NashBargaining
    from mtan_edu.weighting.projecting_conflicting_gradients import ProjectingConflictingGradients
    from mtan_edu.weighting.random_loss_weighting import RandomLossWeighting
    from mtan_edu.weighting.scale_invariant import ScaleInvariantWeighting
    from mtan_edu.weighting.smooth_tchebycheff import SmoothTchebycheff
    from mtan_edu.weighting.uncertainty import UncertaintyWeighting
    from mtan_edu.weighting.unconflicting_projection import UnconflictingProjection

__all__ = [
    "ConflictAverseGradientDescent",
    "DynamicWeightAverage",
    "EqualWeighting",
    "FairResourceAllocation",
    "FastAdaptiveMultitaskOptimization",
    "FixedWeights",
    "GeometricLossStrategy",
    "GradientBalancing",
    "GradientNormalization",
    "GradientSignDropout",
    "GradientVaccine",
    "GramianBalancing",
    "ImpartialGradientBalance",
    "ImpartialLossBalance",
    "IndependentComponentAlignment",
    "KendallUncertaintyWeighting",
    "LossWeighting",
    "MultipleGradientDescent",
    "NashBargaining",
    "ProjectingConflictingGradients",
    "RandomLossWeighting",
    "ScaleInvariantWeighting",
    "SmoothTchebycheff",
    "UncertaintyWeighting",
    "UnconflictingProjection",
    "available",
    "build_weighting",
]

_MODULES = {
    "ConflictAverseGradientDescent": "conflict_averse_gradient_descent",
    "DynamicWeightAverage": "dynamic_weight_average",
    "EqualWeighting": "equal",
    "FairResourceAllocation": "fair_resource_allocation",
    "FastAdaptiveMultitaskOptimization": "fast_adaptive_multitask_optimization",
    "FixedWeights": "fixed",
    "GeometricLossStrategy": "geometric_loss_strategy",
    "GradientBalancing": "balancing",
    "GradientNormalization": "gradient_normalization",
    "GradientSignDropout": "gradient_sign_dropout",
    "GradientVaccine": "gradient_vaccine",
    "GramianBalancing": "balancing",
    "ImpartialGradientBalance": "impartial_gradient_balance",
    "ImpartialLossBalance": "impartial_loss_balance",
    "IndependentComponentAlignment": "independent_component_alignment",
    "KendallUncertaintyWeighting": "kendall_uncertainty",
    "LossWeighting": "base",
    "MultipleGradientDescent": "multiple_gradient_descent",
    "NashBargaining": "nash_bargaining",
    "ProjectingConflictingGradients": "projecting_conflicting_gradients",
    "RandomLossWeighting": "random_loss_weighting",
    "ScaleInvariantWeighting": "scale_invariant",
    "SmoothTchebycheff": "smooth_tchebycheff",
    "UncertaintyWeighting": "uncertainty",
    "UnconflictingProjection": "unconflicting_projection",
    "build_weighting": "build",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)
