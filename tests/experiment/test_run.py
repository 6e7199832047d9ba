from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch

from mtan_edu.experiment import evaluate_run, load_model, load_tasks, read_config, resume_run, start_run
from mtan_edu.records import EpochRecord
from mtan_edu.run_reader import mask_epochs, prediction_epochs, read_masks, read_predictions, read_run
from mtan_edu.training import NonFiniteLossError
from tests.tiny_runs import contents, tiny_config, write_random_data

FILES = ["config.json", "environment.json", "records.jsonl", "tasks.json"]


def without_time(records: tuple[EpochRecord, ...]) -> list[EpochRecord]:
    return [dataclasses.replace(record, seconds=0.0) for record in records]


def lasting(folder: Path) -> dict[str, bytes]:
    """All files but the records, which hold times, and the environment, where another commit may be checked out."""
    changing = ("records.jsonl", "environment.json")
    return {name: content for name, content in contents(folder).items() if name not in changing}


def test_a_run_is_a_folder(whole: Path) -> None:
    assert sorted(path.name for path in whole.iterdir() if path.is_file() and path.suffix) == FILES
    names = sorted(path.name for path in (whole / "checkpoint").iterdir())
    assert names == ["model-0003.safetensors", "state.json", "training-0003.safetensors"]
    assert mask_epochs(whole) == prediction_epochs(whole) == (0, 1, 2, 3)


def test_its_records_tell_what_was_done(whole: Path) -> None:
    run = read_run(whole)
    assert [record.epoch for record in run.epochs] == [1, 2, 3]
    assert list(run.tasks) == ["semantic", "depth", "normal"]
    assert {"mtan_edu", "python", "torch", "numpy", "platform", "commit"} <= run.environment.keys()
    assert (run.environment["device"], run.environment["threads"]) == ("cpu", 1)
    assert run.environment["data"]["train"] == 5


def test_probes_hold_every_tasks_masks_and_predictions(whole: Path) -> None:
    masks, predictions = read_masks(whole), read_predictions(whole, 0)
    assert masks.tasks == tuple(predictions.tasks) == ("semantic", "depth", "normal")
    assert masks.stages == tuple(f"encoder_{n}" for n in range(1, 6)) + tuple(f"decoder_{n}" for n in range(5, 0, -1))
    assert masks.masks["depth"]["decoder_1"].shape == (2, 2, 32, 64)
    assert predictions.predictions["normal"].shape == predictions.targets["normal"].shape == (2, 32, 64, 3)


@pytest.mark.parametrize("epochs", [1, 2])
def test_a_run_stopped_between_epochs_and_resumed_equals_an_undisturbed_one(
    whole: Path, data: Path, tmp_path: Path, epochs: int
) -> None:
    records = start_run(tiny_config(data, weighting="dwa"), tmp_path / "run")
    for _ in range(epochs):
        next(records)
    records.close()  # type: ignore[attr-defined]
    assert [record.epoch for record in resume_run(tmp_path / "run")] == list(range(epochs + 1, 4))
    assert lasting(tmp_path / "run") == lasting(whole)
    assert without_time(read_run(tmp_path / "run").epochs) == without_time(read_run(whole).epochs)


def test_a_run_killed_between_its_record_and_its_checkpoint_does_that_epoch_again(whole: Path, tmp_path: Path) -> None:
    """A folder as it is then: one line more than the checkpoint knows, half a mask file, half a checkpoint."""
    run = shutil.copytree(whole, tmp_path / "run")
    shutil.rmtree(run / "checkpoint")
    (run / "checkpoint").mkdir()
    (run / "checkpoint" / "model-0001.safetensors").write_bytes(b"half")
    (run / "masks" / ".epoch_0001.npz.7.tmp").write_bytes(b"half")
    list(resume_run(run))
    assert lasting(run) == lasting(whole)
    assert without_time(read_run(run).epochs) == without_time(read_run(whole).epochs)


def test_a_finished_run_is_left_alone(whole: Path) -> None:
    before = contents(whole)
    assert list(resume_run(whole)) == []
    assert contents(whole) == before


def test_a_run_never_overwrites_another(whole: Path, data: Path) -> None:
    before = contents(whole)
    with pytest.raises(FileExistsError, match="which holds a run with 3 finished epochs"):
        start_run(tiny_config(data), whole)
    assert contents(whole) == before


@pytest.mark.parametrize(
    ("change", "error", "sentence"),
    [
        ({"model": "mtann"}, ValueError, "got 'mtann'. Try mtan"),
        ({"backbone": "segnett"}, ValueError, "got 'segnett'. Try segnet"),
        ({"backbone": "wide_resnet10"}, ValueError, "`backbone` must predict something for every pixel"),
        ({"weighting": "dwaa"}, ValueError, "Did you mean 'dwa'"),
        ({"tasks": ("semantic", "dept")}, ValueError, "got 'dept'. Did you mean 'depth'"),
        ({"tasks": ()}, ValueError, "at least one"),
        ({"model": "single"}, ValueError, "exactly one task"),
        ({"widths": (2, 4)}, ValueError, "widths"),
        ({"data": "/nowhere/at/all"}, FileNotFoundError, "`data` must be rooms or an existing folder"),
        ({"data": "rooms", "image_size": (32, 65)}, ValueError, "multiples of 32; got 32x65"),
    ],
)
def test_bad_input_gets_a_sentence_and_leaves_nothing_behind(
    data: Path, tmp_path: Path, change: dict[str, Any], error: type[Exception], sentence: str
) -> None:
    config = dataclasses.replace(tiny_config(data), **change)
    with pytest.raises(error, match=sentence):
        list(start_run(config, tmp_path / "new" / "run"))
    assert list(tmp_path.iterdir()) == []


def test_a_task_that_the_data_lacks_is_named(data: Path, tmp_path: Path) -> None:
    import numpy as np

    frames = write_random_data(tmp_path / "frames")
    for split in ("train", "val"):
        with np.load(frames / f"{split}.npz") as arrays:
            np.savez(frames / f"{split}.npz", **{name: arrays[name] for name in ("image", "label")})
    with pytest.raises(ValueError, match="`data` must have targets for .*; got none for depth, normal in frames"):
        config = dataclasses.replace(tiny_config(frames), tasks=("semantic", "depth", "normal"))
        next(start_run(config, tmp_path / "run"))
    assert not (tmp_path / "run").exists()


def test_a_loss_that_is_not_finite_keeps_the_last_checkpoint(data: Path, tmp_path: Path) -> None:
    config = tiny_config(data, epochs=3, learning_rate=1e30, schedule="constant", batch_size=5)  # one step an epoch
    with pytest.raises(NonFiniteLossError, match="in epoch 2, step 1"):
        list(start_run(config, tmp_path / "run"))
    assert [record.epoch for record in read_run(tmp_path / "run").epochs] == [1]
    assert (tmp_path / "run" / "checkpoint" / "model-0001.safetensors").exists()


def test_a_full_disk_leaves_a_run_that_can_be_resumed(
    whole: Path, data: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    records = start_run(tiny_config(data, weighting="dwa"), tmp_path / "run")
    next(records)
    request.getfixturevalue("small_files")
    import resource

    with pytest.raises(OSError, match="too large"):
        next(records)
    assert not [name for name in contents(tmp_path / "run") if name.endswith(".tmp")]
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    list(resume_run(tmp_path / "run"))
    assert lasting(tmp_path / "run") == lasting(whole)


def test_data_that_has_changed_is_noticed(data: Path, tmp_path: Path) -> None:
    frames = write_random_data(tmp_path / "frames")
    next(start_run(tiny_config(frames), tmp_path / "run"))
    shutil.rmtree(frames)
    write_random_data(frames, train=7)
    with pytest.raises(ValueError, match="`data` must be what the run was begun with"):
        next(resume_run(tmp_path / "run"))


@pytest.mark.parametrize("tasks", [["depth", "semantic", "normal"], ["semantic", "depth"]])
def test_a_run_does_not_go_on_with_other_tasks_or_in_another_order(
    whole: Path, tmp_path: Path, tasks: list[str]
) -> None:
    run = shutil.copytree(whole, tmp_path / "run")
    values = json.loads((run / "config.json").read_text())
    values["tasks"], values["training"]["epochs"] = tasks, 4
    (run / "config.json").write_text(json.dumps(values))
    before = contents(run)
    sentence = rf"`tasks` must be what .* in this order \(semantic, depth, normal\); got {', '.join(tasks)}. Put them"
    with pytest.raises(ValueError, match=sentence):
        next(resume_run(run))
    assert contents(run) == before


def test_the_model_comes_back_as_it_was_evaluated(whole: Path, data: Path) -> None:
    model = load_model(whole)
    assert not model.training
    assert model(torch.zeros(2, 3, 32, 64))["normal"].shape == (2, 3, 32, 64)
    assert evaluate_run(whole).metrics == read_run(whole).epochs[-1].metrics
    assert evaluate_run(whole, data).losses == read_run(whole).epochs[-1].val_losses


def test_a_run_is_not_evaluated_on_other_classes(whole: Path, data: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="`data` must have the classes that the run has learned for semantic"):
        evaluate_run(_renamed(whole, tmp_path / "run"), data)


def _renamed(run: Path, copy: Path) -> Path:
    """A run whose thirteenth class was another."""
    shutil.copytree(run, copy)
    tasks = (copy / "tasks.json").read_text()
    (copy / "tasks.json").write_text(tasks.replace(list(load_tasks(run)["semantic"].display.classes)[-1], "ocean"))
    return copy


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda values: values.pop("training"), None),
        (lambda values: values.update(width="8"), r"config\.json must hold the configuration"),
        (lambda values: values.update(colour="red"), "got 'colour'"),
    ],
)
def test_a_changed_configuration_is_read_or_refused(
    whole: Path, tmp_path: Path, change: Any, sentence: str | None
) -> None:
    run = shutil.copytree(whole, tmp_path / "run")
    values = json.loads((run / "config.json").read_text())
    change(values)
    (run / "config.json").write_text(json.dumps(values))
    if sentence is None:
        assert read_config(run).model == "mtan"
    else:
        with pytest.raises(ValueError, match=sentence):
            read_config(run)
