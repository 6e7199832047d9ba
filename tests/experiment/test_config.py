from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from mtan_edu.experiment import PRESETS, ExperimentConfig, preset
from mtan_edu.training import TrainingConfig, available_cores


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("width", 0, "`width` must be at least 1; got 0"),
        ("widths", (8, 0), "`widths` must be at least 1; got 0"),
        ("image_size", (32, 0), "`image_size` must be at least 1; got 0"),
        ("train_images", 0, "`train_images` must be at least 1; got 0. A split must not be empty"),
        ("val_images", -1, "`val_images` must be at least 1; got -1"),
        ("data_seed", -1, "`data_seed` must be at least 0"),
        ("classes", 1, "`classes` must be at least 2; got 1. The paper has"),
        ("probes", -1, "`probes` must be at least 0"),
        ("gradients", -1, "`gradients` must be at least 0; got -1. 2 batches show conflicts"),
        ("probe_epochs", (0, -1), "`probe_epochs` must be at least 0; got -1"),
    ],
)
def test_a_value_out_of_range_gets_a_sentence(name: str, value: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        ExperimentConfig(**{name: value})


@pytest.mark.parametrize("config", [*PRESETS.values(), ExperimentConfig(widths=(3, 5), probe_epochs=(0, 7))])
def test_it_survives_json(config: ExperimentConfig) -> None:
    assert ExperimentConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config


def test_a_run_from_before_there_was_a_choice_of_classes_has_those_of_its_data() -> None:
    old = ExperimentConfig().to_dict()
    del old["classes"]
    assert ExperimentConfig.from_dict(old).classes is None


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"modell": "mtan"}, "got 'modell'. Did you mean `model`"),
        ({"training": {"epoch": 3}}, "got 'epoch'. Did you mean `epochs`"),
    ],
)
def test_an_unknown_setting_is_refused_and_the_nearest_named(values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        ExperimentConfig.from_dict(values)


@pytest.mark.parametrize("values", [{"training": 3}, {"width": "8"}, {"tasks": "depth"}, {"image_size": [32, "64"]}])
def test_a_setting_of_another_type_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        ExperimentConfig.from_dict(values)


@pytest.mark.parametrize(
    ("epochs", "recorded"),
    [(1, (0, 1)), (2, (0, 1, 2)), (3, (0, 1, 2, 3)), (12, (0, 1, 2, 4, 8, 12)), (16, (0, 1, 2, 4, 8, 16))],
)
def test_probes_are_recorded_in_doubling_gaps_and_at_the_end(epochs: int, recorded: tuple[int, ...]) -> None:
    assert ExperimentConfig(training=TrainingConfig(epochs=epochs)).recorded_epochs() == recorded


def test_probes_are_recorded_when_asked_and_within_the_run() -> None:
    config = ExperimentConfig(training=TrainingConfig(epochs=5), probe_epochs=(7, 3, 0, 3))
    assert config.recorded_epochs() == (0, 3)


def test_what_would_depend_on_the_place_is_settled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    config = ExperimentConfig(data="frames", data_folder="rooms").resolved()
    assert (config.data, config.data_folder) == (str(tmp_path / "frames"), str(tmp_path / "rooms"))
    assert config.training.threads == available_cores()
    assert dataclasses.replace(config, data="rooms").resolved().data == "rooms"


def test_the_full_preset_is_the_papers_protocol() -> None:
    full = preset("full")
    assert (full.width, full.image_size, full.train_images, full.val_images) == (64, (288, 384), 795, 654)
    assert full.training == TrainingConfig(
        epochs=200, batch_size=2, learning_rate=1e-4, schedule="step", augment="none"
    )


def test_the_full_preset_for_domains_is_the_papers_protocol_for_them() -> None:
    full = preset("decathlon_full")
    assert (full.backbone, full.width, full.image_size) == ("wide_resnet28", 64, (72, 72))
    assert full.training == TrainingConfig(
        epochs=400, second_phase=100, batch_size=128, optimizer="sgd", learning_rate=0.1, schedule="staircase",
        augment="flip", sampling="in_turn",
    )  # fmt: skip


def test_a_configuration_from_before_there_were_domains_still_loads() -> None:
    old = ExperimentConfig(tasks=("semantic", "depth", "normal")).to_dict()
    for setting in ("optimizer", "sampling", "second_phase"):
        del old["training"][setting]
    assert ExperimentConfig.from_dict(old) == ExperimentConfig(tasks=("semantic", "depth", "normal"))


def test_what_nobody_chooses_is_the_lecture_preset() -> None:
    assert ExperimentConfig() == preset("lecture")


def test_an_unknown_preset_is_refused() -> None:
    with pytest.raises(
        ValueError, match="`preset` must be one of smoke, lecture, full, decathlon, decathlon_full; got 'small'"
    ):
        preset("small")
