"""Sets of frames: images with a label map, a depth map and surface normals, as tensors on request."""

from __future__ import annotations

import operator
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch.utils.data import Dataset

from mtan_edu.data.batch import Sample
from mtan_edu.data.fields import FIELDS, USUAL_FIELDS, finite_normal_problem, form_problem


class FrameDataset(Dataset[Sample], ABC):
    """Frames of one size. A subclass says how many there are and what is stored of each.

    Attributes:
        image_size: Height and width of every frame.
        fields: Names of the stored fields: "image" and at least one of "label", "depth" or "inverse_depth", "normal".
        classes: Class names in the order of the labels.
    """

    image_size: tuple[int, int]
    fields: tuple[str, ...]
    classes: tuple[str, ...]

    @abstractmethod
    def __len__(self) -> int: ...

    @abstractmethod
    def frame(self, index: int) -> dict[str, np.ndarray]:
        """The stored fields of one frame, `(H, W)` or `(H, W, C)`, as `mtan_edu.data.fields` describes them."""

    @property
    def tasks(self) -> tuple[str, ...]:
        """Names of the targets that every sample has, such as ("semantic", "depth", "normal")."""
        return tuple(FIELDS[name].target for name in self.fields if FIELDS[name].target)

    @property
    def quantities(self) -> dict[str, str]:
        """Target name to what it measures, where its name does not say it: {"depth": "inverse depth"}, or nothing."""
        return {FIELDS[name].target: FIELDS[name].quantity for name in self.fields if FIELDS[name].quantity}

    def __getitem__(self, index: int) -> Sample:
        """Frame `index` as new tensors: changing them changes nothing here."""
        position = operator.index(index)
        if not -len(self) <= position < len(self):
            raise IndexError(f"`index` must lie in 0..{len(self) - 1}; got {position}. The set has no such frame.")
        stored = self.frame(position % len(self))
        decoded = {name: torch.from_numpy(FIELDS[name].decode(stored[name])) for name in self.fields}
        targets = {FIELDS[name].target: values for name, values in decoded.items() if FIELDS[name].target}
        return Sample(decoded["image"], targets, self.quantities)


class DenseDataset(FrameDataset):
    """Frames held in memory in compact form: 600 frames of 96x128 take 66 MB.

    Args:
        arrays: Field name to all frames' values: image `(n, H, W, 3)`, label `(n, H, W)`, depth `(n, H, W)`, normal
            `(n, H, W, 3)`, in one of the types that `mtan_edu.data.fields` names. Compact are uint8, int8, uint16
            [mm] and int8. Names that are no field are left out.
        classes: Class names in the order of the labels.

    Raises:
        ValueError: If a field is missing, has a wrong shape or type, or holds impossible values.
    """

    def __init__(self, arrays: Mapping[str, np.ndarray], classes: Sequence[str]) -> None:
        self.fields = checked_fields(tuple(arrays))
        self.classes = tuple(classes)
        if arrays["image"].ndim != 4:
            raise ValueError(
                f"`image` must have the shape (n, H, W, 3); got {arrays['image'].shape}. Stack frames of one size."
            )
        self.image_size = (arrays["image"].shape[1], arrays["image"].shape[2])
        self._arrays = {name: arrays[name] for name in self.fields}
        for name, values in self._arrays.items():
            if len(values) != len(self):
                raise ValueError(
                    f"`{name}` must hold {len(self)} frames, as many as `image`; got {len(values)}. "
                    "Every image needs every target."
                )
            problem = stored_problem(name, values, (len(self), *self.image_size), len(self.classes))
            if problem:
                raise ValueError(problem)

    def __len__(self) -> int:
        return len(self._arrays["image"])

    def frame(self, index: int) -> dict[str, np.ndarray]:
        """The stored fields of one frame, `(H, W)` or `(H, W, C)`."""
        return {name: values[index] for name, values in self._arrays.items()}


def checked_fields(names: Sequence[str]) -> tuple[str, ...]:
    """Those of `names` that are fields, in their order of `FIELDS`.

    Raises:
        ValueError: If there is no image, or nothing to predict for it.
    """
    fields = tuple(name for name in FIELDS if name in names)
    if "image" not in fields or len(fields) == 1:
        raise ValueError(
            f"`fields` must be image and at least one of {', '.join(USUAL_FIELDS[1:])}; "
            f"got {', '.join(names) or 'none'}. See data/README.md for the layouts."
        )
    targets = [FIELDS[name].target for name in fields]
    twice = [name for name in fields if targets.count(FIELDS[name].target) > 1]
    if twice:
        raise ValueError(f"`fields` must hold one of {' and '.join(twice)}; got both. Take one out of the data set.")
    return fields


def stored_problem(name: str, stored: np.ndarray, shape: tuple[int, ...], classes: int) -> str:
    """What keeps a stored field from being read; empty if nothing does.

    Args:
        name: Name of the field.
        stored: One frame, or all frames along a first axis.
        shape: The shape that it should have, without channels.
        classes: Number of classes.
    """
    value_problem = finite_normal_problem if name == "normal" else FIELDS[name].problem
    return form_problem(name, stored, shape) or value_problem(stored, classes)
