"""Is our wide ResNet MTAN the same function as the reference code's? It classifies, one task per batch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from mtan_edu.models import MultiTaskModel, load_reference_state_dict
from mtan_edu.models.build import build_on
from mtan_edu.models.kinds import wide_resnet
from mtan_edu.reproduction.parity_result import ParityResult
from mtan_edu.reproduction.reference_values import (
    ReferenceSetup,
    entry,
    figures_entry,
    read_arrays,
    read_json,
    reference_weights,
    row_entry,
    shapes_entry,
    whole_entry,
)
from mtan_edu.reproduction.relative_error import array_error, figures_error

STAGES = (16, 32, 64)
"""Channels of the three stages before they are widened (Zagoruyko and Komodakis, table 1)."""

WINDOW = 8
"""Side of what the authors average over before they classify."""

TINY = 1e-20
"""What they add to a probability before its logarithm is taken."""


def check_wide_resnet(name: str, folder: Path, setup: ReferenceSetup) -> ParityResult:
    """Compare probabilities and losses of all tasks in both modes, with the weights loaded anew before each.

    Args:
        name: What the files in the folder are called.
        folder: Holds `<name>.json` and `<name>.npz`.
        setup: The seed.

    Raises:
        ValueError: If a file is missing or damaged.
    """
    path = folder / f"{name}.json"
    values, arrays = read_json(path), read_arrays(path.with_suffix(".npz"))
    shapes, count = shapes_entry(values, "parameters", path), whole_entry(values, "trainable_parameter_count", path)
    classes = row_entry(values, "num_classes", path)
    widths = [whole_entry(values, "widen_factor", path) * channels for channels in STAGES]
    kind = wide_resnet(whole_entry(values, "depth", path), window=WINDOW)
    tasks = {f"domain_{number}": outputs for number, outputs in enumerate(classes)}
    model = build_on(kind, "mtan", tasks, widths).double()
    weights = reference_weights(shapes, setup.seed)
    rng = np.random.RandomState(setup.seed + 2)
    image = torch.from_numpy(rng.uniform(-1, 1, row_entry(values, "image_shape", path)))
    errors = {"outputs": 0.0, "losses": 0.0}
    losses = {}
    for mode in ("eval", "train"):
        try:
            load_reference_state_dict(model, weights)
        except ValueError as error:
            return ParityResult(name, {}, reference_parameters=count, problem=str(error))
        model.train(mode == "train")
        for number, task in enumerate(tasks):
            found = _probabilities(model, task, image)
            expected = entry(arrays, f"{mode}/probabilities/{number}", path.with_suffix(".npz"))
            errors["outputs"] = max(errors["outputs"], array_error(found, expected))
            losses[f"{mode}/{number}"] = float(-np.log(found[[0, -1], [0, -1]] + TINY).mean())  # labels 0 and N - 1
    errors["losses"] = figures_error(losses, figures_entry(values, "losses", path))
    return ParityResult(name, errors, sum(parameter.numel() for parameter in model.parameters()), count)


def _probabilities(model: MultiTaskModel, task: str, image: torch.Tensor) -> np.ndarray:
    with torch.no_grad():
        return model(image, [task])[task].softmax(dim=1).numpy()
