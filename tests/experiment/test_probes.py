from __future__ import annotations

import dataclasses
from pathlib import Path

import torch

from mtan_edu.experiment import build_experiment
from mtan_edu.experiment.probes import record_probes
from mtan_edu.recording import create_run
from mtan_edu.run_reader import read_masks
from tests.tiny_runs import contents, tiny_config


def test_large_masks_are_pooled_until_they_fit(data: Path, tmp_path: Path) -> None:
    create_run(tmp_path, {})
    experiment = build_experiment(tiny_config(data))
    sizes = []
    for number, most in enumerate((10**9, 30_000, 1)):
        record_probes(tmp_path, experiment, torch.device("cpu"), number, most_bytes=most)
        sizes.append(read_masks(tmp_path, number).masks["depth"]["encoder_1"].shape[-2:])
    assert sizes == [(32, 64), (8, 16), (1, 1)]


def test_looking_changes_neither_the_models_mode_nor_its_statistics(data: Path, tmp_path: Path) -> None:
    experiment = build_experiment(tiny_config(data))
    before = {name: value.clone() for name, value in experiment.model.state_dict().items()}
    record_probes(tmp_path, experiment, torch.device("cpu"), 0)
    assert experiment.model.training
    assert all(torch.equal(value, before[name]) for name, value in experiment.model.state_dict().items())


def test_a_model_without_attention_has_predictions_only(data: Path, tmp_path: Path) -> None:
    experiment = build_experiment(dataclasses.replace(tiny_config(data), model="split"))
    record_probes(tmp_path, experiment, torch.device("cpu"), 0)
    assert list(contents(tmp_path)) == ["predictions/epoch_0000.npz"]


def test_no_probes_no_files(data: Path, tmp_path: Path) -> None:
    experiment = build_experiment(dataclasses.replace(tiny_config(data), probes=0))
    record_probes(tmp_path, experiment, torch.device("cpu"), 0)
    assert contents(tmp_path) == {}
