"""Loss weightings and gradient balancings by name."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mtan_edu.weighting.balancing import GradientBalancing
from mtan_edu.weighting.base import LossWeighting
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
from mtan_edu.weighting.names import TORCHJD, available
from mtan_edu.weighting.nash_bargaining import NashBargaining
from mtan_edu.weighting.projecting_conflicting_gradients import ProjectingConflictingGradients
from mtan_edu.weighting.random_loss_weighting import RandomLossWeighting
from mtan_edu.weighting.scale_invariant import ScaleInvariantWeighting
from mtan_edu.weighting.smooth_tchebycheff import SmoothTchebycheff
from mtan_edu.weighting.torchjd_methods import torchjd_method
from mtan_edu.weighting.uncertainty import UncertaintyWeighting
from mtan_edu.weighting.unconflicting_projection import UnconflictingProjection


def build_weighting(
    name: str, tasks: Sequence[str], *, kinds: Sequence[str] | None = None, seed: int = 0
) -> LossWeighting | GradientBalancing:
    """A fresh weighting with the paper's numbers, or with another number or word behind a colon.

        build_weighting("dwa", ["semantic", "depth"])           # the paper's temperature, 2
        build_weighting("dwa:0.5", ["semantic", "depth"])       # another
        build_weighting("fixed:1,0.5", ["semantic", "depth"])   # λ, in the tasks' order
        build_weighting("mgda:l2", ["semantic", "depth"])       # normalized gradients
        build_weighting("torchjd:CAGrad(c=0.4)", ["semantic", "depth"])     # a method of TorchJD

    Args:
        name: One of `available()`; some take an argument after a colon. Or `torchjd:` and a method of TorchJD.
        tasks: Task names; their number is the number of losses, their order the order of the losses.
        kinds: "classification" or "regression" for each task. Only uncertainty_kendall asks.
        seed: Seed of what a weighting draws at random.

    Raises:
        ValueError: If no weighting has this name, an argument is missing, impossible or not asked for, or there is
            no task; or if a method of TorchJD is named that is not there.
        TypeError: If `tasks` is one name.
    """
    known, colon, argument = name.partition(":")
    if known not in _BUILDERS:
        nearest = difflib.get_close_matches(known, available(), n=2)
        hint = f"Did you mean {' or '.join(map(repr, nearest))}?" if nearest else "Choose one of them."
        raise ValueError(f"`weighting` must be one of {', '.join(available())}; got {known!r}. {hint}")
    if isinstance(tasks, str):  # a str is a sequence of letters
        raise TypeError(f"`tasks` must be a list of names; got {tasks!r}. Give [{tasks!r}] for one task.")
    if not tasks:
        raise ValueError("`tasks` must hold at least one name; got none. Name the tasks whose losses are weighted.")
    return _BUILDERS[known](_Request(name, argument if colon else None, tuple(tasks), kinds, seed))


@dataclass(frozen=True)
class _Request:
    """What `build_weighting` was asked for: the whole name, what stands after its colon, and for whom."""

    name: str
    argument: str | None
    tasks: tuple[str, ...]
    kinds: Sequence[str] | None
    seed: int

    def numbers(self) -> list[float]:
        """The numbers after the colon, between commas; none without a colon."""
        if self.argument is None:
            return []
        try:
            return [float(part) for part in self.argument.split(",")]
        except ValueError:
            raise ValueError(
                f"`weighting` must have numbers after its colon; got {self.name!r}. Write dwa:0.5, or fixed:1,0.5,2."
            ) from None

    def seed_if(self, draws: bool) -> dict[str, int]:
        """The seed, for what draws at random."""
        return {"seed": self.seed} if draws else {}


_Weighting = LossWeighting | GradientBalancing
_Builder = Callable[[_Request], _Weighting]


def _plain(weighting: Callable[..., _Weighting], *, draws: bool = False) -> _Builder:
    """A weighting that takes the number of tasks and, where it draws at random, the seed."""

    def build(request: _Request) -> _Weighting:
        _refuse_argument(request)
        return weighting(len(request.tasks), **request.seed_if(draws))

    return build


def _tunable(weighting: Callable[..., _Weighting], *, draws: bool = False) -> _Builder:
    """A weighting whose second parameter may stand after the colon."""

    def build(request: _Request) -> _Weighting:
        numbers = request.numbers()
        if len(numbers) > 1:
            raise ValueError(f"`weighting` must have one number after its colon; got {request.name!r}. Leave one.")
        return weighting(len(request.tasks), *numbers, **request.seed_if(draws))

    return build


def _fixed(request: _Request) -> LossWeighting:
    weights = request.numbers()
    if not weights or len(weights) != len(request.tasks):
        example = "fixed:" + ",".join(["1", "0.5", "2"][k % 3] for k in range(len(request.tasks)))
        raise ValueError(
            f"`weighting` must be fixed: and one weight per task ({', '.join(request.tasks)}); got {request.name!r}. "
            f"Write {example}, for example."
        )
    return FixedWeights(weights)


def _kendall(request: _Request) -> LossWeighting:
    _refuse_argument(request)
    kinds = request.kinds
    if kinds is None or len(kinds) != len(request.tasks):
        raise ValueError(
            f"`kinds` must hold classification or regression for each task ({', '.join(request.tasks)}); got {kinds}. "
            "Kendall's weighting needs them: pass `kinds`, or take uncertainty."
        )
    return KendallUncertaintyWeighting(kinds)


def _worded(weighting: Callable[..., _Weighting]) -> _Builder:
    """A weighting whose second parameter, a word, may stand after the colon."""

    def build(request: _Request) -> _Weighting:
        return weighting(len(request.tasks), *([] if request.argument is None else [request.argument]))

    return build


def _torchjd(request: _Request) -> _Weighting:
    return torchjd_method(request.argument or "", len(request.tasks))


def _refuse_argument(request: _Request) -> None:
    if request.argument is not None:
        known = request.name.partition(":")[0]
        raise ValueError(f"`weighting` must be {known} and nothing more; got {request.name!r}. Leave the colon out.")


_BUILDERS: dict[str, _Builder] = {
    "equal": _plain(EqualWeighting),
    "fixed": _fixed,
    "uncertainty": _tunable(UncertaintyWeighting),
    "uncertainty_kendall": _kendall,
    "dwa": _tunable(DynamicWeightAverage),
    "random": _plain(RandomLossWeighting, draws=True),
    "geometric_mean": _plain(GeometricLossStrategy),
    "scale_invariant": _plain(ScaleInvariantWeighting),
    "imtl_l": _plain(ImpartialLossBalance),
    "famo": _tunable(FastAdaptiveMultitaskOptimization),
    "stch": _tunable(SmoothTchebycheff),
    "gradnorm": _tunable(GradientNormalization),
    "mgda": _worded(MultipleGradientDescent),
    "pcgrad": _plain(ProjectingConflictingGradients, draws=True),
    "gradvac": _tunable(GradientVaccine, draws=True),
    "cagrad": _tunable(ConflictAverseGradientDescent),
    "graddrop": _tunable(GradientSignDropout, draws=True),
    "imtl_g": _plain(ImpartialGradientBalance),
    "nash_mtl": _tunable(NashBargaining),
    "aligned_mtl": _worded(IndependentComponentAlignment),
    "fairgrad": _tunable(FairResourceAllocation),
    "upgrad": _plain(UnconflictingProjection),
    TORCHJD: _torchjd,
}
