"""Names of the weightings. Without torch, so that the command's help can list them."""

from __future__ import annotations

WEIGHTINGS = (
    "equal",
    "fixed",
    "uncertainty",
    "uncertainty_kendall",
    "dwa",
    "random",
    "geometric_mean",
    "scale_invariant",
    "imtl_l",
    "famo",
    "stch",
)


def available() -> tuple[str, ...]:
    """Names that `build_weighting` knows."""
    return WEIGHTINGS
