"""Several methods with several seeds, small enough for a lecture."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path

from mtan_edu.data.open import Progress
from mtan_edu.experiment.config import ROOMS, ExperimentConfig
from mtan_edu.experiment.run import start_run
from mtan_edu.lessons.presets import lesson_config
from mtan_edu.recording.runs import new_run_folder
from mtan_edu.records import RunRecord
from mtan_edu.run_reader import read_run

Measured = Mapping[str, Mapping[str, float]]
"""Task to metric to value."""


def comparison_config(preset: str, *, seed: int = 0, device: str = "auto", data: str = ROOMS) -> ExperimentConfig:
    """A run of which a lecture can afford a dozen or two; with the presets smoke and full, `lesson_config`'s.

    A smaller network on fewer, smaller rooms, for fewer epochs: it is far from the end of its training when it stops,
    and so is every method that it is compared with.

    Args:
        preset: "smoke", "lecture" or "full".
        seed: Seed of the training.
        device: "auto", "cpu", "cuda" or "mps".
        data: "rooms", or a folder of prepared images.

    Raises:
        ValueError: If a parameter is unknown or out of range, or the folder does not exist.
    """
    config = lesson_config(preset, seed=seed, device=device, data=data)
    if preset != "lecture":
        return dataclasses.replace(config, probes=0)
    training = dataclasses.replace(config.training, epochs=6)
    return dataclasses.replace(
        config, width=4, image_size=(64, 96), train_images=64, val_images=32, probes=0, training=training
    )


def train_over_seeds(
    configs: Mapping[str, ExperimentConfig], seeds: int, folder: Path | str, progress: Progress | None = None
) -> dict[str, list[RunRecord]]:
    """Train every configuration with several seeds, each as a run of its own.

    Args:
        configs: Name to configuration; its seed is the first.
        seeds: How many seeds: s, s + 1, ...
        folder: Folder of runs.
        progress: Shows how far it is, or None.

    Returns:
        Name to the finished runs, in the order of the seeds.

    Raises:
        ValueError: If `seeds` is below 1, or a configuration is impossible.
    """
    if seeds < 1:
        raise ValueError(f"`seeds` must be at least 1; got {seeds}. Two or more show how far chance alone goes.")
    todo = [(name, config, number) for number in range(seeds) for name, config in configs.items()]
    runs: dict[str, list[RunRecord]] = {name: [] for name in configs}
    for name, config, number in progress(todo, len(todo), "runs") if progress else todo:
        training = dataclasses.replace(config.training, seed=config.training.seed + number)
        run = new_run_folder(folder, "comparison")
        for _ in start_run(dataclasses.replace(config, training=training), run, progress):
            pass  # each epoch is on disk
        runs[name].append(read_run(run))
    return runs


def last_metrics(runs: Sequence[RunRecord]) -> list[Measured]:
    """The metrics after every run's last epoch, in the order of the runs."""
    return [run.epochs[-1].metrics for run in runs]


def single_task_metrics(runs: Mapping[str, Sequence[RunRecord]]) -> list[Measured]:
    """What networks of their own reach, seed by seed, put together into one set of metrics per seed.

    Args:
        runs: Name to the runs of a network with one task, in the order of the seeds.

    Raises:
        ValueError: If the networks have different numbers of seeds.
    """
    lengths = {len(of) for of in runs.values()}
    if len(lengths) != 1:
        raise ValueError(
            f"`runs` must hold as many seeds for every network; got {sorted(lengths)}. Train all with the same seeds."
        )
    by_seed = zip(*(last_metrics(of) for of in runs.values()), strict=True)
    return [{task: of for measured in seed for task, of in measured.items()} for seed in by_seed]
