"""What is wrong with the files of classification domains, all of it, in one sentence per problem."""

from __future__ import annotations

from pathlib import Path

from mtan_edu.data.domains.folder import Progress, find_layouts
from mtan_edu.data.domains.official import official_root, official_statistics
from mtan_edu.data.domains.pictures import SMALLEST_SIDE, read_picture
from mtan_edu.data.files import SPLITS


def check_domains(path: Path, progress: Progress | None = None) -> list[str]:
    """Read every picture of every domain and say what is wrong.

    Args:
        path: A folder or an archive that holds domains, or the official Visual Decathlon.
        progress: Shows how many pictures are read, or None.

    Returns:
        One sentence per problem: a split, a class or a file that is missing, a class that only one split has, an
        unreadable picture, a description or annotations that say something else than the folders, a pickle that holds
        more than numbers. Nothing is ever executed.
    """
    try:
        source, layouts, lines = find_layouts(path)
    except ValueError as error:
        return [str(error)]
    lines += [problem for layout in layouts for problem in layout.problems]
    root = official_root(path)
    if root is not None:
        try:
            official_statistics(root)
        except ValueError as error:
            lines.append(str(error))
    names = [name for layout in layouts for split in SPLITS for name, _ in layout.files[split]]
    for name in progress(names, len(names), "check") if progress else names:
        try:
            read_picture(source.content(name), name, SMALLEST_SIDE)
        except FileNotFoundError:
            pass  # the annotations name it, and `layout.problems` says so
        except (ValueError, OSError) as error:
            lines.append(str(error))
    return lines
