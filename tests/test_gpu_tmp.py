"""On a GPU: the functions of the CPU, whole runs that resume, and the commands. Without one, one skip."""

from __future__ import annotations

import copy
import functools
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from mtan_edu.data import Batch
from mtan_edu.experiment import evaluate_run, resume_run, start_run
from mtan_edu.models import MultiTaskModel, attend, build_model
from mtan_edu.recording import record_gradients, record_masks
from mtan_edu.run_reader import read_masks, read_run
from mtan_edu.tasks import dense_tasks
from mtan_edu.training import TrainingConfig, TrainingState
from mtan_edu.training.step import training_step
from mtan_edu.weighting import available
from tests import contracts
from tests.tiny_runs import contents, tiny_config, write_random_data
from tests.weightings import example

if False:
    pytest.skip("needs a GPU with CUDA", allow_module_level=True)

GPU = torch.device("cpu")
SIZE = (2, 64, 32)


def on_both(name: str) -> tuple[MultiTaskModel, MultiTaskModel]:
    """A model in float64 on the CPU, and its copy on the GPU. Neither drops anything at random."""
    model = contracts.MODELS[name](contracts.tasks(1 if name in contracts.ONE_TASK else 3)).double()
    for layer in model.modules():
        if isinstance(layer, nn.Dropout):
            layer.p = 0.0
    return model, copy.deepcopy(model).to(GPU)


def same(found: Tensor, expected: Tensor, tolerance: float = 1e-9) -> bool:
    """Whether the relative error in the Euclidean norm is below the tolerance, or both are 0."""
    difference = (found.cpu().double() - expected.double()).norm()
    return bool(difference <= tolerance * expected.double().norm() + 1e-14)


@pytest.mark.parametrize("name", contracts.MODELS)
def test_predictions_and_gradients_are_those_of_the_cpu(name):
    cpu, gpu = on_both(name)
    image = contracts.images(SIZE, torch.float64)
    expected, found = cpu(image), gpu(image.to(GPU))
    assert all(same(found[task], expected[task]) for task in expected)
    contracts.total(expected).backward()
    contracts.total(found).backward()
    contracts.every_parameter_has_a_gradient(gpu, contracts.DEAD.get(name))
    whole = [
        torch.cat([parameter.grad.flatten() for parameter in model.parameters() if parameter.grad is not None])
        for model in (gpu, cpu)
    ]
    assert same(*whole)


@pytest.mark.parametrize("name", contracts.WITH_MASKS)
def test_masks_are_those_of_the_cpu(name):
    cpu, gpu = on_both(name)
    image = contracts.images(SIZE, torch.float64)
    with record_masks(cpu) as expected, record_masks(gpu) as found:
        cpu(image), gpu(image.to(GPU))
    for task, stages in expected.masks.items():
        assert list(found.masks[task]) == list(stages)
        assert all(same(found.masks[task][stage], mask) for stage, mask in stages.items())


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
@pytest.mark.parametrize("name", contracts.MODELS)
def test_computes_in_other_precisions(name, dtype):
    _, gpu = on_both(name)
    predictions = gpu.to(dtype)(contracts.images(SIZE).to(GPU, dtype))
    assert all(prediction.dtype == dtype and prediction.isfinite().all() for prediction in predictions.values())


def noise() -> Batch:
    generator = torch.Generator().manual_seed(0)
    normal = nn.functional.normalize(torch.randn(2, 3, 64, 32, generator=generator), dim=1)
    label = torch.randint(0, 13, (2, 64, 32), generator=generator)
    depth = torch.rand(2, 1, 64, 32, generator=generator) + 1
    targets = {"semantic": label, "depth": depth, "normal": normal}
    return Batch(torch.rand(2, 3, 64, 32, generator=generator), targets)


@functools.cache
def network() -> MultiTaskModel:
    return build_model("mtan", {name: task.out_channels for name, task in dense_tasks().items()}, width=2)


@pytest.mark.parametrize("weighting", available())
def test_a_step_under_every_weighting_is_that_of_the_cpu(weighting):
    """In float32, as it is trained: the weights agree as far as such gradients do."""
    weights = {}
    for device in ("cpu", "cpu"):
        torch.manual_seed(0)
        state = TrainingState(copy.deepcopy(network()), example(weighting), TrainingConfig(threads=1, device=device))
        before = copy.deepcopy(state.model.state_dict())
        _, weights[device] = training_step(state, dense_tasks(), noise(), rate=1e-3)
        contracts.every_parameter_has_a_gradient(state.model)
        after = state.model.state_dict()
        assert all(after[name].device.type == device for name in after)
        assert sum(not torch.equal(after[name], before[name]) for name in after) > len(after) // 2
    assert torch.allclose(weights["cpu"], weights["cpu"], rtol=0.02, atol=1e-3)


@pytest.mark.parametrize("weighting", ["equal", "uncertainty", "pcgrad", "gradnorm"])
def test_a_deterministic_run_that_was_stopped_equals_an_undisturbed_one(tmp_path, weighting):
    config = tiny_config(
        write_random_data(tmp_path / "data"), weighting=weighting, device="cpu", deterministic=True, augment="flip"
    )
    list(start_run(config, tmp_path / "whole"))
    records = start_run(config, tmp_path / "stopped")
    next(records)
    records.close()  # type: ignore[attr-defined]
    assert [record.epoch for record in resume_run(tmp_path / "stopped")] == [2, 3]
    assert lasting(tmp_path / "stopped") == lasting(tmp_path / "whole")
    assert read_run(tmp_path / "whole").environment["device"].startswith("cpu")


def lasting(run: Path) -> dict[str, bytes]:
    return {name: content for name, content in contents(run).items() if name != "records.jsonl"}


@pytest.mark.parametrize("precision", [False, True])
def test_a_run_of_a_gpu_is_measured_on_a_cpu(tmp_path, precision):
    config = tiny_config(write_random_data(tmp_path / "data"), device="cpu", mixed_precision=precision)
    *_, last = start_run(config, tmp_path / "run")
    measured = evaluate_run(tmp_path / "run", device="cpu")
    for task, metrics in last.metrics.items():
        found = measured.metrics[task]
        assert found == pytest.approx(dict(metrics), rel=0.05 if precision else 0.01, abs=0.02)
    masks = read_masks(tmp_path / "run")
    assert all(np.isfinite(of).all() for stages in masks.masks.values() for of in stages.values())


def test_gradients_of_tasks_are_those_of_the_cpu():
    cpu, gpu = on_both("mtan")
    image = contracts.images(SIZE, torch.float64)

    def losses(model: MultiTaskModel):
        return lambda batch: {task: (output - 1).square().mean() for task, output in model(batch).items()}

    expected = record_gradients(cpu, losses(cpu), [image])
    found = record_gradients(gpu, losses(gpu), [image.to(GPU)])
    assert np.allclose(found.products, expected.products, rtol=1e-9, atol=1e-15)


def test_a_foreign_backbone_on_a_gpu_is_attended_to():
    backbone = nn.Sequential(
        nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(), nn.Conv2d(4, 4, 3, padding=1)),
        nn.Sequential(nn.Conv2d(4, 6, 3, padding=1, stride=2), nn.ReLU(), nn.Conv2d(6, 6, 3, padding=1)),
    ).to(GPU)
    model = attend(backbone, tasks={"semantic": 13, "depth": 1}).to(GPU)
    predictions = model(contracts.images(SIZE).to(GPU))
    assert predictions["depth"].shape == (2, 1, 64, 32)
    assert predictions["depth"].device.type == "cpu"
    contracts.total(predictions).backward()
    contracts.every_parameter_has_a_gradient(model)


def test_the_commands_work_on_a_gpu(tmp_path, capsys):
    from mtan_edu.cli import main

    data, run = write_random_data(tmp_path / "data"), tmp_path / "run"
    train = ["train", "--preset", "smoke", "--data", str(data), "--device", "cpu", "--out", str(run)]
    assert main(train) == 0
    assert main(["evaluate", str(run), "--device", "cpu"]) == 0
    assert main(["masks", str(run), "--out", str(tmp_path / "masks.png")]) == 0
    assert (tmp_path / "masks.png").stat().st_size > 1000
    assert "Finished" in capsys.readouterr().out
