"""Methods of TorchJD in place of ours. TorchJD is loaded when one is asked for: its solvers take a second to import."""

from __future__ import annotations

import difflib
import importlib.util
import inspect
import re
from typing import TYPE_CHECKING, Any

import torch
from jaxtyping import Float
from torch import Tensor

from mtan_edu.weighting.balancing import GradientBalancing
from mtan_edu.weighting.base import LossWeighting
from mtan_edu.weighting.gramian import gramian_of
from mtan_edu.weighting.programs import RANK_TOLERANCE

if TYPE_CHECKING:
    from torchjd.aggregation import Aggregator
    from torchjd.scalarization import Scalarizer

INSTALL = "pip install 'mtan-edu[torchjd]'"

OURS = {"DWA": "dwa", "FAMO": "famo", "GradVac": "gradvac", "NashMTL": "nash_mtl"}
"""What to take instead of a method whose state TorchJD does not save."""

RESUMABLE = ("UW", "IMTLL")
"""Methods that TorchJD calls stateful whose whole state are parameters, so that it is saved and resumed."""


class TorchJDBalancing(GradientBalancing):
    """An aggregator of TorchJD on the tasks' gradients.

    λ is what it says, or for those that do not weigh whole gradients (GradDrop, ConFIG, TrimmedMean) the λ with which
    Σ_k λ_k g_k comes nearest to its result. What it draws at random comes from torch's global generator: seeded anew in
    every epoch of a training, so that a resumed one draws the same. A task without a gradient is not left out.

    References:
        Quinton, Rey, "Jacobian descent for multi-objective optimization", 2024; https://torchjd.org, version 0.18.
    """

    def __init__(self, num_tasks: int, aggregator: Aggregator) -> None:
        """Balance K tasks."""
        super().__init__(num_tasks)
        self.aggregator = aggregator

    def combine(self, gradients: Float[Tensor, "K P"], losses: Float[Tensor, " K"]) -> Float[Tensor, " P"]:
        """What the aggregator makes of the gradients."""
        from torchjd.aggregation import WeightedAggregator

        if isinstance(self.aggregator, WeightedAggregator):
            weights = self.aggregator.weighting(gradients)
            self.last_weights.copy_(weights)
            return weights @ gradients
        result = self.aggregator(gradients)
        along = (gradients @ result).cpu().double()
        self.last_weights.copy_(torch.linalg.pinv(gramian_of(gradients), rtol=RANK_TOLERANCE, hermitian=True) @ along)
        return result

    def extra_repr(self) -> str:
        """What `print` shows."""
        return f"{super().extra_repr()}, torchjd"


class TorchJDWeighting(LossWeighting):
    """A scalarizer of TorchJD on the tasks' losses. λ_k = ∂L/∂L_k.

    What it draws at random comes from torch's global generator, seeded anew in every epoch of a training.

    References:
        https://torchjd.org, version 0.18.
    """

    last_weights: Tensor

    def __init__(self, num_tasks: int, scalarizer: Scalarizer) -> None:
        """Weight K tasks."""
        super().__init__(num_tasks)
        self.scalarizer = scalarizer
        self.register_buffer("last_weights", torch.ones(num_tasks, dtype=torch.float64))

    @torch.enable_grad()
    def combine(self, losses: Float[Tensor, " K"]) -> Float[Tensor, ""]:
        """What the scalarizer makes of the losses."""
        given = losses if losses.requires_grad else losses.detach().requires_grad_()
        total = self.scalarizer(given)
        self.last_weights.copy_(torch.autograd.grad(total, given, retain_graph=True)[0])
        return total if losses.requires_grad else total.detach()

    def weights(self) -> Float[Tensor, " K"]:
        """λ at the losses of the last call, `(K,)`, float64; 1 before the first."""
        return self.last_weights.clone()


def torchjd_method(asked: str, num_tasks: int) -> GradientBalancing | LossWeighting:
    """A method of TorchJD by its name there, with numbers or words for its parameters.

        torchjd_method("UPGrad", 3)
        torchjd_method("CAGrad(c=0.4)", 3)
        torchjd_method("scalarization.Mean", 3)     # where an aggregator has the same name

    Args:
        asked: The name. What a method wants to know of the number of tasks, it is told.
        num_tasks: K.

    Raises:
        ValueError: If TorchJD is not installed or has no such method, its parameters are others, or it keeps a state
            that cannot be saved.
    """
    if importlib.util.find_spec("torchjd") is None:
        raise ValueError(
            f"`weighting` must be one of this library where TorchJD is not installed; got torchjd:{asked}. "
            f"Install it: {INSTALL}."
        )
    name, settings = _parse(asked)
    method = _find(name)
    _refuse_forgetful(method)
    built = _build(method, settings, asked, num_tasks)
    from torchjd.aggregation import Aggregator

    return TorchJDBalancing(num_tasks, built) if isinstance(built, Aggregator) else TorchJDWeighting(num_tasks, built)


def _parse(asked: str) -> tuple[str, dict[str, Any]]:
    """The name, and the values of the parameters."""
    match = re.fullmatch(r"\s*([\w.]+)\s*(?:\(([^()]*)\))?\s*", asked)
    parts = [part for part in (match[2] or "").split(",") if part.strip()] if match else []
    pairs = [re.fullmatch(r"\s*(\w+)\s*=\s*['\"]?([\w.+-]+)['\"]?\s*", part) for part in parts]
    if match is None or not all(pairs):
        raise ValueError(
            f"`weighting` must be torchjd:NAME or torchjd:NAME(parameter=number, ...); got torchjd:{asked}. "
            "Write torchjd:CAGrad(c=0.4), for example."
        )
    return match[1], {pair[1]: _value(pair[2]) for pair in pairs if pair}


def _value(text: str) -> int | float | bool | str:
    """An integer, a number, True or False; anything else is a word."""
    if text in ("True", "False"):
        return text == "True"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _find(name: str) -> type:
    """The class of this name: an aggregator before a scalarizer."""
    from torchjd import aggregation, scalarization

    bases = {"Aggregator", "WeightedAggregator", "GramianWeightedAggregator", "Scalarizer"}
    known: dict[str, type] = {}
    for module, base in ((scalarization, scalarization.Scalarizer), (aggregation, aggregation.Aggregator)):
        for key in module.__all__:
            if key not in bases and issubclass(getattr(module, key), base):
                known[f"{module.__name__.rpartition('.')[2]}.{key}"] = known[key] = getattr(module, key)
    if name not in known:
        short = [key for key in known if "." not in key]
        nearest = difflib.get_close_matches(name, short, n=2)
        hint = f"Did you mean {' or '.join(nearest)}?" if nearest else "Choose one of them."
        raise ValueError(f"`weighting` must be torchjd: and one of {', '.join(sorted(short))}; got {name!r}. {hint}")
    return known[name]


def _refuse_forgetful(method: type) -> None:
    from torchjd import Stateful

    if issubclass(method, Stateful) and method.__name__ not in RESUMABLE:
        ours = OURS.get(method.__name__)
        raise ValueError(
            f"`weighting` must be resumable; got torchjd:{method.__name__}, whose state TorchJD does not save. "
            + (f"Take {ours}, ours, which is saved." if ours else "Take a method without a state.")
        )


def _build(method: type, settings: dict[str, Any], asked: str, num_tasks: int) -> Any:
    signature = inspect.signature(method)
    told = {name: num_tasks for name in ("n_tasks", "shape") if name in signature.parameters}
    try:
        return method(**{**told, **settings})
    except ImportError as error:
        raise ValueError(
            f"`weighting` must have all it needs installed; got torchjd:{asked}: {error} Or install all: {INSTALL}."
        ) from error
    except (TypeError, ValueError, AttributeError) as error:
        raise ValueError(
            f"`weighting` must give {method.__name__} its parameters, {signature}, as numbers or words; got "
            f"torchjd:{asked}: {error}. Parameters that are tensors or functions cannot be given here."
        ) from error
