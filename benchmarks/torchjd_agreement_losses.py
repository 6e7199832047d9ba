"""How far our loss weightings are from TorchJD's: the largest relative error on 100 random loss vectors in float64.

    python benchmarks/torchjd_agreement_losses.py

Vectors have 2 to 5 losses that differ by a few powers of ten. Compared are the total and its gradient in the losses,
which is λ; learned numbers and memories are set alike before. Where TorchJD has no such method, or another formula,
what stands for it is put together from its parts and said in the table. Results go to `benchmarks/results/` as JSON.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import torch
import torchjd.scalarization as theirs
from torch import Tensor, nn

from mtan_edu.weighting import LossWeighting, build_weighting

RESULTS = Path(__file__).parent / "results"
COUNT = 100

Pair = tuple[LossWeighting, Callable[[Tensor], Tensor], str]
"""Ours, TorchJD's, and what to know of the latter."""


def equal(K: int, random: Callable[[], Tensor]) -> Pair:
    return build(K, "equal"), theirs.Sum(), "Sum"


def fixed(K: int, random: Callable[[], Tensor]) -> Pair:
    weights = random()
    return build(K, "fixed:" + ",".join(map(repr, weights.tolist()))), theirs.Constant(weights), "Constant"


def uncertainty(K: int, random: Callable[[], Tensor]) -> Pair:
    return (*alike(build(K, "uncertainty"), "log_variance", theirs.UW(K), "log_var", random().log()), "UW")


def uncertainty_kendall(K: int, random: Callable[[], Tensor]) -> Pair:
    pair = alike(build(K, "uncertainty_kendall"), "log_variance", theirs.UW(K), "log_var", random().log())
    return (*pair, "UW, which knows regressions only")


def dwa(K: int, random: Callable[[], Tensor]) -> Pair:
    ours, oracle = build(K, "dwa"), theirs.DWA()
    before = random()
    for mean in (before, before * (0.5 + torch.rand(K, dtype=torch.float64))):
        oracle(mean)
        oracle.step()
        ours.end_epoch(mean)
    return ours, oracle, "DWA after two epochs"


def geometric_mean(K: int, random: Callable[[], Tensor]) -> Pair:
    return build(K, "geometric_mean"), theirs.GeometricMean(), "GeometricMean"


def scale_invariant(K: int, random: Callable[[], Tensor]) -> Pair:
    return build(K, "scale_invariant"), lambda losses: theirs.Sum()(losses.log()), "Sum of logarithms"


def imtl_l(K: int, random: Callable[[], Tensor]) -> Pair:
    return (*alike(build(K, "imtl_l"), "log_scale", theirs.IMTLL(K), "log_scale", random().log()), "IMTLL")


def famo(K: int, random: Callable[[], Tensor]) -> Pair:
    ours, oracle = build(K, "famo"), theirs.FAMO(K).double()
    for _ in range(20):
        before, after = random(), random()
        for weighting, look_again in ((ours, ours.see_losses_again), (oracle, oracle.update)):
            weighting(before)
            look_again(after)
    return ours, oracle, "FAMO after 20 steps"


def stch(K: int, random: Callable[[], Tensor]) -> Pair:
    ours, nadir = build(K, "stch"), random()
    for _ in range(5):
        ours.end_epoch(nadir)
    oracle = theirs.STCH(1.0, weights=torch.ones(K, dtype=torch.float64))
    return ours, lambda losses: K * oracle((losses / nadir).log()), "K STCH on log(L / n), all preferences 1"


METHODS = (
    equal, fixed, uncertainty, uncertainty_kendall, dwa, geometric_mean, scale_invariant, imtl_l, famo, stch,
)  # fmt: skip
"""All but random: draws cannot be compared."""


def build(K: int, name: str) -> LossWeighting:
    return build_weighting(name, [f"task {k}" for k in range(K)], kinds=["regression"] * K).double()


def alike(
    ours: LossWeighting, name: str, oracle: nn.Module, other: str, value: Tensor
) -> tuple[LossWeighting, nn.Module]:
    """Both with the same learned numbers."""
    for module, parameter in ((ours, name), (oracle, other)):
        setattr(module, parameter, nn.Parameter(value.clone()))
    return ours, oracle


def random_losses(K: int) -> Tensor:
    return (2 * torch.randn(K, dtype=torch.float64)).exp()


def total_and_weights(objective: Callable[[Tensor], Tensor], losses: Tensor) -> Tensor:
    given = losses.clone().requires_grad_()
    total = objective(given)
    (weights,) = torch.autograd.grad(total, given)
    return torch.cat([total.detach()[None], weights])


def errors(method: Callable[[int, Callable[[], Tensor]], Pair]) -> Iterator[tuple[float, str]]:
    """Relative distance of (total, λ) on each loss vector."""
    torch.manual_seed(0)
    for number in range(COUNT):
        K = 2 + number % 4
        ours, oracle, note = method(K, lambda K=K: random_losses(K))
        losses = random_losses(K)
        found, expected = (total_and_weights(objective, losses) for objective in (ours, oracle))
        yield float(((found - expected).abs() / expected.abs()).max()), note


def main() -> None:
    """Measure, print and write."""
    rows = {}
    for method in METHODS:
        measured = list(errors(method))
        rows[method.__name__] = {"error": max(error for error, _ in measured), "torchjd": measured[0][1]}
        print(f"| `{method.__name__}` | {rows[method.__name__]['torchjd']} | {rows[method.__name__]['error']:.0e} |")
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / "torchjd_agreement_losses.json"
    path.write_text(
        json.dumps({"settings": {"count": COUNT}, "torch": torch.__version__, "results": rows}, indent=1) + "\n"
    )


if __name__ == "__main__":
    main()
