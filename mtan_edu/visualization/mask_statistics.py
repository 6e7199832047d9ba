"""What attention masks have in common and what they do not, in numbers.

A mask is an array of values in [0, 1] whose last two axes are the pixels. NaN is left out of every statistic; what
has no number left is NaN.
"""

from __future__ import annotations

import numpy as np


def mean(masks: np.ndarray) -> float:
    """How open the masks are: their mean value.

    Args:
        masks: Masks, `(..., h, w)`.

    Returns:
        Mean in [0, 1]; NaN if no value is a number.
    """
    finite = masks[np.isfinite(masks)]
    return float(finite.mean(dtype=np.float64)) if finite.size else float("nan")


def contrast(masks: np.ndarray) -> float:
    """How much the masks vary over the pixels: the spatial standard deviation, mean over channels.

    0 = the same value everywhere, so the mask weighs channels but looks nowhere; 0.5 = half open, half closed.

    Args:
        masks: Masks, `(..., h, w)`.

    Returns:
        Mean of the channels' standard deviations; NaN if no channel has one.
    """
    return mean(channel_contrast(masks))


def channel_contrast(masks: np.ndarray) -> np.ndarray:
    """The spatial standard deviation of every channel.

    Args:
        masks: Masks, `(..., h, w)`.

    Returns:
        Standard deviations, `(...)`; NaN where no pixel is a number.
    """
    known = np.isfinite(masks)
    values = np.where(known, masks, 0).astype(np.float64)
    count = known.sum(axis=(-2, -1))
    share = 1 / np.maximum(count, 1)
    center = values.sum(axis=(-2, -1)) * share
    squares = (np.where(known, values - center[..., None, None], 0) ** 2).sum(axis=(-2, -1))
    return np.where(count > 0, np.sqrt(squares * share), np.nan)


def correlation(first: np.ndarray, second: np.ndarray) -> float:
    """How alike two tasks' masks are: Pearson's correlation over all channels and pixels.

    r = Σ (a - ā)(b - b̄) / √(Σ (a - ā)² Σ (b - b̄)²). Centered: masks lie around 0.5 at the start of training, so
    that the cosine without centering is near 1 although the masks are unrelated.

    Args:
        first: Masks of one task, `(..., h, w)`.
        second: Masks of another task, of the same shape.

    Returns:
        Correlation in [-1, 1]; NaN if one of the two is constant.

    Raises:
        ValueError: If the shapes differ.
    """
    _require_same_shape(first, second)
    both = np.isfinite(first) & np.isfinite(second)
    a, b = first[both].astype(np.float64), second[both].astype(np.float64)
    if a.size == 0 or np.ptp(a) == 0 or np.ptp(b) == 0:
        return float("nan")
    a, b = a - a.mean(), b - b.mean()
    return float(np.clip((a @ b) / np.sqrt((a @ a) * (b @ b)), -1, 1))


def mean_difference(first: np.ndarray, second: np.ndarray) -> float:
    """How far two tasks' masks are apart: mean |a - b| over all channels and pixels.

    Args:
        first: Masks of one task, `(..., h, w)`.
        second: Masks of another task, of the same shape.

    Returns:
        Mean absolute difference in [0, 1].

    Raises:
        ValueError: If the shapes differ.
    """
    _require_same_shape(first, second)
    return mean(np.abs(first.astype(np.float64) - second))


def closed_share(masks: np.ndarray, below: float = 0.1) -> float:
    """How sparse the masks are: the share of gates that are nearly closed.

    Args:
        masks: Masks, `(..., h, w)`.
        below: A gate counts as closed below this value.

    Returns:
        Share in [0, 1]; NaN if no value is a number.
    """
    finite = masks[np.isfinite(masks)]
    return float((finite < below).mean()) if finite.size else float("nan")


def entropy_bits(masks: np.ndarray) -> float:
    """How undecided the masks are: mean entropy of a gate that is open with probability a.

    H(a) = -a log₂ a - (1 - a) log₂(1 - a): 1 where a gate stands at 0.5, 0 where it is open or closed.

    Args:
        masks: Masks, `(..., h, w)`.

    Returns:
        Mean entropy [bits per gate] in [0, 1]; NaN if no value is a number.
    """
    values = masks.astype(np.float64)
    inside = np.where((values > 0) & (values < 1), values, 0.5)
    bits = -(inside * np.log2(inside) + (1 - inside) * np.log2(1 - inside))
    return mean(np.where(np.isfinite(values), np.where(inside == values, bits, 0.0), np.nan))


def kernel_alignment(first: np.ndarray, second: np.ndarray) -> float:
    """Whether two tasks' masks hold the same picture, whichever channels they keep it in: linear CKA.

    CKA = ‖YᵀX‖² / (‖XᵀX‖ ‖YᵀY‖), Frobenius norms; X and Y hold a row for every image and pixel and a column for every
    channel, minus the column's mean. Blind to the order of the channels and to rotations, where the correlation of
    one channel with the other task's channel of the same number is not. Of few rows and many columns CKA is high
    even for noise: compare it with the value at the start.

    Args:
        first: Masks of one task, `(B, C, h, w)`.
        second: Masks of another task, `(B, D, h, w)`.

    Returns:
        CKA in [0, 1]; NaN if one of the two is constant over the pixels, or a value is not a number.

    Raises:
        ValueError: If the two have other images or pixels.

    References:
        Kornblith et al., "Similarity of Neural Network Representations Revisited", ICML 2019, eq. 3-4 with a linear
        kernel.
    """
    if first.shape[0] != second.shape[0] or first.shape[2:] != second.shape[2:]:
        _require_same_shape(first, second)
    x, y = (_centered_columns(masks) for masks in (first, second))
    scale = np.linalg.norm(x.T @ x) * np.linalg.norm(y.T @ y)
    if not scale > 0:  # NaN is not
        return float("nan")
    return float(np.clip(np.linalg.norm(y.T @ x) ** 2 / scale, 0, 1))


def _centered_columns(masks: np.ndarray) -> np.ndarray:
    """(B, C, h, w) to (B h w, C), float64, each column minus its mean."""
    columns = np.moveaxis(masks, 1, -1).reshape(-1, masks.shape[1]).astype(np.float64)
    return columns - columns.mean(axis=0)


def most_varying_channels(masks: np.ndarray, count: int) -> list[int]:
    """The channels with the highest contrast, averaged over tasks, highest first.

    Args:
        masks: Masks of every task at one stage, `(K, C, h, w)`.
        count: How many channels to name; at most C are.

    Returns:
        Channel numbers. Equal contrast: the lower number first. Channels without a number come last.

    Raises:
        ValueError: If `count` is below 1.
    """
    if count < 1:
        raise ValueError(f"`count` must be at least 1; got {count}. Ask for one channel or more.")
    by_task = channel_contrast(masks)
    known = np.isfinite(by_task)
    total = np.where(known, by_task, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    order = np.argsort(np.where(known.any(axis=0), -total, np.inf), kind="stable")
    return [int(channel) for channel in order[:count]]


def _require_same_shape(first: np.ndarray, second: np.ndarray) -> None:
    if first.shape != second.shape:
        raise ValueError(
            f"`second` must have the shape of `first`, {first.shape}; got {second.shape}. "
            "Compare the same stage of two tasks."
        )
