"""How fast each task learns, and what Dynamic Weight Average makes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from mtan_edu.visualization.curves import marker_step, nest
from mtan_edu.visualization.series import Run, epoch_axis, epochs_of
from mtan_edu.visualization.style import TextFigure, add_title, figure_style, new_figure, task_styles
from mtan_edu.visualization.words import span, trend


def training_rates(run: Run) -> dict[str, np.ndarray]:
    """The training rate of every task, w_k(t) = L_k(t) / L_k(t-1): below 1 = its loss falls.

    Args:
        run: A RunRecord, or EpochRecords in order.

    Returns:
        Task to its rates in epochs 2, 3, ..., `(epochs - 1,)`; 1 after a loss of 0.

    Raises:
        ValueError: If no epoch is finished.

    References:
        Liu et al., CVPR 2019, eq. 7.
    """
    epochs = epochs_of(run)
    losses = {task: np.array([e.train_losses[task] for e in epochs]) for task in epochs[-1].train_losses}
    return {task: _ratio(of[1:], of[:-1]) for task, of in losses.items()}


def average_weights(rates: Sequence[float] | np.ndarray, temperature: float = 2.0) -> np.ndarray:
    """The weights that Dynamic Weight Average gives for these rates: λ_k = K exp(w_k / T) / Σ_i exp(w_i / T).

    Args:
        rates: w of each task, `(K,)`.
        temperature: T, above 0.

    Returns:
        λ of each task, `(K,)`; they sum to K.

    Raises:
        ValueError: If `temperature` is not above 0.

    References:
        Liu et al., CVPR 2019, eq. 7.
    """
    if not temperature > 0:
        raise ValueError(f"`temperature` must be above 0; got {temperature}. The paper uses 2.0.")
    exponents = np.asarray(rates, dtype=float) / temperature
    powers = np.exp(exponents - exponents.max())
    return np.asarray(len(powers) * powers / powers.sum())


@figure_style()
def show_training_rates(run: Run, temperature: float = 2.0) -> TextFigure:
    """Draw every task's training rate, and the weights that Dynamic Weight Average would derive from it.

    Args:
        run: A RunRecord, or EpochRecords in order; of a training with any weighting.
        temperature: T of the weights.

    Returns:
        The figure. Left: w, below 1 where the loss fell. Right: λ, for the epoch after; 1 in the first two.

    Raises:
        ValueError: If less than two epochs are finished, or `temperature` is not above 0.
    """
    epochs = epochs_of(run)
    if len(epochs) < 2:
        raise ValueError(f"`run` must have two finished epochs; got {len(epochs)}. A rate compares one with the next.")
    rates = training_rates(run)
    by_epoch = np.array(list(rates.values())).T  # (epochs - 1, K)
    weights = np.array([np.ones(len(rates))] * 2 + [average_weights(row, temperature) for row in by_epoch])
    numbers = [epoch.epoch for epoch in epochs]
    figure = new_figure(11.5, 4.4)
    left, right = figure.add_subplot(1, 2, 1), figure.add_subplot(1, 2, 2)
    left.axhline(1, color="#555555", linewidth=1.5)
    _draw(left, numbers[1:], rates)
    _draw(right, [*numbers, numbers[-1] + 1], dict(zip(rates, weights.T, strict=True)))
    left.set(ylabel="training rate w", title="below 1: the loss falls")
    right.set(ylabel="loss weight λ", title=f"Dynamic Weight Average, T = {temperature:g}")
    figure.legend(*left.get_legend_handles_labels(), loc="outside right center")
    add_title(figure, f"How fast does each task learn? {span(numbers).capitalize()}")
    words = "; ".join(trend(task, of.tolist()) for task, of in rates.items())
    last = ", ".join(f"{task} {weight:.3f}" for task, weight in zip(rates, weights[-1], strict=True))
    figure.alt = f"Training rates: {words}. With T = {temperature:g} the next epoch's weights are {last}."
    return figure


def _draw(ax: Axes, numbers: Sequence[int], values: Mapping[str, np.ndarray]) -> None:
    lines = {}
    for task, style in task_styles(values).items():
        (lines[task],) = ax.plot(
            numbers, values[task], label=task, color=style.color, linestyle=style.dash, marker=style.marker,
            markevery=marker_step(len(numbers)),
        )  # fmt: skip
    nest(lines)
    epoch_axis(ax, numbers[-1], numbers[0])
    ax.set_xlabel("epoch")


def _ratio(last: np.ndarray, before: np.ndarray) -> np.ndarray:
    ratio = np.ones(len(last))
    np.divide(last, before, out=ratio, where=before != 0)
    return ratio
