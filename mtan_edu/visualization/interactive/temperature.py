"""What Dynamic Weight Average would have made of recorded losses, for any temperature, without a training."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from mtan_edu.visualization.curves import marker_step, nest
from mtan_edu.visualization.interactive.block import InteractiveFigure
from mtan_edu.visualization.series import epoch_axis
from mtan_edu.visualization.style import TextFigure, add_title, figure_style, new_figure, task_styles
from mtan_edu.visualization.training_rates import average_weights
from mtan_edu.visualization.words import plural

_SHOWN = (0.1, 0.5, 2.0, 10.0)
_SVG_DASHES = ("", "10 3", "3 2.5", "12 3 3 3", "6 2 2 2 2 2")


def replay_weights(losses: Mapping[str, Sequence[float]], temperature: float = 2.0) -> InteractiveFigure:
    """Recompute the weights of Dynamic Weight Average from recorded losses, with a slider for the temperature.

        replay_weights({task: [e.train_losses[task] for e in run.epochs] for task in run.tasks})

    Nothing is trained again: it shows what the rule says of these losses. A training with other weights would have
    had other losses.

    Args:
        losses: Task to its mean unweighted training loss in every epoch, in order; two epochs or more.
        temperature: Where the slider begins, from 0.1 to 100.

    Returns:
        A picture for four temperatures, and the block with the slider. The weights of the epoch after the last are
        shown, too.

    Raises:
        ValueError: If there is no task, there are fewer than two epochs, tasks have different numbers of them, a loss
            is not finite, or the temperature is out of range.
    """
    _check(losses, temperature)
    styles = task_styles(losses)
    tasks = [
        {
            "name": task,
            "losses": [float(value) for value in losses[task]],
            "color": style.color,
            "dash": _SVG_DASHES[place % len(_SVG_DASHES)],
        }
        for place, (task, style) in enumerate(styles.items())
    ]
    data = {"tasks": tasks, "temperature": float(temperature)}
    name = "Weights of Dynamic Weight Average for any temperature"
    return InteractiveFigure(show_temperatures(losses, _SHOWN), "temperature.js", data, name)


@figure_style()
def show_temperatures(losses: Mapping[str, Sequence[float]], temperatures: Sequence[float] = _SHOWN) -> TextFigure:
    """Draw the weights that Dynamic Weight Average gives for the same losses at several temperatures.

    Args:
        losses: Task to its mean unweighted training loss in every epoch.
        temperatures: T of each panel, above 0.

    Returns:
        The figure: a panel per temperature, on one scale.
    """
    values = np.array([list(of) for of in losses.values()], dtype=float)  # (K, epochs)
    before, last = values[:, :-1], values[:, 1:]
    rates = np.divide(last, before, out=np.ones_like(last), where=before != 0)
    figure = new_figure(3.1 * len(temperatures) + 1.2, 3.7)
    words, numbers = [], range(1, values.shape[1] + 2)
    for place, temperature in enumerate(temperatures, start=1):
        weights = np.array([np.ones(len(values))] * 2 + [average_weights(w, temperature) for w in rates.T])
        ax = figure.add_subplot(1, len(temperatures), place)
        lines = {}
        for k, (task, style) in enumerate(task_styles(losses).items()):
            (lines[task],) = ax.plot(
                numbers, weights[:, k], color=style.color, linestyle=style.dash, marker=style.marker, label=task,
                markevery=marker_step(len(numbers)),
            )  # fmt: skip
        nest(lines)
        epoch_axis(ax, numbers[-1])
        ax.set(ylim=(-0.05, len(values) + 0.05), xlabel="epoch", title=f"T = {temperature:g}")
        ax.tick_params(labelleft=place == 1)
        parts = ", ".join(f"{task} {weight:.2f}" for task, weight in zip(losses, weights[-1], strict=True))
        words.append(f"T = {temperature:g}: {parts}")
    figure.axes[0].set_ylabel("loss weight λ")
    figure.legend(*figure.axes[0].get_legend_handles_labels(), loc="outside right center")
    add_title(figure, "Dynamic Weight Average on the same losses")
    after = plural(values.shape[1], "epoch")
    figure.alt = f"Weights of Dynamic Weight Average after {after} at several temperatures. {'; '.join(words)}."
    return figure


def _check(losses: Mapping[str, Sequence[float]], temperature: float) -> None:
    lengths = {len(of) for of in losses.values()}
    if len(lengths) != 1 or min(lengths) < 2:
        raise ValueError(
            f"`losses` must hold the losses of two epochs or more, as many for every task; got {sorted(lengths)} "
            f"for {plural(len(losses), 'task')}. Take them from the records of a run."
        )
    for task, of in losses.items():
        wrong = [value for value in of if not math.isfinite(value)]
        if wrong:
            raise ValueError(f"`losses` must be finite; got {wrong[0]} for {task}. Leave the broken epochs out.")
    if not 0.1 <= temperature <= 100:
        raise ValueError(f"`temperature` must be from 0.1 to 100; got {temperature}. The paper uses 2.0.")
