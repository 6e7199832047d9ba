"""Is ours the same function as the reference code's? Rebuild its weights and inputs, run, compare every figure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from mtan_edu.data.batch import Batch
from mtan_edu.models import MultiTaskModel, build_model, load_reference_state_dict
from mtan_edu.models.reference import reference_names
from mtan_edu.reproduction.parity_result import TOLERANCE, ParityResult
from mtan_edu.reproduction.parity_wide_resnet import check_wide_resnet
from mtan_edu.reproduction.reference_values import (
    SETUP_FILE,
    ReferenceSetup,
    array_entry,
    entry,
    figures_entry,
    read_arrays,
    read_json,
    read_setup,
    reference_batch,
    reference_weights,
    shapes_entry,
)
from mtan_edu.reproduction.relative_error import array_error, figures_error, gradient_error
from mtan_edu.tasks import Task, dense_tasks
from mtan_edu.weighting import DynamicWeightAverage, UncertaintyWeighting

SAMPLES = 257
"""About as many values are kept of each prediction: every (size // 257)-th."""

_SEGNET = re.compile(
    r"segnet_(mtan|split_standard|split_wide|split_deep|dense|cross|(?:single|stan)_(?:semantic|depth|normal))"
)
_DEEPLAB = re.compile(r"deeplab_(resnet\d+)_mtan")
_ARCHITECTURES = {
    "mtan": "mtan",
    "split_standard": "split",
    "split_wide": "split_wide",
    "split_deep": "split_deep",
    "dense": "dense_reference",
    "cross": "cross_stitch_reference",
    "single": "single",
    "stan": "stan",
}
"""The authors' name, without its task, to ours."""

_COLUMNS = (("outputs", "weights"), ("losses",), ("metrics",), ("gradient norms", "gradients"))


def check_parity(folder: Path | str) -> list[ParityResult]:
    """Compare every model that exists here with the reference code's values in a folder.

    Order of calls per model: load the weights, forward in evaluation mode, forward in training mode, backward of
    the sum of the losses; all in float64 on the CPU.

    Args:
        folder: Holds `setup.json` and, for each model, `<model>.json` and `<model>.npz`; perhaps `weighting.json`.

    Returns:
        One result per model, in alphabetical order; models that do not exist here are `skipped`.

    Raises:
        ValueError: If a file is missing or damaged, or the folder holds nothing that can be compared.
    """
    folder = Path(folder)
    setup = read_setup(folder)
    names = sorted(path.stem for path in folder.glob("*.json") if path.name != SETUP_FILE)
    results = [_check(name, folder, setup) for name in names]
    if all(result.skipped for result in results):
        raise ValueError(
            f"`folder` must hold values of at least one model that exists here; got {', '.join(names) or 'none'} "
            f"in {folder}. A model's values are <model>.json and <model>.npz, such as segnet_mtan."
        )
    return results


def parity_passed(results: Sequence[ParityResult]) -> bool:
    """Whether everything that was compared agrees. What was skipped does not count."""
    return all(result.passed for result in results if not result.skipped)


def format_parity(results: Sequence[ParityResult]) -> str:
    """A table for people: one line per model, and what could not be compared below it.

    Args:
        results: What `check_parity` returned.

    Returns:
        Lines without a newline at the end.
    """
    header = ("model", "outputs", "losses", "metrics", "gradients", "parameters", "reference", "")
    rows = [header] + [_row(result) for result in results if not result.skipped]
    widths = [max(len(row[column]) for row in rows) for column in range(len(header))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    lines.append(f"Largest relative errors in float64. Up to {TOLERANCE:.0e} it is the same function.")
    lines += [f"{result.name}: {result.problem}" for result in results if result.problem and not result.skipped]
    if skipped := [result.name for result in results if result.skipped]:
        lines.append(f"Not compared, for there is no such model here: {', '.join(skipped)}.")
    return "\n".join(lines)


def check_weighting(path: Path) -> ParityResult:
    """Compare Dynamic Weight Average and uncertainty weighting with the reference's.

    Args:
        path: A `weighting.json`.

    Raises:
        ValueError: If the file is damaged.
    """
    values = read_json(path)
    errors = {"weights": 0.0, "losses": 0.0, "gradients": 0.0}
    for case in entry(values, "dynamic_weight_average", path):
        found = _epoch_weights(*(array_entry(case, key, path) for key in ("epoch_mean_losses", "temperature")))
        errors["weights"] = max(errors["weights"], array_error(found, array_entry(case, "weights", path)))
    for case in entry(values, "uncertainty", path):
        losses, logsigma = (array_entry(case, key, path) for key in ("losses", "logsigma"))
        total, *gradients = _uncertainty(losses, logsigma)
        errors["losses"] = max(errors["losses"], array_error(total, array_entry(case, "total", path)))
        for gradient, key in zip(gradients, ("grad_losses", "grad_logsigma"), strict=True):
            errors["gradients"] = max(errors["gradients"], array_error(gradient, array_entry(case, key, path)))
    return ParityResult(path.stem, errors)


def _check(name: str, folder: Path, setup: ReferenceSetup) -> ParityResult:
    if name == "weighting":
        return check_weighting(folder / f"{name}.json")
    if name == "wrn_mtan":
        return check_wide_resnet(name, folder, setup)
    if match := _DEEPLAB.fullmatch(name):
        return _check_dense(name, "mtan", folder, setup, backbone=match.group(1), modes=("eval",))
    if not (match := _SEGNET.fullmatch(name)):
        return ParityResult(name, {}, problem="There is no model of this name here.", skipped=True)
    network = re.sub(r"_(semantic|depth|normal)$", "", match.group(1))
    widths = setup.wide_widths if network == "split_wide" else setup.widths
    return _check_dense(name, _ARCHITECTURES[network], folder, setup, widths=widths)


def _check_dense(
    name: str,
    architecture: str,
    folder: Path,
    setup: ReferenceSetup,
    *,
    backbone: str = "segnet",
    widths: Sequence[int] | None = None,
    modes: tuple[str, ...] = ("eval", "train"),
) -> ParityResult:
    """A model of dense tasks. The authors' ResNet is too deep for a batch of this size in training mode."""
    path = folder / f"{name}.json"
    values, arrays = read_json(path), read_arrays(path.with_suffix(".npz"))
    shapes, count = shapes_entry(values, "parameters", path), entry(values, "trainable_parameter_count", path)
    classes = [f"class {label}" for label in range(setup.classes)]
    tasks = dense_tasks(classes, tuple(figures_entry(values, "eval_losses", path)))
    model = build_model(
        architecture,
        {task.name: task.out_channels for task in tasks.values()},
        backbone=backbone,
        widths=widths,
        device="meta",
    )
    model.double().to_empty(device="cpu")
    try:
        rest = load_reference_state_dict(model, reference_weights(shapes, setup.seed))
    except ValueError as error:
        return ParityResult(name, {}, reference_parameters=count, problem=str(error))
    ours = sum(tensor.numel() for tensor in (*model.parameters(), *rest.values()))
    errors = _compare(model, tasks, reference_batch(setup), values, arrays, path, modes)
    return ParityResult(name, errors, ours, count)


def _compare(
    model: MultiTaskModel,
    tasks: Mapping[str, Task],
    batch: Batch,
    values: Mapping[str, Any],
    arrays: Mapping[str, np.ndarray],
    path: Path,
    modes: tuple[str, ...],
) -> dict[str, float]:
    """The largest errors of all modes, and of the gradients of the last one."""
    errors = {"outputs": 0.0, "losses": 0.0}
    for mode in modes:
        model.train(mode == "train")
        raw = model(batch.image)
        losses = {name: task.loss(raw[name], batch.targets[name]) for name, task in tasks.items()}
        loss_values = {name: loss.item() for name, loss in losses.items()}
        expected_losses = figures_entry(values, f"{mode}_losses", path)
        errors["losses"] = max(errors["losses"], figures_error(loss_values, expected_losses))
        if f"{mode}_metrics" in values or "train" in modes:  # of the ResNet none were kept
            expected_metrics = figures_entry(values, f"{mode}_metrics", path)
            errors["metrics"] = max(
                errors.get("metrics", 0.0), figures_error(_measure(tasks, raw, batch), expected_metrics)
            )
        for name, task in tasks.items():
            expected = entry(arrays, f"{mode}/prediction/{name}", path.with_suffix(".npz"))
            errors["outputs"] = max(errors["outputs"], array_error(_sample(task.activation(raw[name])), expected))
    torch.stack(list(losses.values())).sum().backward()
    expected_norms = figures_entry(values, "gradient_norms", path)
    return errors | {"gradient norms": gradient_error(_gradient_norms(model), expected_norms)}


def _measure(tasks: Mapping[str, Task], raw: Mapping[str, Tensor], batch: Batch) -> dict[str, float]:
    """Every task's metrics in one mapping: their names are all different."""
    figures: dict[str, float] = {}
    for name, task in tasks.items():
        metrics = task.metrics()
        metrics.update(raw[name].detach(), batch.targets[name])
        figures |= metrics.compute()
    return figures


def _sample(prediction: Tensor) -> np.ndarray:
    flat = prediction.detach().flatten()
    return flat[:: max(1, flat.numel() // SAMPLES)].numpy()


def _gradient_norms(model: MultiTaskModel) -> dict[str, float | None]:
    """The reference's name of each parameter to the L2 norm of its gradient."""
    names = reference_names(model)
    return {
        names[name]: None if parameter.grad is None else parameter.grad.norm().item()
        for name, parameter in model.named_parameters()
    }


def _epoch_weights(epoch_mean_losses: np.ndarray, temperature: np.ndarray) -> np.ndarray:
    """The weights that Dynamic Weight Average gives before each epoch, `(epochs, K)`."""
    weighting = DynamicWeightAverage(epoch_mean_losses.shape[1], temperature.item())
    weights = []
    for losses in epoch_mean_losses:
        weights.append(weighting.weights().numpy())
        weighting.end_epoch(torch.from_numpy(losses))
    return np.array(weights)


def _uncertainty(losses: np.ndarray, logsigma: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Total of the uncertainty weighting, and its gradients in the losses and in its parameter."""
    weighting = UncertaintyWeighting(len(losses)).double()
    weighting.load_state_dict({"log_variance": torch.from_numpy(logsigma)})
    given = torch.from_numpy(losses).requires_grad_()
    total = weighting(given)
    gradients = torch.autograd.grad(total, [given, weighting.log_variance])
    return total.detach().numpy(), gradients[0].numpy(), gradients[1].numpy()


def _row(result: ParityResult) -> tuple[str, ...]:
    errors = [
        next((f"{result.errors[name]:.1e}" for name in names if name in result.errors), "-") for names in _COLUMNS
    ]
    counts = ["-" if count is None else f"{count:,}" for count in (result.parameters, result.reference_parameters)]
    return (result.name, *errors, *counts, "passed" if result.passed else "FAILED")
