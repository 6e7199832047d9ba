"""What is wrong with a data set's files, all of it, in one sentence per problem."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from mtan_edu.data.arrays import npz_names, read_member
from mtan_edu.data.cityscapes import FOLDERS, LABEL_FOLDERS, is_cityscapes
from mtan_edu.data.domains.check import check_domains
from mtan_edu.data.domains.open import is_domains
from mtan_edu.data.fields import FIELDS, USUAL_FIELDS, form_problem
from mtan_edu.data.files import SPLITS, FrameFiles, frame_files
from mtan_edu.data.layout import FIELD_FOLDERS, read_layout
from mtan_edu.data.nyuv2 import NYUV2_CLASSES
from mtan_edu.data.open import Progress, is_compact


def check_folder(folder: Path, classes: Sequence[str] = NYUV2_CLASSES, progress: Progress | None = None) -> list[str]:
    """Read every file of a data set and say what is wrong.

    Args:
        folder: A data set: prepared layout, pictures, an uncompressed tar archive of either, or the pair `train.npz`
            and `val.npz`. With folders label_2, label_7 or label_19 it is CityScapes. Also classification domains, as
            `mtan_edu.data.domains.open_domains` reads them.
        classes: Class names; labels are -1 or a number below their count. CityScapes' folders say it themselves.
        progress: Shows how many files are read, or None.

    Returns:
        One sentence per problem: missing or surplus files, wrong shapes or types, values out of range, NaN, pickles,
        damage. Empty if the data set is fine. Nothing is ever unpickled.

    Raises:
        FileNotFoundError: If there is no such folder.
    """
    if not folder.exists():
        raise FileNotFoundError(f"`folder` must exist; got {folder}. Check the path.")
    if is_compact(folder):
        return _check_compact(folder, len(classes), progress)
    if is_domains(folder):
        return check_domains(folder, progress)
    try:
        source = frame_files(folder)
    except ValueError as error:
        return [str(error)]
    if is_cityscapes(source):
        counts = {name: count for count, name in LABEL_FOLDERS.items()}
        return _check_frames(source, FOLDERS, counts, progress)
    return _check_frames(source, FIELD_FOLDERS, dict.fromkeys(FIELD_FOLDERS, len(classes)), progress)


def _check_frames(
    source: FrameFiles, folders: Mapping[str, str], classes: Mapping[str, int], progress: Progress | None
) -> list[str]:
    """Check every file of `folders` (name to field); `classes` says how many a folder's labels may name."""
    layout = read_layout(source, folders)
    lines = list(layout.problems)
    sizes: dict[str, tuple[int, ...]] = {}
    lies_in = {name: folder for split in layout.files.values() for folder, names in split.items() for name in names}
    for name in progress(lies_in, len(lies_in), "check") if progress else lies_in:
        field = layout.folders[lies_in[name]]
        try:
            stored = source.read(name)
        except (ValueError, OSError) as error:
            lines.append(str(error))
            continue
        problem = _form_problem(field, stored, 2)
        if not problem:
            sizes[name] = stored.shape[:2]
            problem = FIELDS[field].problem(stored, classes.get(lies_in[name], 0))
        if problem:
            lines.append(f"{name}: {problem}")
    return lines + _differing("image size", sizes)


def _check_compact(folder: Path, classes: int, progress: Progress | None) -> list[str]:
    lines: list[str] = []
    names = _compact_names(folder, lines)
    every = [f"{split}.npz/{field}" for split in names for field in names[split]]
    sizes: dict[str, tuple[int, ...]] = {}
    lengths: dict[str, dict[str, tuple[int, ...]]] = {split: {} for split in names}
    for name in progress(every, len(every), "check") if progress else every:
        split, field = name.split(".npz/")
        try:
            stored = read_member(folder / f"{split}.npz", field)
        except (ValueError, OSError) as error:
            lines.append(str(error))
            continue
        if field not in FIELDS:
            continue
        problem = _form_problem(field, stored, 3)
        if problem:
            lines.append(f"{name}: {problem}")
            continue
        sizes[name], lengths[split][name] = stored.shape[1:3], stored.shape[:1]
        lines += [f"{name}: {problem}" for problem in _value_problems(field, stored, classes)]
    for split in lengths:
        lines += _differing("number of frames", lengths[split])
        if (0,) in lengths[split].values():
            lines.append(f"`{split}` must hold at least one frame; got 0. Write the file again.")
    return lines + _differing("image size", sizes)


def _compact_names(folder: Path, lines: list[str]) -> dict[str, list[str]]:
    """Names of the arrays in each file of the pair; what is missing is added to `lines`."""
    names: dict[str, list[str]] = {}
    for split in SPLITS:
        try:
            names[split] = npz_names(folder / f"{split}.npz")
        except (ValueError, OSError) as error:
            lines.append(str(error))
    present = {field for found in names.values() for field in found}
    expected = [field for field in FIELDS if field in present]
    if names and ("image" not in expected or len(expected) == 1):
        lines.append(
            f"`fields` must be image and at least one of {', '.join(USUAL_FIELDS[1:])}; "
            f"got {', '.join(expected) or 'none of them'}. Write the files again."
        )
    for split, found in names.items():
        lines += [
            f"`{split}.npz/{field}` must exist, as in the other split; got no such array. Write the file again."
            for field in expected
            if field not in found
        ]
    return names


def _form_problem(field: str, stored: np.ndarray, axes: int) -> str:
    """What is wrong with an array whatever the others are like; `axes` counts those before the channels."""
    if stored.ndim < axes:
        return f"`{field}` must have at least {axes} axes; got the shape {stored.shape}. Save whole maps."
    return form_problem(field, stored, stored.shape[:axes])


def _value_problems(field: str, stored: np.ndarray, classes: int) -> Iterator[str]:
    """The first problem among the frames, with how many have one."""
    problems = [(index, FIELDS[field].problem(frame, classes)) for index, frame in enumerate(stored)]
    wrong = [(index, problem) for index, problem in problems if problem]
    if wrong:
        index, problem = wrong[0]
        yield f"frame {index}: {problem} {len(wrong)} of {len(stored)} frames have such values."


def _differing(what: str, values: dict[str, tuple[int, ...]]) -> list[str]:
    """One sentence per name whose value is not the one that most have."""
    if not values:
        return []
    usual = Counter(values.values()).most_common(1)[0][0]
    return [
        f"{name}: the {what} must be {_product(usual)}, as in most files; got {_product(value)}. Make it the same."
        for name, value in values.items()
        if value != usual
    ]


def _product(values: tuple[int, ...]) -> str:
    return "x".join(str(value) for value in values)
