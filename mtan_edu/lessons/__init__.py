"""What the notebooks of the course share: sizes for every preset, where runs are kept, masks replaced by others."""

from mtan_edu.lessons.interventions import replaced_masks
from mtan_edu.lessons.presets import choose, lesson_config
from mtan_edu.lessons.runs import newest_run, runs_folder

__all__ = ["choose", "lesson_config", "newest_run", "replaced_masks", "runs_folder"]
