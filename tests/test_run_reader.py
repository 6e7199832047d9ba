from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from mtan_edu.recording.runs import create_run, write_masks
from mtan_edu.records import EpochRecord, MaskRecord
from mtan_edu.run_reader import read_masks, read_predictions, read_run

LINE = EpochRecord(1, {"depth": 1.0}, {"depth": 1.0}, {"depth": 1.0}, {"depth": {"error": float("nan")}}, 1e-3, 0.1)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return create_run(tmp_path / "run", {"model": "mtan"}).folder


def test_reading_a_run_loads_no_torch() -> None:
    code = "import mtan_edu.run_reader, sys; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_run_that_has_just_begun_can_be_read(run: Path) -> None:
    read = read_run(run)
    assert (read.folder, read.environment, read.tasks, read.epochs) == (run, {}, {}, ())


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"got .*, which has no config\.json. Check the path"):
        read_run(tmp_path)
    with pytest.raises(FileNotFoundError, match=r"got .*nothing, which does not exist"):
        read_masks(tmp_path / "nothing")
    (tmp_path / "note").touch()
    with pytest.raises(FileNotFoundError, match=r"got .*note, which is a file"):
        read_run(tmp_path / "note")


def test_what_could_not_be_measured_is_nan_again(run: Path) -> None:
    (run / "records.jsonl").write_text(f"{LINE.to_json()}\n")
    assert np.isnan(read_run(run).epochs[0].metrics["depth"]["error"])


@pytest.mark.parametrize("line", ["", "{", "[]", "null", '{"epoch": 1}', LINE.to_json().replace("1, ", "2, ", 1)])
def test_a_damaged_line_is_named(run: Path, line: str) -> None:
    (run / "records.jsonl").write_text(f"{line}\n{LINE.to_json()}\n")
    with pytest.raises(ValueError, match=r"records\.jsonl must .*; line 1 is"):
        read_run(run)


@pytest.mark.parametrize("text", ["{", "[]", "\xff"])
def test_a_damaged_configuration_gets_a_sentence(run: Path, text: str) -> None:
    (run / "config.json").write_text(text, encoding="latin-1")
    with pytest.raises(ValueError, match=r"config\.json must"):
        read_run(run)


def test_damaged_tasks_get_a_sentence(run: Path) -> None:
    (run / "tasks.json").write_text('{"tasks": [{"name": "depth"}]}')
    with pytest.raises(ValueError, match=r"tasks\.json must describe the tasks"):
        read_run(run)


def test_an_epoch_that_was_not_recorded_is_refused_and_the_recorded_named(run: Path) -> None:
    with pytest.raises(ValueError, match="must hold recorded masks; got none"):
        read_masks(run)
    masks = {"depth": {"encoder_1": np.zeros((1, 2, 3, 5), np.uint8)}}
    for epoch in (0, 4):
        write_masks(run, MaskRecord(np.zeros((1, 3, 5, 3), np.uint8), masks, epoch))
    with pytest.raises(ValueError, match="`epoch` must be one of 0, 4; got 3"):
        read_masks(run, epoch=3)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 but no more", b"\x80\x04K\x01."])
def test_damaged_masks_and_pickles_get_a_sentence(run: Path, content: bytes) -> None:
    (run / "masks").mkdir()
    (run / "masks" / "epoch_0001.npz").write_bytes(content)
    with pytest.raises(ValueError, match=r"epoch_0001\.npz must be recorded masks; it is damaged"):
        read_masks(run)


def test_an_array_of_pickled_objects_is_refused(run: Path) -> None:
    (run / "predictions").mkdir()
    np.savez(run / "predictions" / "epoch_0001.npz", images=np.array([object()], dtype=object))
    with pytest.raises(ValueError, match=r"epoch_0001\.npz must be recorded predictions; it is damaged"):
        read_predictions(run)
