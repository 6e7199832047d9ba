"""Every weighting for any number of tasks, with what it needs beside its name."""

from __future__ import annotations

from collections.abc import Sequence

from mtan_edu.weighting import GradientBalancing, LossWeighting, available, build_weighting

KINDS = ("classification", "regression", "regression", "classification", "regression")

FIXED = ("0.5", "2", "1.5", "0.25", "3")


def spelled(name: str, order: Sequence[int] = range(3)) -> str:
    """How to ask for the weighting of this name: fixed weights have no default."""
    return "fixed:" + ",".join(FIXED[k] for k in order) if name == "fixed" else name


def example(name: str, order: Sequence[int] = range(3)) -> LossWeighting | GradientBalancing:
    """The weighting of this name for tasks 0, 1, 2, or for others of five tasks in another order."""
    return build_weighting(spelled(name, order), [f"task {k}" for k in order], kinds=[KINDS[k] for k in order])


LOSS_WEIGHTINGS = tuple(name for name in available() if isinstance(example(name), LossWeighting))
"""Those names that stand for a weighting of losses."""
