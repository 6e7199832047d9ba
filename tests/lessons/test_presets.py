from __future__ import annotations

from pathlib import Path

import pytest

from mtan_edu.lessons import choose, lesson_config


def test_a_size_is_chosen_by_the_preset() -> None:
    assert choose("lecture", smoke=1, lecture=8, full=200) == 8


def test_an_unknown_preset_gets_a_sentence() -> None:
    with pytest.raises(ValueError, match="`preset` must be one of smoke, lecture, full; got 'lectuer'"):
        choose("lectuer", smoke=1, lecture=8, full=200)
    with pytest.raises(ValueError, match="`preset` must be one of smoke, lecture, full; got 'decathlon'"):
        lesson_config("decathlon")  # a preset of the command, not of a notebook


def test_the_parameters_of_a_notebook_reach_the_configuration(tmp_path: Path) -> None:
    config = lesson_config("smoke", seed=3, device="cpu", data=str(tmp_path))
    assert (config.training.seed, config.training.device, config.data) == (3, "cpu", str(tmp_path))
    assert config.data_seed == lesson_config("smoke").data_seed


def test_a_folder_that_does_not_exist_gets_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"`data` must be rooms or an existing folder; got .*nowhere"):
        lesson_config("smoke", data=str(tmp_path / "nowhere"))
