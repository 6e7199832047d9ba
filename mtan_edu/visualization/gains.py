"""Δm: which method gains how much over a baseline, with every seed to see."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from mtan_edu.records import GainRecord
from mtan_edu.visualization.style import TextFigure, add_title, figure_style, new_figure
from mtan_edu.visualization.words import number, plural

CONVENTIONS: Mapping[str, str] = {"task": "mean over tasks", "metric": "mean over metrics"}
"""The two averages that are called Δm."""

_MEAN, _SEED = "#111111", "#0072B2"


def delta_m_table(methods: Mapping[str, GainRecord]) -> pd.DataFrame:
    """Δm of every method in both conventions, and what it gains on each task [percent].

    Args:
        methods: Method to its gains over the baseline.

    Returns:
        A row per method, with "Δm per task" and "Δm per metric" (mean over the seeds), the standard deviation of each
        ("±"), the number of "seeds", and a column per task: its mean gain over metrics and seeds.

    Raises:
        ValueError: If there is no method, or they were compared with different baselines.
    """
    _require_one_baseline(methods)
    rows = {}
    for name, record in methods.items():
        row: dict[str, float] = {}
        for per in CONVENTIONS:
            row[f"Δm per {per}"], row[f"± per {per}"], row["seeds"] = record.spread(per)
        rows[name] = row | {
            task: float(np.mean([np.mean(list(gains[task].values())) for gains in record.gains]))
            for task in record.gains[0]
        }
    table = pd.DataFrame(rows).T
    table["seeds"] = table["seeds"].astype(int)
    return table


@figure_style()
def show_delta_m(methods: Mapping[str, GainRecord], per: str | Sequence[str] = ("task", "metric")) -> TextFigure:
    """Draw what every method gains over the baseline: a dot per seed, a bar at their mean.

    Args:
        methods: Method to its gains over the baseline; drawn from top to bottom.
        per: "task", "metric", or both: a panel for each average.

    Returns:
        The figure. Right of zero is better than the baseline. A seed whose Δm is NaN has no dot, and its method no
        mean: the panel says so.

    Raises:
        ValueError: If there is no method, a convention is unknown, or the baselines differ.
    """
    _require_one_baseline(methods)
    shown = (per,) if isinstance(per, str) else tuple(per)
    for one in shown:
        if one not in CONVENTIONS:
            raise ValueError(f"`per` must be task, metric or both; got {one!r}. They are two different averages.")
    figure = new_figure(3.0 + 4.6 * len(shown), 1.7 + 0.42 * len(methods))
    first: Axes | None = None
    for place, one in enumerate(shown, start=1):
        ax = figure.add_subplot(1, len(shown), place, sharex=first, sharey=first)
        _draw(ax, methods, one)
        ax.tick_params(labelleft=first is None)
        first = first or ax
    if first is not None:
        first.invert_yaxis()
    baseline = next(iter(methods.values())).baseline
    add_title(figure, f"Gain over {baseline}, Δm")
    figure.alt = _describe(methods, shown, baseline)
    return figure


def _draw(ax: Axes, methods: Mapping[str, GainRecord], per: str) -> None:
    ax.axvline(0, color="#555555", linewidth=1.5)
    for row, record in enumerate(methods.values()):
        values = record.delta_m(per)
        mean = float(values.mean())
        ax.scatter(values, np.full(len(values), row), s=36, facecolors="none", edgecolors=_SEED, linewidths=1.6)
        if math.isfinite(mean):
            ax.plot([mean, mean], [row - 0.32, row + 0.32], color=_MEAN, linewidth=3, solid_capstyle="butt")
        else:
            ax.annotate("not measurable", (0, row), (6, 0), textcoords="offset points", va="center", fontsize=11)
    ax.set_yticks(range(len(methods)), list(methods))
    ax.set_ylim(-0.6, len(methods) - 0.4)
    ax.margins(x=0.08)
    ax.set_title(CONVENTIONS[per])
    ax.set_xlabel("← worse      Δm [%]      better →")


def _describe(methods: Mapping[str, GainRecord], shown: Sequence[str], baseline: str) -> str:
    sentences = []
    for per in shown:
        parts = [f"{name} {_in_words(record, per)}" for name, record in methods.items()]
        sentences.append(f"{CONVENTIONS[per].capitalize()}: {'; '.join(parts)}.")
    seeds = sorted({len(record.gains) for record in methods.values()})
    of = plural(seeds[0], "seed") if len(seeds) == 1 else f"{seeds[0]} to {seeds[-1]} seeds"
    return (
        f"Δm of {plural(len(methods), 'method')} over {baseline}, {of} each, positive = better. {' '.join(sentences)}"
    )


def _in_words(record: GainRecord, per: str) -> str:
    mean, deviation, count = record.spread(per)
    if not math.isfinite(mean):
        return "could not be measured"
    return f"{number(mean)} %" if count == 1 else f"{number(mean)} ± {number(deviation)} %"


def _require_one_baseline(methods: Mapping[str, GainRecord]) -> None:
    if not methods:
        raise ValueError("`methods` must hold the gains of at least one method; got none. Pass {name: record}.")
    baselines = sorted({record.baseline for record in methods.values()})
    if len(baselines) > 1:
        raise ValueError(
            f"`methods` must be compared with one baseline; got {' and '.join(baselines)}. "
            "Gains over different baselines say nothing about each other."
        )
