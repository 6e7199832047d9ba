"""Checkpoints of the authors' code, `lorenmt/mtan`: read into our models, and written from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from torch import Tensor

from mtan_edu.models.multi_task import MultiTaskModel
from mtan_edu.models.reference_names import reference_names

LOGSIGMA = "logsigma"
"""The uncertainty weighting's parameter. The authors keep it in the model; here it belongs to the weighting."""


def load_reference_state_dict(model: MultiTaskModel, state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Copy a checkpoint of the authors' code into a model of the same architecture, widths and tasks.

    Tasks correspond by their order, whatever their names.

    Args:
        model: What `build_model` builds, of the authors' architecture; of dense and cross-stitch sharing the
            forms named "reference".
        state: The checkpoint: name to tensor, as `torch.load(path, weights_only=True)` reads it. It is checked
            as a whole before anything is copied.

    Returns:
        What belongs to no layer of ours: `logsigma`, `(K,)`, if the checkpoint holds it; else nothing.

    Raises:
        TypeError: If the authors have no such model.
        ValueError: If names or shapes differ from the model's, with the names that do.
    """
    names = reference_names(model)
    ours = model.state_dict()
    theirs = {names[name]: tensor for name, tensor in ours.items()}
    rest = {LOGSIGMA: state[LOGSIGMA]} if LOGSIGMA in state else {}
    _check_same_network({name: tuple(tensor.shape) for name, tensor in theirs.items()}, state, len(model.tasks))
    model.load_state_dict({name: state[names[name]] for name in ours})
    return rest


def reference_state_dict(model: MultiTaskModel, logsigma: Tensor | None = None) -> dict[str, Tensor]:
    """A model's tensors under the names that the authors' code gives them.

    Args:
        model: What `build_model` builds, of the authors' architecture; of dense and cross-stitch sharing the
            forms named "reference".
        logsigma: The uncertainty weighting's parameter, `(K,)`; the authors' multi-task models need it to load.

    Returns:
        Name to tensor. The tensors are the model's own, not copies.

    Raises:
        TypeError: If the authors have no such model.
        ValueError: If `logsigma` has not one value per task.
    """
    names = reference_names(model)
    state = {} if logsigma is None else {LOGSIGMA: logsigma}
    if logsigma is not None and logsigma.shape != (len(model.tasks),):
        raise ValueError(
            f"`logsigma` must have one value per task, ({len(model.tasks)},); got {tuple(logsigma.shape)}. "
            "Take it from the uncertainty weighting that was trained with this model."
        )
    return state | {names[name]: tensor for name, tensor in model.state_dict().items()}


def _check_same_network(expected: Mapping[str, tuple[int, ...]], state: Mapping[str, Tensor], num_tasks: int) -> None:
    """Refuse a checkpoint whose names or shapes differ."""
    given = {name: tuple(getattr(entry, "shape", ())) for name, entry in state.items()}  # may hold anything
    expected = {LOGSIGMA: (num_tasks,)} | dict(expected) if LOGSIGMA in given else expected
    missing = [name for name in expected if name not in given]
    unexpected = [name for name in given if name not in expected]
    differing = [
        f"{name} {given[name]} instead of {shape}"
        for name, shape in expected.items()
        if name in given and given[name] != shape
    ]
    complaints = {"missing": missing, "unexpected": unexpected, "of another shape": differing}
    if any(complaints.values()):
        found = "; ".join(f"{len(names)} {what} ({_first(names)})" for what, names in complaints.items() if names)
        raise ValueError(
            f"`state` must hold the {len(expected)} tensors of this model; got {found}. "
            "Build the model with the checkpoint's architecture, widths and tasks."
        )


def _first(names: Sequence[str], count: int = 3) -> str:
    """The first few names, and that there are more."""
    return ", ".join(names[:count]) + (", ..." if len(names) > count else "")
