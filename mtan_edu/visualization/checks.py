"""Bad input at the door of a figure: one sentence that says what was asked, what came, and what there is."""

from __future__ import annotations

from collections.abc import Sequence

from mtan_edu.records import MaskRecord
from mtan_edu.visualization.words import nearest


def require_name(argument: str, kind: str, value: str, choices: Sequence[str]) -> str:
    """Return `value` if it is one of `choices`.

    Args:
        argument: Name of the argument, for the sentence.
        kind: What it names, such as "task".
        value: What was passed.
        choices: What there is.

    Raises:
        ValueError: If it is none of them; the sentence offers the most similar name.
    """
    if value not in choices:
        raise ValueError(f"`{argument}` must be a {kind} of the record; got {value!r}. {nearest(value, choices)}")
    return value


def require_index(argument: str, value: int, count: int, kind: str) -> int:
    """Return `value` if it lies in 0 .. count - 1.

    Args:
        argument: Name of the argument, for the sentence.
        value: What was passed.
        count: How many there are.
        kind: Plural of what is counted, such as "images".

    Raises:
        ValueError: If it does not.
    """
    if not 0 <= value < count:
        raise ValueError(
            f"`{argument}` must be 0{f' to {count - 1}' if count > 1 else ''}; got {value}. There are {count} {kind}."
            if count != 1
            else f"`{argument}` must be 0; got {value}. There is 1 {kind.removesuffix('s')}."
        )
    return value


def require_masks(record: MaskRecord) -> MaskRecord:
    """Return `record` if it holds the masks of at least one task, stage and image.

    Raises:
        ValueError: If it is empty, as the record of a network without attention is.
    """
    if not record.tasks or not record.stages or len(record.images) == 0:
        raise ValueError(
            f"`record` must hold attention masks; got {len(record.images)} images, {len(record.tasks)} tasks and "
            f"{len(record.stages)} stages. Only a model with attention has masks: record them with "
            "record_masks(model)."
        )
    return record
