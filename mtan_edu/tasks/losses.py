"""The losses of the tasks: from a network's raw output and a target to one number.

All three are means over the valid pixels V of the whole batch (for whole images, over the valid images), and share
three promises. No valid pixel gives loss 0 with a zero gradient, never 0/0. Half precision is computed in float32. And
the sums are plain sums over a map that is 0 outside of V, which CUDA computes in one fixed order: the same bits in
every run.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int
from torch import Tensor

from mtan_edu.data import IGNORE_LABEL
from mtan_edu.tasks.activations import at_least_float32, unit_vectors
from mtan_edu.tasks.checks import check_labels, check_same_shape


def cross_entropy(logits: Float[Tensor, "B N *S"], target: Int[Tensor, "B *S"]) -> Float[Tensor, ""]:
    """Cross-entropy over the labelled pixels, or over the labelled images.

    L = -1/|V| Σ_{p ∈ V} log ŷ_p[y_p], with V the labelled pixels (images) and ŷ_p[n] the probability of class n at p.

    Args:
        logits: Unnormalized scores (log-probabilities give the same loss), `(B, N, H, W)`, or `(B, N)` for images.
        target: Class of each pixel, `(B, H, W)`, or image, `(B,)`; IGNORE_LABEL where unknown.

    Returns:
        Mean loss [nats per pixel, or per image], `()`. Zero if nothing is labelled.

    Raises:
        ValueError: If the shapes do not fit, or a label is neither a class nor IGNORE_LABEL.
        TypeError: If the labels are not integers.

    References:
        Liu et al., CVPR 2019, eq. 4. Differs: unlabelled pixels are left out of the mean, as in the authors' code.
        For whole images that code computes -log(ŷ + 1e-20) from the softmax itself: a loss of at most 46, and no
        gradient where ŷ has become 0 in float32. The logarithm taken here, of the scores, has neither limit; below 46
        the two agree.
    """
    check_labels(logits, target)
    # One loss per pixel: CUDA's own mean adds the pixels up in a new order every time.
    per_pixel = F.cross_entropy(
        at_least_float32(logits), target.long(), ignore_index=IGNORE_LABEL, reduction="none"
    )  # (B, H, W), or (B,)
    return _mean_over(target != IGNORE_LABEL, per_pixel)


def absolute_error(prediction: Float[Tensor, "B 1 H W"], target: Float[Tensor, "B 1 H W"]) -> Float[Tensor, ""]:
    """Mean absolute error over the pixels whose depth is known.

    L = 1/|V| Σ_{p ∈ V} |ŷ_p - y_p|, with V the pixels whose true depth is not 0.

    Args:
        prediction: Depth, `(B, 1, H, W)`.
        target: True depth, `(B, 1, H, W)`; 0 where unknown.

    Returns:
        Mean error [unit of the depths], `()`. Zero if no depth is known.

    Raises:
        ValueError: If the shapes differ.

    References:
        Liu et al., CVPR 2019, eq. 5. Differs: unknown depths are left out of the mean, as in the authors' code.
    """
    check_same_shape(prediction, target)
    return _mean_over(target != 0, (at_least_float32(prediction) - target).abs())


def cosine_distance(prediction: Float[Tensor, "B C H W"], target: Float[Tensor, "B C H W"]) -> Float[Tensor, ""]:
    """How far predicted directions point from the true ones: 1 - mean cosine over the known pixels.

    L = 1/|V| Σ_{p ∈ V} (1 - û_p · n_p), with û = ŷ / ‖ŷ‖ and V the pixels where a component of n is not 0.

    Args:
        prediction: Vectors of any length, `(B, C, H, W)`; one of length 0 counts as cosine 0.
        target: True unit vectors, `(B, C, H, W)`; all components 0 where unknown.

    Returns:
        Loss in [0, 2], `()`. Zero if no direction is known.

    Raises:
        ValueError: If the shapes differ.

    References:
        Liu et al., CVPR 2019, eq. 6, is the mean cosine with a minus sign. Differs: 1 is added, as in the authors'
        code, because a negative loss would turn Dynamic Weight Average around and leave uncertainty weighting without
        a minimum. Differs from that code: it also drops valid normals whose components happen to sum to 0.
    """
    check_same_shape(prediction, target)
    cosine = (unit_vectors(prediction) * target).sum(dim=1)  # (B, H, W)
    return _mean_over(has_direction(target), 1 - cosine)


def has_direction(target: Float[Tensor, "B C H W"]) -> Bool[Tensor, "B H W"]:
    """Where a normal is known: where any of its components is not 0."""
    return (target != 0).any(dim=1)


def _mean_over(valid: Tensor, per_pixel: Tensor) -> Tensor:
    """Mean of `per_pixel` where `valid`; 0 if that is nowhere."""
    total = torch.where(valid, per_pixel, 0.0).sum()
    return total / valid.sum().clamp(min=1)
