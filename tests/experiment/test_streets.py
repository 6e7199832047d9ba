from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from mtan_edu.experiment import ExperimentConfig, evaluate_run, load_tasks, start_run
from mtan_edu.run_reader import read_predictions, read_tasks
from tests.data.small_streets import write_streets
from tests.tiny_runs import tiny_config


def streets_config(folder: Path, classes: int | None, *tasks: str) -> ExperimentConfig:
    return dataclasses.replace(tiny_config(folder, epochs=1, augment="scale-flip"), classes=classes, tasks=tasks)


def test_two_tasks_are_learned_on_streets_and_depth_is_known_to_be_inverse(tmp_path: Path) -> None:
    config = streets_config(write_streets(tmp_path / "streets"), 19, "semantic", "depth")
    [record] = start_run(config, tmp_path / "run")
    tasks = read_tasks(tmp_path / "run")
    assert (tasks["semantic"].out_channels, tasks["semantic"].display.classes[0]) == (19, "road")
    assert (tasks["depth"].display.unit, tasks["depth"].display.quantity) == ("", "inverse depth")
    assert load_tasks(tmp_path / "run")["depth"].record == tasks["depth"]
    assert evaluate_run(tmp_path / "run").metrics["depth"] == pytest.approx(record.metrics["depth"])
    assert read_predictions(tmp_path / "run").tasks == tasks


def test_streets_without_depth_teach_one_task(tmp_path: Path) -> None:
    folder = write_streets(tmp_path / "streets", labels=(7,), depth=False)
    [record] = start_run(streets_config(folder, None, "semantic"), tmp_path / "run")
    assert list(record.metrics) == ["semantic"]
    with pytest.raises(ValueError, match="got none for depth in streets. It has semantic: choose among these"):
        list(start_run(streets_config(folder, None, "semantic", "depth"), tmp_path / "other"))


def test_a_run_is_not_measured_on_labels_of_another_kind(tmp_path: Path) -> None:
    config = streets_config(write_streets(tmp_path / "streets"), None, "semantic")
    list(start_run(config, tmp_path / "run"))
    other = write_streets(tmp_path / "coarse", labels=(2,))
    with pytest.raises(ValueError, match="`classes` must be a number that there are labels for"):
        evaluate_run(tmp_path / "run", other)
