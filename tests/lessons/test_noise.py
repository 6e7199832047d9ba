from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch

from mtan_edu.data.transforms import mirror
from mtan_edu.experiment import build_experiment
from mtan_edu.lessons import train_with_noise, with_noise
from mtan_edu.tasks import dense_tasks
from mtan_edu.training import evaluate
from tests.tiny_runs import random_splits, tiny_config, tiny_model, write_random_data


def test_noise_is_one_target_more_for_every_image_and_the_same_every_time() -> None:
    plain = random_splits()
    data, tasks = with_noise(plain, dense_tasks())
    assert list(tasks) == ["semantic", "depth", "normal", "noise"]
    assert data.tasks == tuple(tasks)
    assert data.classes == plain.classes
    sample = data.train[1]
    assert sample.targets["noise"].shape == (3, 32, 64)
    assert sample.targets["noise"].norm(dim=0) == pytest.approx(np.ones((32, 64)), abs=1e-5)
    assert torch.equal(sample.targets["noise"], data.train[1 - len(plain.train)].targets["noise"])
    assert torch.equal(sample.image, plain.train[1].image)
    others = [data.train[0], data.val[1], with_noise(plain, dense_tasks(), seed=1)[0].train[1]]
    assert not any(torch.equal(sample.targets["noise"], other.targets["noise"]) for other in others)


@pytest.mark.parametrize("guess", [(1.0, 0.0, 0.0), (0.0, 0.0, -1.0), (0.6, 0.8, 0.0)])
def test_no_guess_is_better_than_another(guess: tuple[float, float, float]) -> None:
    data, tasks = with_noise(random_splits(train=40), dense_tasks())
    noise = torch.stack([data.train[index].targets["noise"] for index in range(40)])
    guesses = torch.tensor(guess).view(1, 3, 1, 1).expand_as(noise)
    expected_error = 1 / np.sqrt(3 * noise[:, 0].numel())  # of a mean of cosines, which have the variance 1/3
    assert tasks["noise"].loss(guesses, noise).item() == pytest.approx(1, abs=4 * expected_error)


def test_it_is_a_task_like_any_other() -> None:
    data, tasks = with_noise(random_splits(), dense_tasks())
    measured = evaluate(tiny_model(tasks, "split"), tasks, data.val)
    assert measured.metrics["noise"]["angle_mean"] == pytest.approx(90, abs=2)
    assert tasks["noise"].target_array(data.val[0].targets["noise"][None]).shape == (1, 32, 64, 3)


def test_the_same_network_is_trained_without_and_with_it(tmp_path: Path) -> None:
    config = tiny_config(write_random_data(tmp_path / "frames"), epochs=1)
    result = train_with_noise(dataclasses.replace(config, model="split"), seeds=2)
    assert list(result.tasks) == ["semantic", "depth", "normal", "noise"]
    assert "noise" not in result.without[0].metrics
    assert "noise" in result.with_noise[1].metrics
    metrics = result.metrics()
    assert [list(seed) for of in metrics.values() for seed in of] == [["semantic", "depth", "normal"]] * 4
    assert metrics["with noise"][1]["depth"] == result.with_noise[1].metrics["depth"]
    assert [record.tasks[-1] for record in result.gradients] == ["noise", "noise"]
    assert result.without[0].train_losses != result.without[1].train_losses
    with pytest.raises(ValueError, match="`seeds` must be at least 1; got 0"):
        train_with_noise(config, 0)


def test_flipping_images_would_not_flip_the_noise_and_is_refused(tmp_path: Path) -> None:
    experiment = build_experiment(tiny_config(write_random_data(tmp_path / "frames")))
    data, tasks = with_noise(experiment.data, experiment.tasks)
    with pytest.raises(ValueError, match="`targets` must be among .*; got noise"):
        mirror(data.train[0])
    assert "noise" in tasks
