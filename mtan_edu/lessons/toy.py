"""Two parameters, two tasks, two valleys: small enough to see where every method goes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from mtan_edu.records import LandscapeRecord, TrajectoryRecord
from mtan_edu.training.optimizer import Adam
from mtan_edu.weighting import LossWeighting, available, build_weighting

TASKS = ("left", "right")
MINIMA = {"left": (-1.5, 1.0), "right": (1.5, 1.0)}
STARTS = ((-3.2, -2.6), (0.0, -3.0), (3.2, -2.6))
"""In the left valley's lower end, between the two, and in the right one's."""

SCALES = (1.0, 0.4)
STEPS_PER_EPOCH = 20
"""After so many steps the methods that think in epochs are told that one has ended."""


def two_valleys(parameters: Float[Tensor, "*N 2"]) -> Float[Tensor, "*N 2"]:
    """The losses of both tasks.

        u_left  = x + 1.5 - 0.35 (y - 1)        how far from the floor of the left valley
        u_right = x - 1.5 + 0.35 (y - 1)        of the right one: both lean inwards, towards higher y
        L_k = s_k ( log(1 + u_k²) + 0.2 (y - 1)² + 0.1 ),     s_left = 1, s_right = 0.4

    Each floor falls towards y = 1, where the task's minimum is: 0.1 s_k at (∓1.5, 1). Far below, both tasks want
    upwards and disagree on left and right; the nearer to the minima, the more they disagree, until between them their
    gradients point apart. On the middle line one gradient is 2.5 times as long as the other.

    Args:
        parameters: x and y, `(..., 2)`.

    Returns:
        Losses of "left" and "right", `(..., 2)`.

    References:
        Our own formula, in the manner of the toys in the papers of PCGrad (Yu et al., NeurIPS 2020), CAGrad (Liu et
        al., NeurIPS 2021), Nash-MTL (Navon et al., ICML 2022) and FAMO (Liu et al., NeurIPS 2023).
    """
    x, y = parameters[..., 0], parameters[..., 1]
    floors = torch.stack([x + 1.5 - 0.35 * (y - 1), x - 1.5 + 0.35 * (y - 1)], dim=-1)
    return (floors.square().log1p() + 0.2 * (y - 1).square()[..., None] + 0.1) * parameters.new_tensor(SCALES)


def two_valleys_record(columns: int = 101, rows: int = 81, points: int = 25) -> LandscapeRecord:
    """The losses on a grid, with the Pareto front: where no task can gain unless the other loses.

    Args:
        columns: Of the grid, from x = -5 to 5.
        rows: Of the grid, from y = -4 to 4.
        points: Of the front.
    """
    x, y = torch.linspace(-5, 5, columns, dtype=torch.float64), torch.linspace(-4, 4, rows, dtype=torch.float64)
    grid = torch.stack(torch.meshgrid(x, y, indexing="xy"), dim=-1)  # (rows, columns, 2)
    losses = two_valleys(grid).movedim(-1, 0)
    return LandscapeRecord(TASKS, x.numpy(), y.numpy(), losses.numpy(), MINIMA, _front(points))


def trajectories(
    methods: str | Iterable[str] | None = None,
    starts: Sequence[tuple[float, float]] = STARTS,
    steps: int = 200,
    rate: float = 0.05,
) -> list[TrajectoryRecord]:
    """Where methods go on the two valleys, from several starts, with Adam.

    Both parameters are shared by both tasks. A method's own parameters move along at the same rate.

    Args:
        methods: Names that `build_weighting` knows; None = all that `available` lists and that need no further word.
        starts: x and y of each start.
        steps: Steps of each trajectory.
        rate: Adam's learning rate.

    Returns:
        A record per method.

    Raises:
        ValueError: If a method is unknown, or a loss is not finite.
    """
    names = [methods] if isinstance(methods, str) else list(ready_methods() if methods is None else methods)
    records = []
    for name in names:
        paths = [_walk(name, start, steps, rate) for start in starts]
        points, losses, weights = (np.stack(parts) for parts in zip(*paths, strict=True))
        records.append(TrajectoryRecord(name, points, losses, weights))
    return records


def ready_methods() -> tuple[str, ...]:
    """Every name of `available` that makes a method for two tasks without a further word."""
    ready = []
    for name in available():
        try:
            _build(name)
        except ValueError:  # such as fixed, which must be told the weights
            continue
        ready.append(name)
    return tuple(ready)


def _build(name: str) -> Any:
    """A weighting of losses or a balancing of gradients: two kinds of method, told apart where a step is made."""
    return build_weighting(name, TASKS, kinds=("regression", "regression"))


def _walk(name: str, start: tuple[float, float], steps: int, rate: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Points `(steps + 1, 2)`, losses `(steps + 1, 2)` and weights λ `(steps, 2)`."""
    method = _build(name)
    place = nn.Parameter(torch.tensor(start, dtype=torch.float64))
    optimizer = Adam({"place": place, **dict(method.named_parameters())})
    points, losses, weights = [], [], []
    for step in range(steps + 1):
        of_tasks = two_valleys(place)
        points.append(place.detach().clone())
        losses.append(of_tasks.detach())
        if step == steps:
            break
        optimizer.zero_grad()
        if isinstance(method, LossWeighting):
            method(of_tasks).backward()
        else:
            rows = [torch.autograd.grad(loss, place, retain_graph=True)[0] for loss in of_tasks]
            place.grad = method(torch.stack(rows), of_tasks.detach())
        weights.append(method.weights().double())
        optimizer.step(rate)
        if isinstance(method, LossWeighting) and method.looks_again:
            method.see_losses_again(two_valleys(place).detach())
        if (step + 1) % STEPS_PER_EPOCH == 0:
            method.end_epoch(torch.stack(losses[-STEPS_PER_EPOCH:]).mean(dim=0))
    return torch.stack(points).numpy(), torch.stack(losses).numpy(), torch.stack(weights).numpy()


def _front(points: int) -> np.ndarray:
    """From the left minimum to the right one: the lowest right loss for every left loss, `(points, 2)`."""
    from scipy.optimize import minimize  # type: ignore[import-untyped]  # here: it takes its time to load

    def loss(task: int, at: np.ndarray) -> float:
        return float(two_valleys(torch.from_numpy(at))[task])

    ends = [np.array(MINIMA[task]) for task in TASKS]
    share = np.linspace(0, 1, points)
    share = share**2 * (3 - 2 * share)  # denser at both ends, where a loss hardly changes
    levels = loss(0, ends[0]) + share * (loss(0, ends[1]) - loss(0, ends[0]))
    front = [ends[0]]
    for level in levels[1:-1]:
        found = minimize(
            lambda at: loss(1, at), front[-1] + [0.02, 0.02], method="SLSQP", options={"ftol": 1e-10},
            constraints={"type": "ineq", "fun": lambda at, level=level: level - loss(0, at)},
        )  # fmt: skip
        front.append(found.x)
    return np.array([*front, ends[1]])
