"""How far our gradient balancings are from TorchJD's: the largest relative error on 100 random Jacobians in float64.

    python benchmarks/torchjd_agreement.py

Jacobians have 2 to 5 rows of 10 numbers; half of them have rows whose lengths span a factor of 100. Where both draw
at random, both get the same draws. Where TorchJD's solver stops early, its result is not what it defines, and the
distance says nothing about ours: there the table adds a certificate, by how much each misses the method's own
definition (0 = met). Results go to `benchmarks/results/` as JSON.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
import torchjd.aggregation as theirs
from torch import Tensor
from torchjd.linalg import QuadprogProjector

from mtan_edu.weighting import (
    ConflictAverseGradientDescent,
    FairResourceAllocation,
    GradientBalancing,
    GradientSignDropout,
    GradientVaccine,
    ImpartialGradientBalance,
    IndependentComponentAlignment,
    MultipleGradientDescent,
    NashBargaining,
    ProjectingConflictingGradients,
    UnconflictingProjection,
)

RESULTS = Path(__file__).parent / "results"
C, ALPHA = 0.4, 2.0


@dataclass(frozen=True)
class Pair:
    """A method in both libraries.

    Attributes:
        ours: From the number of tasks.
        theirs: Likewise.
        tolerance: Largest relative distance that is expected.
        why: Where that is not rounding.
        missed: From the Jacobian, the resulting vector and the weights: by how much the definition is missed.
    """

    ours: Callable[[int], GradientBalancing]
    theirs: Callable[[int], theirs.Aggregator]
    tolerance: float
    why: str = ""
    missed: Callable[[Tensor, Tensor, Tensor], float] | None = None


class Downhill(theirs.Aggregator):
    """An aggregator, turned around where its step climbs the first loss."""

    def __init__(self, aggregator: theirs.Aggregator) -> None:
        super().__init__()
        self.aggregator = aggregator

    def forward(self, matrix: Tensor, /) -> Tensor:
        vector = self.aggregator(matrix)
        return vector * (matrix[0] @ vector).sign()


def gap_of_shortest(jacobian: Tensor, vector: Tensor, weights: Tensor) -> float:
    """MGDA: ⟨g, g_k⟩ ≥ ‖g‖² for all k."""
    length = vector @ vector
    return float(((length - (jacobian @ vector).min()) / length).clamp(min=0))


def gap_of_worst_gain(jacobian: Tensor, vector: Tensor, weights: Tensor) -> float:
    """CAGrad: what the primal and the dual program promise, which differ by nothing at the solution."""
    mean = jacobian.mean(dim=0)
    worst = (weights - 1 / len(jacobian)).clamp(min=0)
    worst = (worst / worst.sum()) @ jacobian
    return abs(float(worst @ mean + C * mean.norm() * worst.norm() - (jacobian @ vector).min())) / float(mean @ mean)


def distance_from_power(power: float) -> Callable[[Tensor, Tensor, Tensor], float]:
    """Nash-MTL and FairGrad: (G λ)_k λ_k^power is the same for all k (and 1, for the latter)."""

    def missed(jacobian: Tensor, vector: Tensor, weights: Tensor) -> float:
        product = (jacobian @ vector) * weights**power
        return float((product / product.mean() - 1).abs().max())

    return missed


def pairs() -> dict[str, Pair]:
    """Name to both."""
    exact = QuadprogProjector(norm_eps=0.0, reg_eps=1e-14)
    return {
        "mgda": Pair(
            MultipleGradientDescent, lambda K: theirs.MGDA(epsilon=1e-9, max_iters=1000), 0.3,
            "TorchJD stops Frank-Wolfe's slow iteration", gap_of_shortest,
        ),
        "pcgrad": Pair(ProjectingConflictingGradients, lambda K: theirs.PCGrad(), 1e-12),
        "gradvac": Pair(GradientVaccine, lambda K: theirs.GradVac(), 1e-6, "TorchJD adds 1e-8 to denominators"),
        "cagrad": Pair(
            lambda K: ConflictAverseGradientDescent(K, C), lambda K: theirs.CAGrad(c=C), 1e-3,
            "TorchJD's cone solver stops at 1e-4", gap_of_worst_gain,
        ),
        "graddrop": Pair(GradientSignDropout, lambda K: theirs.GradDrop(), 1e-12),
        "imtl_g": Pair(
            ImpartialGradientBalance, lambda K: Downhill(theirs.IMTLG()), 1e-8, "turned around where TorchJD's climbs"
        ),
        "nash_mtl": Pair(
            NashBargaining, lambda K: theirs.NashMTL(n_tasks=K), 2.0,
            "TorchJD, as the authors, stops after 20 linear approximations", distance_from_power(1.0),
        ),
        "aligned_mtl": Pair(IndependentComponentAlignment, lambda K: theirs.AlignedMTL(), 1e-9),
        "aligned_mtl:median": Pair(
            lambda K: IndependentComponentAlignment(K, "median"), lambda K: theirs.AlignedMTL(scale_mode="median"), 1e-9
        ),
        "aligned_mtl:rmse": Pair(
            lambda K: IndependentComponentAlignment(K, "rmse"), lambda K: theirs.AlignedMTL(scale_mode="rmse"), 1e-9
        ),
        "fairgrad": Pair(
            lambda K: FairResourceAllocation(K, ALPHA), lambda K: theirs.FairGrad(alpha=ALPHA), 1e-4,
            "TorchJD's least squares stop at 1e-8", distance_from_power(1 / ALPHA),
        ),
        "upgrad": Pair(UnconflictingProjection, lambda K: theirs.UPGrad(projector=exact), 1e-6),
        "upgrad, TorchJD's defaults": Pair(
            UnconflictingProjection, lambda K: theirs.UPGrad(), 1.0, "TorchJD adds 1e-4 to the Gramian's diagonal"
        ),
    }  # fmt: skip


def jacobians(count: int) -> Iterator[Tensor]:
    """Random Jacobians with K = 2, 3, 4, 5, 2, ... rows of 10 numbers, every second one's rows of unequal length."""
    generator = torch.Generator().manual_seed(0)
    for number in range(count):
        K = 2 + number % 4
        lengths = torch.logspace(-1, 1, K, dtype=torch.float64) if number // 4 % 2 else torch.ones(K)
        yield torch.randn(K, 10, generator=generator, dtype=torch.float64) * lengths[:, None]


@dataclass(frozen=True)
class Agreement:
    """On all Jacobians: the largest and the median relative distance, and by how much each misses the definition."""

    distance: float
    median: float
    ours_misses: float | None
    theirs_misses: float | None


def compare(pair: Pair, count: int) -> Agreement:
    """Both methods, each fresh, on the same Jacobians with the same draws."""
    distances, missed = [], [0.0, 0.0]
    for jacobian in jacobians(count):
        K = len(jacobian)
        ours, other = pair.ours(K), pair.theirs(K)
        if hasattr(ours, "draws"):
            torch.manual_seed(ours.draws.next_seed())
        expected = other(jacobian)
        found = ours(jacobian, torch.ones(K, dtype=torch.float64))
        distances.append(float((found - expected).norm() / expected.norm()))
        if pair.missed:
            both = ((found, ours.weights()), (expected, torch.linalg.pinv(jacobian.T) @ expected))
            missed = [max(m, pair.missed(jacobian, *solution)) for m, solution in zip(missed, both, strict=True)]
    return Agreement(max(distances), statistics.median(distances), *(missed if pair.missed else (None, None)))


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=100)
    count = parser.parse_args().count
    rows = {}
    print(f"{'method':28} {'largest':>8} {'median':>8}   {'ours':>8}   {'TorchJD':>8} misses the definition by")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # TorchJD's solvers say that they are inaccurate
        for name, pair in pairs().items():
            found = compare(pair, count)
            rows[name] = {**vars(found), "why": pair.why}
            ends = "" if found.ours_misses is None else f"   {found.ours_misses:8.1e}   {found.theirs_misses:8.1e}"
            print(f"{name:28} {found.distance:8.1e} {found.median:8.1e}{ends:24} {pair.why}")
    machine = {"torch": torch.__version__, "processor": platform.machine(), "system": platform.platform()}
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / "torchjd_agreement.json"
    path.write_text(json.dumps({"settings": {"count": count}, "machine": machine, "results": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
