"""What the paper counts: its sets of tasks, and its models' sizes as multiples of one single-task network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mtan_edu.models.build import build_model

NYUV2_TASKS: Mapping[str, int] = {"semantic": 13, "depth": 1, "normal": 3}
"""Three dense tasks, 13 classes."""

CITYSCAPES_TASKS: Mapping[str, int] = {"semantic": 7, "depth": 1}
"""Two dense tasks, 7 classes."""

DECATHLON_TASKS: Mapping[str, int] = {
    "imagenet": 1000, "aircraft": 100, "cifar100": 100, "pedestrians": 2, "textures": 47, "signs": 43, "flowers": 102,
    "omniglot": 1623, "svhn": 10, "ucf101": 101,
}  # fmt: skip
"""The ten classification tasks of the Visual Decathlon."""


@dataclass(frozen=True)
class TaskSet:
    """Tasks that the paper learns together.

    Attributes:
        tasks: Task name to the channels of its prediction.
        image_size: Height and width of the images [pixels].
        title: What to call it.
        multiples: Architecture to its #P as printed. Where an architecture has one task, that of one of its networks.
    """

    tasks: Mapping[str, int]
    image_size: tuple[int, int]
    title: str
    multiples: Mapping[str, str]


_SOFT = {"dense_reference": "dense", "cross_stitch_reference": "cross_stitch"}

TASK_SETS: Mapping[str, TaskSet] = {
    "nyuv2": TaskSet(
        NYUV2_TASKS,
        (288, 384),
        "NYUv2, table 3",
        {"single": "1", "stan": "1.52", "split_wide": "1.75", "split_deep": "2", "dense": "4.95", "cross_stitch": "≈3",
         "mtan": "1.77"},
    ),
    "cityscapes": TaskSet(
        CITYSCAPES_TASKS,
        (128, 256),
        "CityScapes, table 2",
        {"single": "1", "stan": "1.52", "split_wide": "1.75", "split_deep": "2", "dense": "3.63", "cross_stitch": "≈2",
         "mtan": "1.65"},
    ),
    "decathlon": TaskSet(DECATHLON_TASKS, (72, 72), "Visual Decathlon, table 4", {"mtan": "1.74"}),
}  # fmt: skip
"""Name to tasks. #P of STAN is printed for all its networks together: 4.56 for three and 3.04 for two."""

ONE_TASK = ("single", "stan")
"""Architectures of which there is one network per task."""


@dataclass(frozen=True)
class Size:
    """How large a model is beside one single-task network.

    Attributes:
        single: Parameters of one single-task network on the same backbone, of the first task; of a wide ResNet without
            its head, as the paper counts.
        single_is: What that network is, in words.
        multiple: The model's parameters as a multiple of it: the paper's #P.
        paper: #P as the paper prints it; empty where it prints none for this model, these tasks and these widths.
        source: The table that prints it, or empty.
    """

    single: int
    single_is: str
    multiple: float
    paper: str
    source: str


def compare_size(
    architecture: str,
    tasks: Mapping[str, int],
    *,
    backbone: str = "segnet",
    width: int = 64,
    widths: Sequence[int] | None = None,
) -> Size:
    """How many times as large as a single-task network a model is, and what the paper says.

    Args:
        architecture: A name that `build_model` knows.
        tasks: Task name to the channels of its prediction, in the order of the tasks.
        backbone: As in `build_model`; so are `width` and `widths`.
        width: Channels of the first stage.
        widths: Channels of all depths instead.

    Raises:
        ValueError: If a name is unknown, or the parts do not fit each other.
    """
    model = build_model(architecture, tasks, backbone=backbone, width=width, widths=widths, device="meta")
    first = dict(list(tasks.items())[:1])
    own_widths = widths if architecture != "split_wide" else None  # its deepest stage is not a single network's
    single = build_model("single", first, backbone=backbone, width=width, widths=own_widths, device="meta")
    headless = backbone.startswith("wide_resnet")
    base = sum(p.numel() for p in (single.shared_parameters() if headless else single.parameters()))
    what = (
        "one single-task network without its head" if headless else f"one single-task network for {next(iter(first))}"
    )
    standard = widths is None and width == 64 and backbone in ("segnet", "wide_resnet28")
    name, source = printed(architecture, tasks) if standard else ("", "")
    return Size(base, what, sum(p.numel() for p in model.parameters()) / base, name, source)


def printed(architecture: str, tasks: Mapping[str, int]) -> tuple[str, str]:
    """#P as the paper prints it for these tasks, and the table; two empty texts where it prints none.

    Args:
        architecture: A name that `build_model` knows; the authors' forms of dense and cross-stitch count as these.
        tasks: Task name to channels. Of an architecture with one task, one of a set's tasks will do.
    """
    known = _SOFT.get(architecture, architecture)
    for of in TASK_SETS.values():
        is_part = known in ONE_TASK and tasks.items() <= of.tasks.items()
        if known in of.multiples and (is_part or dict(tasks) == dict(of.tasks)):
            return of.multiples[known], of.title
    return "", ""
