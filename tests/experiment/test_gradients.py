from __future__ import annotations

import dataclasses
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from mtan_edu.data import collate
from mtan_edu.experiment import build_experiment, load_model, look_at_gradients, resume_run, start_run
from mtan_edu.experiment.gradients import first_batches
from mtan_edu.run_reader import gradient_epochs, read_epochs, read_gradients
from mtan_edu.weighting import MultipleGradientDescent
from tests.tiny_runs import contents, tiny_config

LOOK = "import sys, mtan_edu.run_reader as r; print(r.read_gradients(sys.argv[1], 1).conflict_share()); "


@pytest.fixture(scope="module")
def looked_at(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run `whole`, with gradients."""
    folder = tmp_path_factory.mktemp("runs") / "gradients"
    list(start_run(dataclasses.replace(tiny_config(data, weighting="dwa"), gradients=2), folder))
    return folder


def test_a_run_that_is_looked_at_ends_bit_for_bit_where_it_ends_unobserved(looked_at: Path, whole: Path) -> None:
    ours, theirs = load_model(looked_at).state_dict(), load_model(whole).state_dict()
    assert all(torch.equal(value, theirs[name]) for name, value in ours.items())
    for one, other in zip(read_epochs(looked_at), read_epochs(whole), strict=True):
        assert dataclasses.replace(one, seconds=0) == dataclasses.replace(other, seconds=0)


def test_gradients_are_recorded_with_the_probes_and_only_when_asked(looked_at: Path, whole: Path) -> None:
    assert gradient_epochs(looked_at) == (0, 1, 2, 3)
    assert gradient_epochs(whole) == ()
    with pytest.raises(ValueError, match="gradients must hold recorded gradients; got none"):
        read_gradients(whole)
    record = read_gradients(looked_at)
    assert (record.tasks, record.epoch) == (("semantic", "depth", "normal"), 3)
    assert record.products.shape == (2, 19, 3, 3)
    assert record.groups[:2] == ("encoder_1", "encoder_2")


def test_weights_are_those_that_the_run_s_method_gives_then(looked_at: Path) -> None:
    weights = {epoch: read_gradients(looked_at, epoch).weights for epoch in gradient_epochs(looked_at)}
    assert np.allclose(weights[0], 1)
    assert not np.allclose(weights[3], 1)
    assert weights[2][0] == pytest.approx(list(read_epochs(looked_at)[2].weights.values()))  # λ of epoch 3


def test_they_are_read_without_torch(looked_at: Path) -> None:
    code = LOOK + "sys.exit('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code, str(looked_at)], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) == read_gradients(looked_at, 1).conflict_share()


def test_a_run_that_was_stopped_ends_with_the_same_gradients(looked_at: Path, data: Path, tmp_path: Path) -> None:
    run = start_run(dataclasses.replace(tiny_config(data, weighting="dwa"), gradients=2), tmp_path / "run")
    next(run)
    run.close()
    list(resume_run(tmp_path / "run"))
    assert contents(tmp_path / "run" / "gradients") == contents(looked_at / "gradients")


def test_damaged_gradients_get_a_sentence(looked_at: Path, tmp_path: Path) -> None:
    (tmp_path / "gradients").mkdir()
    (tmp_path / "config.json").write_text("{}")
    path = tmp_path / "gradients" / "epoch_0001.npz"
    with np.load(looked_at / "gradients" / "epoch_0001.npz") as archive:
        arrays = {name: archive[name] for name in archive.files}
    np.savez(path, **{name: values for name, values in arrays.items() if name != "weights"})
    with pytest.raises(ValueError, match=r"epoch_0001\.npz must be recorded gradients; it is damaged"):
        read_gradients(tmp_path)
    np.savez(path, **{**arrays, "weights": arrays["weights"][:, :1]})
    with pytest.raises(ValueError, match="`weights` must have the shape"):
        read_gradients(tmp_path)


def test_looking_keeps_every_part_s_mode_and_the_weighting(data: Path) -> None:
    experiment = build_experiment(tiny_config(data, weighting="uncertainty"))
    model = experiment.model.eval()
    model.backbone.train()
    before = [part.training for part in model.modules()]
    state = {name: value.clone() for name, value in experiment.weighting.state_dict().items()}
    batch = collate([experiment.data.train[index] for index in range(3)])
    record = look_at_gradients(model, experiment.tasks, [batch], weighting=experiment.weighting)
    assert [part.training for part in model.modules()] == before
    assert all(torch.equal(value, state[name]) for name, value in experiment.weighting.state_dict().items())
    assert record.weights[0] == pytest.approx([0.5 * np.exp(0.5)] * 3)


def test_weights_of_a_gradient_balancing_are_what_it_makes_of_these_gradients(data: Path) -> None:
    experiment, balancing = build_experiment(tiny_config(data)), MultipleGradientDescent(3)
    batches = first_batches(experiment.data.train, 2, 2)
    record = look_at_gradients(experiment.model, experiment.tasks, batches, weighting=balancing)
    assert balancing.weights().tolist() == [1, 1, 1]  # it has not noticed
    for products, weights in zip(record.products.sum(axis=1), record.weights, strict=True):
        toward = products @ weights  # of the shortest combination: the same for every task that has a weight
        assert weights.sum() == pytest.approx(1)
        assert toward[weights > 1e-9] == pytest.approx(weights @ toward, rel=1e-4)
        assert (toward >= weights @ toward * (1 - 1e-4)).all()


def test_a_single_task_has_no_gradients_to_compare(data: Path, tmp_path: Path) -> None:
    config = dataclasses.replace(tiny_config(data, epochs=1), model="single", tasks=("depth",), gradients=2)
    list(start_run(config, tmp_path / "run"))
    assert gradient_epochs(tmp_path / "run") == ()


def test_the_first_batches_stand_in_order_and_none_has_a_single_image(data: Path) -> None:
    images = build_experiment(tiny_config(data)).data.train  # five
    assert [len(batch) for batch in first_batches(images, 2, 9)] == [2, 2]
    assert [len(batch) for batch in first_batches(images, 3, 9)] == [3, 2]
    assert [len(batch) for batch in first_batches(images, 2, 1)] == [2]
    assert torch.equal(list(first_batches(images, 2, 9))[1].image[0], images[2].image)
