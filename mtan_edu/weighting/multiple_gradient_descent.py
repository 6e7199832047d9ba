"""Balancing by the shortest gradient."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from mtan_edu.weighting.balancing import GramianBalancing
from mtan_edu.weighting.programs import shortest_mean, square_root

NORMALIZATIONS = ("none", "l2", "loss", "loss+")


class MultipleGradientDescent(GramianBalancing):
    """Multiple-Gradient Descent Algorithm (MGDA): the shortest vector that a mean of the gradients can be.

    g = Σ_k λ_k g_k with

        λ = argmin ‖Σ_k λ_k g_k / n_k‖²    over all λ_k ≥ 0 with Σ_k λ_k = 1

    n_k is the task's normalization: 1 ("none"), ‖g_k‖ ("l2"), its loss L_k ("loss") or L_k ‖g_k‖ ("loss+"). Without
    one, a step along -g lowers every loss or, where g = 0, no step can (Pareto stationarity); and the task with the
    smallest gradient gets nearly all the weight. λ never is negative and sums to 1.

    Where the published code differs: the authors (isl-org/MultiObjectiveOptimization) multiply the losses by λ, that
    is the gradients as they are and the tasks' own parameters too, and their example normalizes by "loss+"; LibMTL
    applies λ to the normalized gradients; nash-mtl multiplies by K. Those codes and TorchJD stop an iteration early
    (measured: docs/weightings.md); here the program is solved. The authors' faster bound, MGDA-UB, takes gradients
    at a feature map, which an attention network with many of them does not have.

    References:
        Désidéri, "Multiple-gradient descent algorithm (MGDA) for multiobjective optimization", C. R. Math. 350, 2012.
        Sener, Koltun, "Multi-task learning as multi-objective optimization", NeurIPS 2018, eq. 3; normalizations:
        their code.
    """

    def __init__(self, num_tasks: int, normalization: str = "none") -> None:
        """Balance K tasks.

        Args:
            num_tasks: K.
            normalization: n_k: "none", "l2", "loss" or "loss+".

        Raises:
            ValueError: If the normalization is unknown.
        """
        super().__init__(num_tasks)
        if normalization not in NORMALIZATIONS:
            raise ValueError(
                f"`normalization` must be one of {', '.join(NORMALIZATIONS)}; got {normalization!r}. "
                "none is the method itself."
            )
        self.normalization = normalization

    def weights_for(self, gramian: Float[Tensor, "K K"], losses: Float[Tensor, " K"]) -> Float[Tensor, " K"]:
        """λ of all tasks, `(K,)`. A loss of 0 cannot normalize: its task is left out, as one without a gradient."""
        size = torch.ones_like(losses)
        if self.normalization in ("l2", "loss+"):
            size = size * gramian.diagonal().sqrt()
        if self.normalization in ("loss", "loss+"):
            size = size * losses
        scale = torch.where(size > 0, 1 / size, 0.0)
        return super().weights_for(scale[:, None] * gramian * scale, losses)

    def weights_from(self, gramian: Float[Tensor, "K K"]) -> Float[Tensor, " K"]:
        """The weights of the shortest mean, `(K,)`."""
        return shortest_mean(square_root(gramian))

    def extra_repr(self) -> str:
        """What `print` shows."""
        return f"{super().extra_repr()}, normalization={self.normalization!r}"
