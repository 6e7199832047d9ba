from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path

from mtan_edu.experiment import ExperimentConfig
from mtan_edu.lessons import lesson_config, newest_run, runs_folder

LESSON = lesson_config("smoke")


def write_run(folder: Path, config: ExperimentConfig, *, epoch: int, time: int) -> Path:
    """The files of a run that say what it is and how far it came."""
    (folder / "checkpoint").mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(config.resolved().to_dict()))
    (folder / "checkpoint" / "state.json").write_text(json.dumps({"epoch": epoch}))
    (folder / "records.jsonl").touch()
    os.utime(folder / "records.jsonl", (time, time))
    return folder


def test_the_run_that_was_finished_last_is_found(tmp_path: Path) -> None:
    epochs = LESSON.training.epochs
    write_run(tmp_path / "mtan_003", LESSON, epoch=epochs, time=100)
    last = write_run(tmp_path / "mtan_001", LESSON, epoch=epochs, time=300)
    write_run(tmp_path / "mtan_002", LESSON, epoch=epochs - 1, time=400)  # still training
    assert newest_run(tmp_path, LESSON) == last


def test_runs_of_another_model_or_image_size_and_damaged_ones_are_passed_over(tmp_path: Path) -> None:
    other = dataclasses.replace(LESSON, model="split")
    large = dataclasses.replace(LESSON, image_size=(96, 128))
    for name, config in {"split": other, "large": large}.items():
        write_run(tmp_path / name, config, epoch=config.training.epochs, time=100)
    (write_run(tmp_path / "damaged", LESSON, epoch=2, time=100) / "config.json").write_text("{")
    assert newest_run(tmp_path, LESSON) is None


def test_without_any_run_there_is_none(tmp_path: Path) -> None:
    assert newest_run(tmp_path / "nowhere", LESSON) is None


def test_runs_lie_where_the_notebook_is_told_or_beside_the_data(tmp_path: Path) -> None:
    assert runs_folder(str(tmp_path)) == tmp_path
    assert runs_folder().name == "runs"
