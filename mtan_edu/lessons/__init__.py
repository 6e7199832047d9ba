"""What the notebooks of the course share: sizes for every preset, where runs are kept, tables."""

from mtan_edu.lessons.presets import choose, lesson_config
from mtan_edu.lessons.runs import newest_run, runs_folder
from mtan_edu.lessons.tables import metrics_table

__all__ = ["choose", "lesson_config", "metrics_table", "newest_run", "runs_folder"]
