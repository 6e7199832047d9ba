"""What comes of comparing one model with the reference code's."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

TOLERANCE = 1e-9
"""Largest relative error of float64 figures that are computed in another order and still mean the same function."""


@dataclass(frozen=True)
class ParityResult:
    """How far one model of ours is from the reference's.

    Attributes:
        name: The model, as its files in the folder are called.
        errors: "outputs", "losses", "metrics" and "gradient norms" (of the loss weightings: "weights", "losses",
            "gradients") to the largest relative error, as `relative_error` defines it.
        parameters: Number of trainable parameters, ours, with the uncertainty weighting's where the reference
            counts them.
        reference_parameters: The same, the reference's.
        problem: Why nothing was compared; empty if it was.
        skipped: Whether that is because no model of this name exists here.
    """

    name: str
    errors: Mapping[str, float]
    parameters: int | None = None
    reference_parameters: int | None = None
    problem: str = ""
    skipped: bool = False

    @property
    def largest_error(self) -> float:
        """The largest of `errors`; infinite if there is none, or one is not a number."""
        errors = self.errors.values()
        return max(errors) if errors and not any(map(math.isnan, errors)) else math.inf

    @property
    def passed(self) -> bool:
        """Whether it was compared, every error is within TOLERANCE, and the parameter counts are equal."""
        return self.largest_error <= TOLERANCE and self.parameters == self.reference_parameters
