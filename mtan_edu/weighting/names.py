"""Names of the weightings. Without torch, so that the command's help can list them."""

from __future__ import annotations

LOSS_WEIGHTINGS = (
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
"""What makes one loss of K."""

GRADIENT_BALANCINGS = (
    "gradnorm",
    "mgda",
    "pcgrad",
    "gradvac",
    "cagrad",
    "graddrop",
    "imtl_g",
    "nash_mtl",
    "aligned_mtl",
    "fairgrad",
    "upgrad",
)
"""What makes one gradient of K."""

WEIGHTINGS = LOSS_WEIGHTINGS + GRADIENT_BALANCINGS

TORCHJD = "torchjd"
"""What a name begins with that stands for a method of TorchJD, as in torchjd:UPGrad."""


def available() -> tuple[str, ...]:
    """Names that `build_weighting` knows. It takes `torchjd:` and a name of TorchJD as well."""
    return WEIGHTINGS
