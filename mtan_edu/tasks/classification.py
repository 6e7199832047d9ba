"""Classification tasks: of which class is the image? Each may come with images of its own, as in the decathlon."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
import torch
from torch import Tensor

from mtan_edu.data import IGNORE_LABEL
from mtan_edu.records import Display
from mtan_edu.tasks.activations import log_probabilities
from mtan_edu.tasks.losses import cross_entropy
from mtan_edu.tasks.metrics import ClassificationMetrics
from mtan_edu.tasks.task import Task


class ClassificationTask(Task):
    """One label for a whole image: raw output `(B, N)`, target `(B,)`, loss cross-entropy.

    Args:
        name: The task's name: that of its domain.
        classes: Class names in the order of their labels, N.

    Raises:
        ValueError: If there is no class, or two have one name.
    """

    def __init__(self, name: str, classes: Sequence[str]) -> None:
        classes = tuple(classes)
        if not classes or len(set(classes)) < len(classes):
            raise ValueError(
                f"`classes` must hold each class of {name} once, and at least one; got {list(classes)}. "
                "Name them in the order of their labels."
            )
        dtype = np.min_scalar_type(-len(classes))  # int8 up to 128 classes
        super().__init__(
            name=name,
            out_channels=len(classes),
            loss=cross_entropy,
            metrics=partial(ClassificationMetrics, len(classes)),
            higher_is_better=ClassificationMetrics.higher_is_better(len(classes)),
            activation=log_probabilities,
            prediction_array=partial(_best_label_array, dtype=dtype),
            target_array=partial(_label_array, dtype=dtype),
            display=Display("class", classes=classes),
        )


def classification_tasks(
    classes: Mapping[str, Sequence[str]], names: Sequence[str] | None = None
) -> dict[str, ClassificationTask]:
    """One task per domain, or per some of them.

    Args:
        classes: Domain to the names of its classes, in the order of their labels; a data set knows them.
        names: Which domains, in the order in which they are to stand everywhere; None = all. The first is the one
            that a second phase of training leaves out.

    Returns:
        Task name to task.

    Raises:
        ValueError: If there is no domain, `names` repeats one or holds an unknown one.
    """
    chosen = tuple(classes) if names is None else tuple(names)
    if not chosen or len(set(chosen)) < len(chosen):
        raise ValueError(
            f"`names` must hold each task once, and at least one; got {list(chosen)}. "
            f"Choose from {', '.join(classes) or 'a data set that has domains'}."
        )
    unknown = [name for name in chosen if name not in classes]
    if unknown:
        raise ValueError(
            f"`names` must be domains of the data ({', '.join(classes)}); got {', '.join(unknown)}. Choose among these."
        )
    return {name: ClassificationTask(name, classes[name]) for name in chosen}


def _best_label_array(logits: Tensor, dtype: np.dtype) -> np.ndarray:
    """(B, N) to the most probable class (B,); an image whose scores are not finite has none."""
    best, label = logits.detach().max(dim=1)
    return _label_array(torch.where(best.isfinite(), label, IGNORE_LABEL), dtype)


def _label_array(labels: Tensor, dtype: np.dtype) -> np.ndarray:
    """(B,), as a small integer type that can hold every label."""
    return labels.cpu().numpy().astype(dtype)
