from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from mtan_edu.recording.files import append_line, write_atomically, write_json
from mtan_edu.recording.lock import hold_run
from mtan_edu.recording.runs import (
    append_epoch,
    create_run,
    new_run_folder,
    rewind_run,
    write_masks,
    write_predictions,
    write_tasks,
)
from mtan_edu.records import Display, EpochRecord, MaskRecord, PredictionRecord, TaskRecord
from mtan_edu.run_reader import mask_epochs, prediction_epochs, read_masks, read_predictions, read_run
from tests.tiny_runs import contents

HOLDS_A_RUN = """
import sys, time
from pathlib import Path
from mtan_edu.recording.lock import hold_run
with hold_run(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def epoch(number: int, loss: float = 1.5) -> EpochRecord:
    return EpochRecord(number, {"depth": loss}, {"depth": loss}, {"depth": 1.0}, {"depth": {}}, 1e-3, 0.1)


def test_a_new_run_takes_a_new_folder_with_its_parents_or_an_empty_one(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for folder in (tmp_path / "a" / "b", tmp_path / "empty"):
        assert create_run(folder, {"model": "mtan"}).folder == folder
        assert read_run(folder).config == {"model": "mtan"}


def test_a_folder_with_a_run_is_left_as_it_is_and_the_way_on_named(tmp_path: Path) -> None:
    create_run(tmp_path / "run", {"model": "mtan"})
    before = contents(tmp_path)
    with pytest.raises(FileExistsError, match=r"holds a run with 0 finished epochs.*`mtan-edu resume .*run` goes on"):
        create_run(tmp_path / "run", {"model": "split"})
    assert contents(tmp_path) == before


def test_a_folder_with_other_files_and_a_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(FileExistsError, match="`out` must be a new folder, or an empty one; got"):
        create_run(tmp_path, {})
    with pytest.raises(FileExistsError, match="which is a file"):
        create_run(tmp_path / "notes.txt", {})


def test_what_a_killed_beginning_left_behind_does_not_count(tmp_path: Path) -> None:
    (tmp_path / ".lock").touch()
    (tmp_path / ".config.json.17.tmp").write_text("{")
    create_run(tmp_path, {"model": "mtan"})
    assert read_run(tmp_path).config == {"model": "mtan"}


def test_removing_a_new_run_leaves_nothing_behind_but_what_was_there(tmp_path: Path) -> None:
    create_run(tmp_path / "a" / "b", {}).remove()
    assert not (tmp_path / "a").exists()
    (tmp_path / "empty").mkdir()
    new = create_run(tmp_path / "empty", {})
    (tmp_path / "empty" / "notes.txt").write_text("mine")
    new.remove()
    assert list(contents(tmp_path)) == ["empty/notes.txt"]


def test_a_configuration_that_json_cannot_hold_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="JSON"):
        create_run(tmp_path / "run", {"rate": float("nan")})
    assert not (tmp_path / "run").exists()


def test_fresh_folders_are_numbered(tmp_path: Path) -> None:
    assert new_run_folder(tmp_path / "runs", "mtan") == tmp_path / "runs" / "mtan_001"
    (tmp_path / "runs" / "mtan_001").mkdir(parents=True)
    assert new_run_folder(tmp_path / "runs", "mtan") == tmp_path / "runs" / "mtan_002"


def test_records_come_back_and_those_after_the_checkpoint_are_forgotten(tmp_path: Path) -> None:
    create_run(tmp_path, {})
    for number in (1, 2, 3):
        append_epoch(tmp_path, epoch(number, loss=number / 3))
    with (tmp_path / "records.jsonl").open("a") as file:
        file.write('{"epoch": 4, "train_lo')  # killed in the middle of a line
    assert read_run(tmp_path).epochs == tuple(epoch(number, number / 3) for number in (1, 2, 3))
    rewind_run(tmp_path, 2)
    assert [record.epoch for record in read_run(tmp_path).epochs] == [1, 2]
    append_epoch(tmp_path, epoch(3))
    assert [record.epoch for record in read_run(tmp_path).epochs] == [1, 2, 3]


def test_records_that_are_missing_are_noticed(tmp_path: Path) -> None:
    create_run(tmp_path, {})
    append_epoch(tmp_path, epoch(1))
    with pytest.raises(ValueError, match="must hold the 2 epochs of the checkpoint; got 1"):
        rewind_run(tmp_path, 2)


def test_rewinding_clears_up_after_killed_writes(tmp_path: Path) -> None:
    create_run(tmp_path, {})
    (tmp_path / "masks").mkdir()
    (tmp_path / "masks" / ".epoch_0001.npz.99.tmp").touch()
    rewind_run(tmp_path, 0)
    assert list((tmp_path / "masks").iterdir()) == []


def test_masks_come_back_with_their_order_types_and_epoch(tmp_path: Path) -> None:
    create_run(tmp_path, {})
    generator = np.random.default_rng(0)
    images = generator.integers(0, 256, (2, 3, 5, 3), dtype=np.uint8)
    stages = {stage: generator.integers(0, 256, (2, 4, 3, 5), dtype=np.uint8) for stage in ("encoder_2", "encoder_1")}
    broken = {"encoder_2": np.full((2, 4, 3, 5), np.nan, np.float16)}
    write_masks(tmp_path, MaskRecord(images, {"normal": stages, "depth": broken}, epoch=12))
    read = read_masks(tmp_path)
    assert (mask_epochs(tmp_path), read.epoch, read.tasks, read.stages) == (
        (12,),
        12,
        ("normal", "depth"),
        tuple(stages),
    )
    assert np.array_equal(read.images, images)
    assert np.array_equal(read.masks["normal"]["encoder_1"], stages["encoder_1"])
    assert np.isnan(read.masks["depth"]["encoder_2"]).all()


def test_predictions_come_back_with_their_tasks(tmp_path: Path) -> None:
    create_run(tmp_path, {})
    depth = np.random.default_rng(0).random((2, 3, 5), dtype=np.float32)
    tasks = {"depth": TaskRecord("depth", 1, Display("scalar", unit="m"), {"absolute_error": False})}
    write_tasks(tmp_path, tasks)
    images = np.zeros((2, 3, 5, 3), np.uint8)
    for number in (4, 0):
        write_predictions(
            tmp_path, PredictionRecord(images, {"depth": depth}, {"depth": depth + number}, tasks, number)
        )
    assert prediction_epochs(tmp_path) == (0, 4)
    assert np.array_equal(read_predictions(tmp_path, 4).predictions["depth"], depth + 4)
    assert read_predictions(tmp_path, 0).tasks == tasks


def test_equal_records_give_equal_bytes(tmp_path: Path) -> None:
    record = MaskRecord(np.zeros((1, 3, 5, 3), np.uint8), {"depth": {"encoder_1": np.ones((1, 2, 3, 5), np.uint8)}}, 1)
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write_masks(tmp_path / name, record)
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path, small_files: None) -> None:
    write_json(tmp_path / "a.json", {"old": True})
    append_line(tmp_path / "lines", "first")
    before = contents(tmp_path)
    with pytest.raises(OSError, match=r"too large.*a\.json"):
        write_atomically(tmp_path / "a.json", bytes(200_000))
    with pytest.raises(OSError, match=r"too large.*lines"):
        append_line(tmp_path / "lines", "x" * 200_000)
    assert contents(tmp_path) == before


@pytest.fixture
def holder(tmp_path: Path) -> subprocess.Popen[str]:
    """A process that holds the run."""
    command = [sys.executable, "-c", HOLDS_A_RUN, str(tmp_path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_two_processes_cannot_write_one_run_and_a_killed_one_does_not_block(
    tmp_path: Path, holder: subprocess.Popen[str]
) -> None:
    with holder:
        with pytest.raises(BlockingIOError, match="which another process is writing"), hold_run(tmp_path):
            pass
        os.kill(holder.pid, getattr(signal, "SIGKILL", signal.SIGTERM))
        holder.wait()
    with hold_run(tmp_path):
        pass
