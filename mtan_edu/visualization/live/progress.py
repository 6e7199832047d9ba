"""How far a training is, in words."""

from __future__ import annotations

NOTHING_YET = "No epoch is finished yet: the first point of every curve comes with the first epoch."
"""What stands where there is nothing to draw."""


def progress(epoch: int, each: float, planned: int | None) -> str:
    """Say how far a training is and, if its length is known, how long it will take.

    Args:
        epoch: The last finished epoch.
        each: Mean duration of an epoch [s].
        planned: How many epochs there will be, if known.

    Returns:
        Such as "Epoch 2 of 8 · 3.0 s each · 18 s left".
    """
    text = f"Epoch {epoch}{f' of {planned}' if planned else ''} · {_duration(each)} each"
    left = (planned - epoch) * each if planned else 0
    return f"{text} · {_duration(left)} left" if left > 0 else text


def _duration(seconds: float) -> str:
    if seconds < 10:
        return f"{seconds:.1f} s"
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
