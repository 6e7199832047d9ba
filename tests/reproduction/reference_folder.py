"""A folder of reference values, computed by the oracle instead of the reference code."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch

from mtan_edu.data.batch import Batch
from mtan_edu.reproduction.reference_values import ReferenceSetup, reference_batch, reference_weights
from tests import reference_network as oracle

MULTI = ("semantic", "depth", "normal")


def write_folder(folder: Path, setup: ReferenceSetup, names: tuple[str, ...]) -> Path:
    """Write `setup.json` and the values of the models named."""
    folder.mkdir(exist_ok=True)
    values = {"seed": setup.seed, "image_shape": setup.image_shape, "semantic_classes": setup.classes}
    values |= {"widths": setup.widths, "wide_widths": setup.wide_widths}
    (folder / "setup.json").write_text(json.dumps(values))
    for name in names:
        figures, arrays = reference_values(name, setup)
        (folder / f"{name}.json").write_text(json.dumps(figures))
        np.savez(folder / f"{name}.npz", **arrays)
    return folder


def reference_values(name: str, setup: ReferenceSetup) -> tuple[dict, dict[str, np.ndarray]]:
    """What the reference code would write for a model."""
    tasks = (name.split("_")[2],) if name.split("_")[1] in ("single", "stan") else MULTI
    channels = {"semantic": setup.classes, "depth": 1, "normal": 3}
    widths = setup.wide_widths if name.endswith("wide") else setup.widths
    attention, multi = name.split("_")[1] in ("mtan", "stan"), len(tasks) > 1
    shapes = oracle.shapes(widths, [channels[task] for task in tasks], attention, logsigma=multi)
    state = reference_weights(shapes, setup.seed)
    trained = [key for key in state if not key.endswith(("running_mean", "running_var", "num_batches_tracked"))]
    for key in trained:
        state[key].requires_grad_()
    figures = {
        "parameters": list(shapes.items()),
        "trainable_parameter_count": sum(state[key].numel() for key in trained),
    }
    arrays = {}
    batch = reference_batch(setup)
    for mode in ("eval", "train"):
        losses, metrics = {}, {}
        for task, output in zip(tasks, oracle.predict(state, batch.image, training=mode == "train"), strict=True):
            prediction, losses[task], found = _measure(task, output, batch, setup)
            metrics |= found
            flat = prediction.detach().flatten()
            arrays[f"{mode}/prediction/{task}"] = flat[:: max(1, flat.numel() // 257)].numpy()
        figures[f"{mode}_losses"] = {task: loss.item() for task, loss in losses.items()}
        figures[f"{mode}_metrics"] = metrics
    torch.stack(list(losses.values())).sum().backward()
    grads = {key: state[key].grad for key in trained}
    figures["gradient_norms"] = {key: None if grad is None else grad.norm().item() for key, grad in grads.items()}
    return figures, arrays


def _measure(task: str, output: torch.Tensor, batch: Batch, setup: ReferenceSetup) -> tuple:
    target = batch.targets[task]
    if task == "semantic":
        return oracle.semantic(output, target, setup.classes)
    return {"depth": oracle.depth, "normal": oracle.normal}[task](output, target)
