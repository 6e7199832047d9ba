"""Everything that makes one run different from another. Standard library only: it is written down before torch."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mtan_edu.training.checks import check_integer, check_keys
from mtan_edu.training.config import TrainingConfig
from mtan_edu.training.cores import available_cores

ROOMS, DECATHLON = "rooms", "decathlon"
EMBEDDED = (ROOMS, DECATHLON)
"""Data that the library draws itself; everything else is a path."""


@dataclass(frozen=True)
class ExperimentConfig:
    """One run: which model learns which tasks on which data, weighed how, trained how.

    Attributes:
        model: A name that `mtan_edu.models.build_model` knows.
        backbone: Likewise.
        width: Channels of the first stage; the others follow in the paper's proportion.
        widths: Channels of all depths instead.
        weighting: What `mtan_edu.weighting.build_weighting` takes: a name, for some with an argument after a colon.
        tasks: Task names, in the order of every table; None = all that the data has.
        data: "rooms", or a path that `mtan_edu.data.open_data` reads; "decathlon", or a path that
            `mtan_edu.data.domains.open_domains` reads: then every task has images of its own.
        data_folder: Where embedded data are kept; None = `mtan_edu.data.default_data_folder()`.
        image_size: Height and width of the rooms' images, or of every domain's, which are square [pixels].
        train_images: Number of rooms, or of images per embedded domain, to train on.
        val_images: Number of them to validate on.
        data_seed: Seed of the embedded data.
        classes: How many semantic classes: 2, 7 or 13 of rooms and NYUv2, 2, 7 or 19 of CityScapes; None = 13, and 7.
        training: How to train.
        probes: So many validation images (the first; of domains, so many of each) are looked at during training:
            masks and predictions.
        probe_epochs: After which epochs; None = 0 (untrained), 1, 2, 4, 8, ... and the last.
        gradients: After the same epochs, the tasks' gradients are looked at on so many batches of training images;
            0 = never.

    Raises:
        TypeError: If a value has the wrong type.
        ValueError: If a value is out of range. Names of models, weightings and tasks are checked where they are known.
    """

    model: str = "mtan"
    backbone: str = "segnet"
    width: int = 8
    widths: tuple[int, ...] | None = None
    weighting: str = "equal"
    tasks: tuple[str, ...] | None = None
    data: str = ROOMS
    data_folder: str | None = None
    image_size: tuple[int, int] = (96, 128)
    train_images: int = 300
    val_images: int = 100
    data_seed: int = 0
    classes: int | None = None
    training: TrainingConfig = field(default_factory=TrainingConfig)
    probes: int = 4
    probe_epochs: tuple[int, ...] | None = None
    gradients: int = 0

    def __post_init__(self) -> None:
        for name in ("model", "backbone", "weighting", "data"):
            _check_text(name, getattr(self, name))
        for name in ("tasks", "image_size", "widths", "probe_epochs"):
            if getattr(self, name) is not None:
                _check_list(name, getattr(self, name))
        check_integer("width", self.width, 1, "The paper's first stage has 64 channels.")
        for width in self.widths or ():
            check_integer("widths", width, 1, "The paper's are 64, 128, 256, 512, 512.")
        if len(self.image_size) != 2:
            raise ValueError(f"`image_size` must be height and width; got {self.image_size}. An example is (96, 128).")
        for side in self.image_size:
            check_integer("image_size", side, 1, "An example is (96, 128).")
        for name in ("train_images", "val_images"):
            check_integer(name, getattr(self, name), 1, "A split must not be empty.")
        check_integer("data_seed", self.data_seed, 0, "Any such integer will do, 0 for one.")
        if self.classes is not None:
            check_integer("classes", self.classes, 2, "The paper has 2, 7, 13 and 19.")
        check_integer("probes", self.probes, 0, "0 records no masks and no predictions.")
        check_integer("gradients", self.gradients, 0, "2 batches show conflicts; 0 records no gradients.")
        for epoch in self.probe_epochs or ():
            check_integer("probe_epochs", epoch, 0, "0 is the untrained network.")

    def recorded_epochs(self) -> tuple[int, ...]:
        """After which epochs the probe images are looked at: doubling gaps, since most changes early."""
        last = self.training.epochs
        if self.probe_epochs is not None:
            return tuple(sorted({epoch for epoch in self.probe_epochs if epoch <= last}))
        doubling = [2**power for power in range(last.bit_length()) if 2**power <= last]
        return tuple(sorted({0, *doubling, last}))

    def resolved(self) -> ExperimentConfig:
        """The same run with everything settled that would depend on the place where it is continued.

        The number of threads becomes a number and folders become absolute.
        """
        training = self.training
        if training.threads is None:
            training = dataclasses.replace(training, threads=available_cores())
        return dataclasses.replace(
            self,
            training=training,
            data=self.data if self.data in EMBEDDED else str(Path(self.data).absolute()),
            data_folder=None if self.data_folder is None else str(Path(self.data_folder).absolute()),
        )

    def to_dict(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> ExperimentConfig:
        """Rebuild from `to_dict`, also after a way through JSON.

        Raises:
            TypeError: If a value has the wrong type.
            ValueError: If a setting is unknown or out of range.
        """
        check_keys("config", values, [known.name for known in dataclasses.fields(cls)])
        training = values.get("training", {})
        if not isinstance(training, Mapping):
            raise TypeError(f"`training` must be a set of settings; got {training!r}. Restore the configuration.")
        settings: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in values.items()
        }
        return cls(**{**settings, "training": TrainingConfig.from_dict(training)})


def _check_text(name: str, value: Any) -> None:
    if not isinstance(value, str) or not value:
        raise TypeError(f"`{name}` must be a text; got {value!r}. Write a name.")


def _check_list(name: str, value: Any) -> None:
    if not isinstance(value, tuple):
        raise TypeError(f"`{name}` must be a tuple; got {value!r}. Write several values.")
