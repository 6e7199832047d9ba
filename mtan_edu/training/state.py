"""Everything a training run must remember from one epoch to the next, as named tensors and one number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

import torch
from torch import Tensor, nn

from mtan_edu.training.config import TrainingConfig
from mtan_edu.training.device import pick_device
from mtan_edu.training.gradients import TaskGradients, check_names_parameters
from mtan_edu.training.optimizer import OPTIMIZERS
from mtan_edu.weighting import GradientBalancing, LossWeighting

Module = TypeVar("Module", bound=nn.Module)


class TrainingState:
    """A model in training, its loss weighting or gradient balancing, its optimizer, and how many epochs are finished.

    Order and augmentation of the images follow from (seed, epoch, index) and the learning rate from the position in
    the run, so there is nothing else to remember: a state that is saved and loaded goes on bit for bit.

    Args:
        model: Moved to the configuration's device by `place_model`.
        weighting: Stays on the CPU, where the few losses are weighed in any case.
        config: How to train.

    Raises:
        TypeError: If gradients shall be balanced of a model that does not say which parameters its tasks share.
    """

    def __init__(self, model: nn.Module, weighting: LossWeighting | GradientBalancing, config: TrainingConfig) -> None:
        if isinstance(weighting, GradientBalancing):
            check_names_parameters(model)
        self.device = pick_device(config.device)
        self.model = place_model(model, self.device)
        self.weighting = weighting.to("cpu")
        parameters = {f"model.{name}": value for name, value in model.named_parameters()}
        parameters |= {f"weighting.{name}": value for name, value in weighting.named_parameters()}
        self.optimizer = OPTIMIZERS[config.optimizer](parameters)
        self.epoch = 0
        self._gradients: TaskGradients | None = None

    def gradients(self, tasks: Iterable[str]) -> TaskGradients:
        """The tasks' gradients, where gradients are balanced: those of the last step, until the next one.

        Args:
            tasks: Task names, in the order of the losses.
        """
        names = tuple(tasks)
        if self._gradients is None or tuple(self._gradients.own) != names:
            self._gradients = TaskGradients(self.model, names)
        return self._gradients

    def model_tensors(self) -> dict[str, Tensor]:
        """The model's weights and buffers by name, copied to the CPU."""
        return _copies(self.model.state_dict())

    def training_tensors(self) -> dict[str, Tensor]:
        """The state of optimizer (`optimizer.*`) and weighting (`weighting.*`), copied to the CPU."""
        return _copies(self._training_tensors())

    def load(self, epoch: int, model: Mapping[str, Tensor], training: Mapping[str, Tensor]) -> None:
        """Go back to a saved state.

        Args:
            epoch: Epochs that were finished.
            model: What `model_tensors` gave.
            training: What `training_tensors` gave.

        Raises:
            ValueError: If a tensor is missing, surplus or of another shape or type.
        """
        _fill(self.model.state_dict(), model, "model")
        _fill(self._training_tensors(), training, "training")
        self.epoch = epoch

    def _training_tensors(self) -> dict[str, Tensor]:
        tensors = {f"optimizer.{name}": value for name, value in self.optimizer.tensors().items()}
        return tensors | {f"weighting.{name}": value for name, value in self.weighting.state_dict().items()}


def place_model(model: Module, device: torch.device) -> Module:
    """Move a model to a device and its weights into the order that is computed fastest: channels last.

    Measured on a CPU: training 10 %, prediction 40 to 70 % faster. Another order rounds differently.
    """
    return model.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]


def load_tensors(module: nn.Module, saved: Mapping[str, Tensor]) -> None:
    """Load a module's weights and buffers, every one of them.

    Raises:
        ValueError: If a tensor is missing, surplus or of another shape or type.
    """
    _fill(module.state_dict(), saved, "model")


def _copies(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {
        name: value.detach().to("cpu", copy=True, memory_format=torch.contiguous_format).contiguous()
        for name, value in tensors.items()
    }


def _fill(tensors: Mapping[str, Tensor], saved: Mapping[str, Tensor], what: str) -> None:
    """Copy saved values into tensors in place: they keep their device and their layout in memory."""
    missing = [name for name in tensors if name not in saved]
    surplus = [name for name in saved if name not in tensors]
    differing = [
        f"{name} {_form(saved[name])} instead of {_form(value)}"
        for name, value in tensors.items()
        if name in saved and _form(saved[name]) != _form(value)
    ]
    complaints = {"missing": missing, "surplus": surplus, "of another form": differing}
    if any(complaints.values()):
        found = "; ".join(f"{len(names)} {kind} ({_first(names)})" for kind, names in complaints.items() if names)
        raise ValueError(
            f"`{what}` must hold the {len(tensors)} tensors of this state; got {found}. "
            "Load it into the architecture, width, tasks and weighting that it was saved from."
        )
    with torch.no_grad():
        for name, value in tensors.items():
            value.copy_(saved[name])


def _form(tensor: Tensor) -> str:
    """Shape and type, such as "(2, 3) float32"."""
    return f"{tuple(tensor.shape)} {str(tensor.dtype).removeprefix('torch.')}"


def _first(names: Sequence[str], count: int = 3) -> str:
    """The first few names, and that there are more."""
    return ", ".join(names[:count]) + (", ..." if len(names) > count else "")
