"""How far surface normals point from the truth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from mtan_edu.tasks.activations import unit_vectors
from mtan_edu.tasks.checks import check_same_shape
from mtan_edu.tasks.losses import has_direction

LIMITS_DEG = (11.25, 22.5, 30.0)
"""Angles within which a normal counts as right (Liu et al., CVPR 2019, table 3)."""


class NormalMetrics:
    """Angle errors in degrees, pooled over every pixel of a set whose normal is known.

    θ_p = arccos(û_p · n_p), with û the predicted direction and n the true normal, over the pixels V where n is known:

        angle_mean, angle_median    of θ over V  [degrees]; of an even number, the mean of the two middle angles
        within_11.25, _22.5, _30    share of V with θ below the limit  [fraction]

    A prediction without direction, (0, 0, 0), is 90 degrees off. The exact median needs every angle: 4 bytes a pixel
    (8 for float64 predictions) are kept in main memory and twice that during `compute`; 289 MB for the 654 validation
    images of NYUv2 at 288x384.

    References:
        Liu et al., CVPR 2019, section 4.1.2 and table 3. Differs: the authors' code takes each figure per batch and
        averages over batches, so that its "median" is a mean of medians; it also drops valid normals whose components
        sum to 0. On one batch without such normals the two agree.
    """

    higher_is_better: ClassVar[Mapping[str, bool]] = {
        "angle_mean": False,
        "angle_median": False,
        **{f"within_{limit:g}": True for limit in LIMITS_DEG},
    }

    def __init__(self) -> None:
        """Start with no pixel seen."""
        self.angles_deg: list[np.ndarray] = []  # one array per batch

    @torch.no_grad()
    def update(self, output: Float[Tensor, "B 3 H W"], target: Float[Tensor, "B 3 H W"]) -> None:
        """Keep the angles of one batch.

        Args:
            output: Predicted vectors of any length, `(B, 3, H, W)`.
            target: True unit normals, `(B, 3, H, W)`; (0, 0, 0) where unknown.

        Raises:
            ValueError: If the shapes differ.
        """
        check_same_shape(output, target)
        cosine = (unit_vectors(output) * target).sum(dim=1)[has_direction(target)]  # (|V|,)
        # Rounding may carry a cosine past 1, where arccos is NaN; a cosine that is NaN itself passes the clamp.
        self.angles_deg.append(cosine.clamp(-1, 1).acos().rad2deg().cpu().numpy())

    def compute(self) -> dict[str, float]:
        """Figures over all batches so far; NaN if no normal was known or a prediction was not finite."""
        angles_deg = np.concatenate([np.empty(0, np.float32), *self.angles_deg])
        if len(angles_deg) == 0 or np.isnan(angles_deg).any():
            return dict.fromkeys(self.higher_is_better, float("nan"))
        return {
            "angle_mean": float(angles_deg.mean(dtype=np.float64)),
            "angle_median": float(np.median(angles_deg, overwrite_input=True)),  # reorders the angles, not a third copy
            **{f"within_{limit:g}": float((angles_deg < limit).mean()) for limit in LIMITS_DEG},
        }
