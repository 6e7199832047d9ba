"""What a training run is told. Standard library only, so that a run can be written down before torch is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from mtan_edu.training.checks import check_choice, check_integer, check_keys, check_positive, check_switch

OPTIMIZERS = ("adam", "sgd")
SCHEDULES = ("one_cycle", "step", "staircase", "constant")
AUGMENTATIONS = ("none", "flip", "scale-flip")
SAMPLINGS = ("in_turn", "interleaved", "proportional")
DEVICES = ("auto", "cpu", "cuda", "mps")


@dataclass(frozen=True)
class TrainingConfig:
    """How to train. The numbers of a whole run and the reasons for them stand in `mtan_edu.experiment.presets`.

    Attributes:
        epochs: How often the network sees every training image.
        batch_size: Images per step.
        optimizer: "adam", or "sgd" (Nesterov momentum and weight decay: the paper's for the decathlon).
        learning_rate: The optimizer's rate; for "one_cycle" the highest that it reaches.
        schedule: "one_cycle" (warm up for 30 % of the steps, then down to nearly 0), "step" (the paper's: half the
            rate from the middle of the run on), "staircase" (the paper's for the decathlon: halved after every sixth
            of the run) or "constant".
        augment: "none", "flip" (left-right, for every second image) or "scale-flip" (a crop enlarged 1, 1.2 or 1.5
            times as well).
        sampling: Where each task has images of its own, which task's batch comes next: "in_turn" (all batches of one
            task, then all of the next, as the authors do), "interleaved" (the same batches in a new order every
            epoch) or "proportional" (a task is drawn for every step, in proportion to its images).
        second_phase: Where each task has images of its own: so many of the last epochs train all tasks but the first,
            with a fresh optimizer and a tenth of the rate. 0 = none.
        seed: Seed of the first weights, the order of the images and their augmentation.
        device: "auto" (CUDA, else MPS, else CPU), or one of them; "cuda:1" names one of several.
        threads: CPU threads; None = the cores this process may use. Sums in another order round differently, so the
            same weights bit for bit need the same number.
        deterministic: Use deterministic algorithms only (slower on a GPU; there, without it, two runs differ).
        mixed_precision: Compute the network in bfloat16; weights and losses stay in float32.
        workers: Processes that load images beside this one. The images are the same whatever their number.

    Raises:
        TypeError: If a value has the wrong type.
        ValueError: If a value is out of range.
    """

    epochs: int = 12
    batch_size: int = 8
    optimizer: str = "adam"
    learning_rate: float = 5e-3
    schedule: str = "one_cycle"
    augment: str = "flip"
    sampling: str = "interleaved"
    second_phase: int = 0
    seed: int = 0
    device: str = "auto"
    threads: int | None = None
    deterministic: bool = False
    mixed_precision: bool = False
    workers: int = 0

    def __post_init__(self) -> None:
        check_integer("epochs", self.epochs, 1, "An epoch shows every training image once.")
        check_integer("batch_size", self.batch_size, 1, "The paper uses 2.")
        check_positive("learning_rate", self.learning_rate, "The paper uses 1e-4.")
        check_choice("optimizer", self.optimizer, OPTIMIZERS)
        check_choice("schedule", self.schedule, SCHEDULES)
        check_choice("augment", self.augment, AUGMENTATIONS)
        check_choice("sampling", self.sampling, SAMPLINGS)
        check_integer("second_phase", self.second_phase, 0, "0 trains all tasks in every epoch.")
        if self.second_phase >= self.epochs:
            raise ValueError(
                f"`second_phase` must be less than the {self.epochs} epochs of the run; got {self.second_phase}. "
                "The epochs before it train all tasks."
            )
        check_integer("seed", self.seed, 0, "Any such integer will do, 0 for one.")
        check_choice("device", str(self.device).partition(":")[0], DEVICES)
        if self.threads is not None:
            check_integer("threads", self.threads, 1, "Leave it out for all cores that are free to use.")
        check_switch("deterministic", self.deterministic)
        check_switch("mixed_precision", self.mixed_precision)
        check_integer("workers", self.workers, 0, "0 loads the images in this process.")

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> TrainingConfig:
        """Rebuild from what `dataclasses.asdict` and JSON made of it."""
        check_keys("training", values, [field.name for field in fields(cls)])
        return cls(**values)
