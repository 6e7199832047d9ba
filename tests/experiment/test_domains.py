from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from mtan_edu.cli import main
from mtan_edu.experiment import (
    ExperimentConfig,
    build_experiment,
    evaluate_run,
    load_tasks,
    look_at_gradients,
    read_config,
    resume_run,
    start_run,
)
from mtan_edu.experiment.gradients import first_domain_batches
from mtan_edu.experiment.what_if import WhatIf
from mtan_edu.run_reader import mask_epochs, read_accuracies, read_gradients, read_masks, read_predictions, read_run
from mtan_edu.tasks import decathlon_score
from mtan_edu.training import TrainingConfig
from tests.tiny_runs import DOMAINS, contents, random_domains


@pytest.fixture(scope="module")
def domains(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three domains of pictures on disk, six training and four validation pictures each."""
    folder = tmp_path_factory.mktemp("domains") / "small"
    for name, domain in random_domains(6, 4).domains.items():
        for split, images in (("train", domain.train), ("val", domain.val)):
            for index, label in enumerate(images.labels):
                place = folder / name / split / domain.classes[label]
                place.mkdir(parents=True, exist_ok=True)
                Image.fromarray(images.picture(index)).save(place / f"{index}.png")
    return folder


def config(data: Path, **changes: Any) -> ExperimentConfig:
    training = TrainingConfig(epochs=2, batch_size=3, threads=1, device="cpu", second_phase=1)
    small = ExperimentConfig(
        backbone="wide_resnet10", width=2, data=str(data), image_size=(16, 16), probes=2, training=training
    )
    return dataclasses.replace(small, **changes)


@pytest.fixture(scope="module")
def run(domains: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run that nothing disturbed. Read it only."""
    folder = tmp_path_factory.mktemp("runs") / "run"
    list(start_run(config(domains), folder))
    return folder


def test_a_run_on_domains_learns_all_that_are_there(run: Path) -> None:
    record = read_run(run)
    assert {name: task.display.classes for name, task in record.tasks.items()} == {
        name: tuple(sorted(classes)) for name, classes in DOMAINS.items()
    }
    assert [epoch.metrics["sides"].keys() for epoch in record.epochs] == [{"accuracy"}, {"accuracy"}]
    assert record.environment["data"]["domains"]["sides"] == {"train": 6, "val": 4, "classes": ["left", "right"]}


def test_a_killed_run_goes_on_to_the_same_end(run: Path, domains: Path, tmp_path: Path) -> None:
    for _ in start_run(config(domains), tmp_path / "run"):
        break
    list(resume_run(tmp_path / "run"))
    ends = [contents(folder) for folder in (run, tmp_path / "run")]
    for end in ends:
        assert end.pop("records.jsonl").count(b"\n") == 2
        del end["environment.json"]
    assert ends[0] == ends[1]


def test_every_task_is_recorded_looking_at_images_of_every_domain(run: Path) -> None:
    assert mask_epochs(run) == (0, 1, 2)
    masks, predictions = read_masks(run), read_predictions(run)
    assert list(masks.masks) == list(predictions.predictions) == sorted(DOMAINS)
    assert {stage: values.shape for stage, values in masks.masks["sides"].items()} == {
        "stem": (6, 16, 16, 16), "stage_1": (6, 2, 8, 8), "stage_2": (6, 4, 4, 4), "stage_3": (6, 8, 2, 2),
    }  # fmt: skip
    for row, name in enumerate(sorted(DOMAINS)):
        known = predictions.targets[name] >= 0
        assert known.tolist() == [2 * row <= image < 2 * row + 2 for image in range(6)]
        assert (predictions.predictions[name] >= 0).all()
    assert np.array_equal(masks.images, predictions.images)


def test_gradients_of_every_task_come_from_its_own_images(domains: Path, tmp_path: Path) -> None:
    list(start_run(config(domains, gradients=1, probes=0, probe_epochs=(0,)), tmp_path / "run"))
    record = read_gradients(tmp_path / "run", 0)
    experiment = build_experiment(read_config(tmp_path / "run"))
    assert record.tasks == tuple(experiment.tasks)
    name = record.tasks[1]
    domain = experiment.data.domains[name]
    batch = next(first_domain_batches(domain, experiment.config.training.batch_size, 1))
    assert batch.image.mean().item() == pytest.approx(0, abs=0.2)  # normalized, as in training
    alone = look_at_gradients(experiment.model, {name: experiment.tasks[name]}, [batch])
    assert record.losses[0, 1] == pytest.approx(alone.losses[0, 0])
    assert record.norms()[0, 1] == pytest.approx(alone.norms()[0, 0], rel=1e-4)


def test_what_is_measured_again_is_what_was_recorded(run: Path) -> None:
    assert evaluate_run(run, device="cpu").metrics == read_run(run).epochs[-1].metrics
    assert list(load_tasks(run)) == sorted(DOMAINS)


@pytest.mark.parametrize("architecture", ["single", "stan"])
def test_one_domain_alone_can_be_learned(domains: Path, tmp_path: Path, architecture: str) -> None:
    training = TrainingConfig(epochs=1, batch_size=3, threads=1, device="cpu")
    alone = config(domains, model=architecture, tasks=("tints",), training=training)
    (record,) = start_run(alone, tmp_path / "run")
    assert list(record.metrics) == ["tints"]
    assert bool(mask_epochs(tmp_path / "run")) is (architecture == "stan")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"backbone": "segnet"}, "`backbone` must classify whole images on .*small; got 'segnet'"),
        ({"tasks": ("hues", "hues")}, "`names` must be different domains, 1 or more; got hues, hues"),
        ({"tasks": ("hues", "smells")}, "must be among hues, sides, tints; got smells"),
        ({"image_size": (16, 32)}, "`image_size` must be square for domains; got 16x32"),
        ({"image_size": (4, 4)}, "`size` must be 8 pixels or more; got 4"),
        ({"classes": 7}, "`classes` must be left out for domains"),
        ({"model": "single"}, "`tasks` must hold exactly one task for a single-task network; got 3"),
        ({"weighting": "famo"}, "`weighting` must do with one task's loss at a time"),
        ({"weighting": "dwa"}, "`weighting` must do without epochs with a second phase"),
        ({"tasks": ("hues",)}, "`second_phase` must be 0 for one task; got 1"),
    ],
)
def test_what_does_not_fit_gets_a_sentence_and_leaves_no_run(
    domains: Path, tmp_path: Path, changes: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        list(start_run(config(domains, **changes), tmp_path / "run"))
    assert not (tmp_path / "run").exists()


def test_frames_and_domains_are_not_mistaken_for_each_other(run: Path, whole: Path, data: Path, domains: Path) -> None:
    with pytest.raises(
        ValueError, match="`data` must be domains, as the run has learned hues, sides, tints; got .*random"
    ):
        evaluate_run(run, data)
    with pytest.raises(
        ValueError, match="`data` must be frames, as the run has learned semantic, depth, normal; got .*small"
    ):
        evaluate_run(whole, domains)
    with pytest.raises(ValueError, match="`data` must be frames that have a target for every task; got .*small"):
        WhatIf.of_run(run)


def test_a_checkpoint_of_another_architecture_is_refused(run: Path, domains: Path, tmp_path: Path) -> None:
    for _ in start_run(config(domains), tmp_path / "run"):
        break
    values = json.loads((tmp_path / "run" / "config.json").read_text())
    (tmp_path / "run" / "config.json").write_text(json.dumps({**values, "width": 3}))
    with pytest.raises(ValueError, match=r"`model` must hold .*; got .* of another form \(.* \(2, .* instead of \(3, "):
        list(resume_run(tmp_path / "run"))


def test_the_command_trains_and_measures_them(
    domains: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = "--preset decathlon --width 2 --size 16x16 --epochs 1 --batch-size 4 --threads 1 --device cpu --probes 1"
    command = ["train", "--data", str(domains), *options.split(), "--out"]
    assert main([*command, str(tmp_path / "all")]) == 0
    assert "epoch 1/1   hues " in capsys.readouterr().out
    assert main(["evaluate", str(tmp_path / "all"), "--json"]) == 0
    accuracies = {task: metrics["accuracy"] for task, metrics in json.loads(capsys.readouterr().out).items()}
    assert list(accuracies) == sorted(DOMAINS)
    assert main([*command, str(tmp_path / "hues"), "--model", "single", "--tasks", "hues"]) == 0
    assert main([*command, str(tmp_path / "others"), "--tasks", "sides,tints"]) == 0
    capsys.readouterr()
    runs = [str(tmp_path / "hues"), str(tmp_path / "others")]
    assert main(["evaluate", str(tmp_path / "all"), "--baseline", *runs]) == 0
    *_, mean, score = capsys.readouterr().out.splitlines()
    assert float(mean.split()[-1]) == pytest.approx(sum(accuracies.values()) / 3, abs=1e-4)
    expected = decathlon_score(accuracies, read_accuracies(runs))
    assert (score.split()[:3], float(score.split()[-1])) == (
        ["together", "decathlon", "score"],
        pytest.approx(expected, abs=1e-4),
    )


def test_baselines_that_do_not_fit_get_a_sentence(run: Path, whole: Path) -> None:
    with pytest.raises(ValueError, match="`run` must have measured an accuracy; got .*whole"):
        read_accuracies([run, whole])
    with pytest.raises(ValueError, match="`runs` must be of different tasks; got hues, sides, tints twice"):
        read_accuracies([run, run])
