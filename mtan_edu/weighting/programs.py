"""Small programs that gradient balancing solves: K unknowns, K the number of tasks. All of them to rounding.

SciPy is loaded when the first is solved; its import costs about a second.
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

RANK_TOLERANCE = 1e-12
"""Eigenvalues of a Gramian below this share of the largest count as 0: singular values of the gradients below 1e-6 of
the largest, which in gradients of float32 are rounding."""

RIDGE = 1e-10
"""What is added to each gradient's squared length of 1 where an equation has no solution without it."""


def square_root(gramian: Float[Tensor, "K K"]) -> Float[Tensor, "K K"]:
    """A matrix R with Rᵀ R = gramian: its columns are as long as the gradients and at the same angles.

    The cosines are decomposed, not the products, so that a short gradient beside a long one keeps its digits.
    """
    norms = gramian.diagonal().sqrt()
    values, vectors = torch.linalg.eigh(gramian / torch.outer(norms, norms))
    return values.clamp(min=0).sqrt()[:, None] * vectors.T * norms


def shortest_mean(vectors: Float[Tensor, "D K"]) -> Float[Tensor, " K"]:
    """argmin_w ‖Σ_k w_k x_k‖ over w ≥ 0 with Σ_k w_k = 1, for the columns x_k.

    Non-negative least squares without the second condition, min_y≥0 ‖Σ y_k x_k‖² + (Σ y_k - 1)², has its minimum at a
    multiple of w: for y = t w the best t leaves l² / (1 + l²), with l the length of Σ w_k x_k, which grows with l.
    """
    lengths = vectors.norm(dim=0)
    shortest = lengths.min()
    if shortest <= RANK_TOLERANCE * lengths.max():
        return torch.nn.functional.one_hot(lengths.argmin(), len(lengths)).to(vectors)
    rows = torch.cat([vectors / shortest, torch.ones_like(lengths)[None]])
    goal = torch.zeros(len(rows), dtype=rows.dtype)
    goal[-1] = 1.0
    multiple = _nonnegative_least_squares(rows, goal)
    return multiple / multiple.sum()


def onto_dual_cone(vectors: Float[Tensor, "D K"], start: Float[Tensor, " K"]) -> Float[Tensor, " K"]:
    """The v with Σ v_k x_k nearest to Σ start_k x_k that opposes no column: ⟨Σ v_k x_k, x_j⟩ ≥ 0 for all j.

    v = argmin ‖Σ v_k x_k‖² over all v ≥ start (Quinton, Rey 2024, proposition 1), so v - start solves a non-negative
    least-squares problem.
    """
    lengths = vectors.norm(dim=0)
    return start + _nonnegative_least_squares(vectors / lengths, -vectors @ start) / lengths


def least_agreeing(
    vectors: Float[Tensor, "D K"], goal: Float[Tensor, " D"], radius: float
) -> Float[Tensor, " K"] | None:
    """argmin_w ⟨x_w, goal⟩ + radius ‖x_w‖ over w ≥ 0 with Σ_k w_k = 1, for x_w = Σ_k w_k x_k; None where x_w = 0.

    With any guess η of ‖x_w‖, 2 ‖x_w‖ ≤ ‖x_w‖²/η + η, with equality for η = ‖x_w‖. The right side makes the program a
    shortest mean, that of the columns moved by η/radius · goal, and its minimum is convex in η: there is one η where
    the guess comes true.
    """
    from scipy.optimize import brentq  # type: ignore[import-untyped]

    def guess(eta: float) -> Tensor:
        return shortest_mean(vectors + eta / radius * goal[:, None])

    def error(eta: float) -> float:
        return float((vectors @ guess(eta)).norm() - eta)

    longest = float(vectors.norm(dim=0).max())
    if error(1e-9 * longest) <= 0:
        return None
    return guess(brentq(error, 1e-9 * longest, 1.001 * longest, xtol=1e-15 * longest, rtol=1e-14))


def solve_power_equation(gramian: Float[Tensor, "K K"], power: float) -> Float[Tensor, " K"]:
    """The w > 0 with gramian w = w^(-power), number by number, power above 0.

    It is the one minimum of ½ wᵀ G w - Σ_k F(w_k), with F' = w^(-power), a convex function: Newton's method finds it,
    with steps that stay above 0 and go down. Unknowns are w times the gradients' lengths, so that it is the cosines
    which are inverted. Where gradients depend on each other there may be no solution; `RIDGE` on the cosines gives one.
    """
    lengths = gramian.diagonal().sqrt()
    cosines = gramian / torch.outer(lengths, lengths) + RIDGE * torch.eye(len(gramian), dtype=gramian.dtype)
    factors = lengths ** (power - 1)

    def value(x: Tensor) -> Tensor:
        integral = x.log() if power == 1 else x ** (1 - power) / (1 - power)
        return 0.5 * x @ cosines @ x - factors @ integral

    x = factors ** (1 / (1 + power))  # the solution for orthogonal gradients
    full_steps = 0  # after the value has come to rest: a number that hardly counts in it may still be on its way
    for _ in range(100):
        wanted = factors * x**-power
        slope = cosines @ x - wanted
        step = -torch.linalg.solve(cosines + torch.diag(power * wanted / x), slope)
        promised = float(-slope @ step) / float(x @ cosines @ x)  # share of the value that the step takes away
        full_steps += promised < 1e-12
        if full_steps > 15 or (slope / wanted).abs().max() < 1e-13:
            break
        length = min(1.0, 0.9 / float((-step / x).max().clamp(min=1e-300)))  # at least a tenth of x remains
        while promised > 1e-12 and value(x + length * step) > value(x) + 1e-4 * length * (slope @ step):
            length /= 2
            if length < 1e-6:  # a value that rounding hides: the minimum of a program without solution is flat
                return x / lengths
        x = x + length * step
    return x / lengths


def _nonnegative_least_squares(matrix: Tensor, goal: Tensor) -> Tensor:
    """argmin_y≥0 ‖matrix y - goal‖."""
    from scipy.optimize import nnls

    return torch.from_numpy(nnls(matrix.numpy(), goal.numpy())[0])
