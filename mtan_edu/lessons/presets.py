"""The sizes of a notebook: for a check, for a lecture, for a GPU."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TypeVar

from mtan_edu.experiment.config import ROOMS, ExperimentConfig
from mtan_edu.experiment.presets import preset as experiment_preset
from mtan_edu.training.checks import check_choice

T = TypeVar("T")

LECTURE_EPOCHS = 10
"""Two less than the command's preset: with all that is looked at, a lecture's notebook has five minutes."""


def choose(preset: str, *, smoke: T, lecture: T, full: T) -> T:
    """The size of something, such as the number of steps, for the preset of a notebook.

        steps = choose(preset, smoke=60, lecture=300, full=300)

    Args:
        preset: "smoke", "lecture" or "full": the notebook's parameter.
        smoke: For a check that every cell runs, in seconds.
        lecture: For minutes on two CPU cores.
        full: For a GPU.

    Returns:
        One of the three.

    Raises:
        ValueError: If there is no such preset.
    """
    sizes = {"smoke": smoke, "lecture": lecture, "full": full}
    check_choice("preset", preset, sizes)
    return sizes[preset]


def lesson_config(preset: str, *, seed: int = 0, device: str = "auto", data: str = ROOMS) -> ExperimentConfig:
    """The configuration of a notebook's run, from the notebook's parameters.

    Change what you like with `dataclasses.replace`. Weights, order and augmentation follow from `seed`; the rooms do
    not, so that notebooks with other seeds learn from the same images.

    Args:
        preset: "smoke", "lecture" or "full".
        seed: Seed of the training.
        device: "auto", "cpu", "cuda" or "mps".
        data: "rooms", or a folder of prepared images.

    Raises:
        ValueError: If a parameter is unknown or out of range, or the folder does not exist.
    """
    config = choose(preset, **{name: experiment_preset(name) for name in ("smoke", "lecture", "full")})
    if preset == "lecture":
        config = dataclasses.replace(config, training=dataclasses.replace(config.training, epochs=LECTURE_EPOCHS))
    if data != ROOMS and not Path(data).exists():
        raise ValueError(f"`data` must be rooms or an existing folder; got {data}. Check the path.")
    training = dataclasses.replace(config.training, seed=seed, device=device)
    return dataclasses.replace(config, data=data, training=training)
