from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from mtan_edu.lessons import comparison_config, last_metrics, lesson_config, single_task_metrics, train_over_seeds
from mtan_edu.run_reader import read_run
from tests.tiny_runs import tiny_config, write_random_data


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_random_data(tmp_path_factory.mktemp("frames") / "random")


def test_a_comparison_is_smaller_than_a_lesson_only_where_many_runs_must_fit_a_lecture() -> None:
    small, usual = comparison_config("lecture", seed=3), lesson_config("lecture", seed=3)
    assert small.width < usual.width
    assert small.train_images < usual.train_images
    assert (small.training.seed, small.data_seed) == (3, 0)
    for preset in ("smoke", "full"):
        assert comparison_config(preset) == dataclasses.replace(lesson_config(preset), probes=0)


def test_every_configuration_is_trained_with_every_seed(data: Path, tmp_path: Path) -> None:
    config = tiny_config(data, epochs=1, seed=5)
    configs = {task: dataclasses.replace(config, model="single", tasks=(task,)) for task in ("depth", "normal")}
    runs = train_over_seeds(configs, 2, tmp_path / "runs")
    seeds = {name: [run.config["training"]["seed"] for run in of] for name, of in runs.items()}
    assert seeds == {"depth": [5, 6], "normal": [5, 6]}
    assert len(list((tmp_path / "runs").iterdir())) == 4
    first = runs["depth"][0]
    assert read_run(first.folder).epochs == first.epochs
    assert last_metrics(runs["depth"])[1] == runs["depth"][1].epochs[-1].metrics
    together = single_task_metrics(runs)
    assert [list(seed) for seed in together] == [["depth", "normal"]] * 2
    assert together[1]["normal"] == runs["normal"][1].epochs[-1].metrics["normal"]
    with pytest.raises(ValueError, match=r"as many seeds for every network; got \[1, 2\]"):
        single_task_metrics({"depth": runs["depth"], "normal": runs["normal"][:1]})


def test_no_seed_is_refused(data: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="`seeds` must be at least 1; got 0"):
        train_over_seeds({"mtan": tiny_config(data)}, 0, tmp_path)
