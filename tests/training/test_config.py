from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from mtan_edu.training.config import TrainingConfig


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("epochs", 0, "`epochs` must be at least 1; got 0"),
        ("batch_size", -2, "`batch_size` must be at least 1; got -2"),
        ("learning_rate", 0.0, "`learning_rate` must be finite and above 0; got 0.0"),
        ("learning_rate", float("nan"), "`learning_rate` must be finite and above 0; got nan"),
        ("learning_rate", float("inf"), "`learning_rate` must be finite and above 0; got inf"),
        ("schedule", "onecycle", "Did you mean `one_cycle`"),
        ("augment", "flips", "Did you mean `flip`"),
        ("optimizer", "adamw", "Did you mean `adam`"),
        ("sampling", "interleave", "Did you mean `interleaved`"),
        ("second_phase", -1, "`second_phase` must be at least 0; got -1"),
        ("second_phase", 12, "`second_phase` must be less than the 12 epochs of the run; got 12"),
        ("device", "gpu", "`device` must be one of auto, cpu, cuda, mps; got 'gpu'"),
        ("threads", 0, "`threads` must be at least 1; got 0"),
        ("seed", -1, "`seed` must be at least 0; got -1"),
        ("workers", -1, "`workers` must be at least 0; got -1"),
    ],
)
def test_a_value_out_of_range_gets_a_sentence(name: str, value: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        TrainingConfig(**{name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [("epochs", 2.0), ("epochs", True), ("batch_size", "2"), ("learning_rate", "fast"), ("deterministic", 1)],
)
def test_a_value_of_another_type_gets_a_sentence(name: str, value: Any) -> None:
    with pytest.raises(TypeError, match=name):
        TrainingConfig(**{name: value})


def test_it_survives_json() -> None:
    config = TrainingConfig(epochs=7, threads=2, device="cuda:1", augment="scale-flip", deterministic=True)
    assert TrainingConfig.from_dict(json.loads(json.dumps(dataclasses.asdict(config)))) == config


def test_an_unknown_setting_is_refused_and_the_nearest_named() -> None:
    with pytest.raises(ValueError, match="got 'epoch'. Did you mean `epochs`"):
        TrainingConfig.from_dict({"epoch": 3})
