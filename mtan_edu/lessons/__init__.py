"""What the notebooks of the course share: sizes for every preset, where runs are kept, tables, a toy of two tasks."""

from mtan_edu.lessons.comparison import comparison_config, last_metrics, single_task_metrics, train_over_seeds
from mtan_edu.lessons.conflicts import conflict_table
from mtan_edu.lessons.noise import train_with_noise, with_noise
from mtan_edu.lessons.presets import choose, lesson_config
from mtan_edu.lessons.runs import newest_run, runs_folder
from mtan_edu.lessons.tables import metrics_table
from mtan_edu.lessons.toy import ready_methods, trajectories, two_valleys, two_valleys_record

__all__ = [
    "choose",
    "comparison_config",
    "conflict_table",
    "last_metrics",
    "lesson_config",
    "metrics_table",
    "newest_run",
    "ready_methods",
    "runs_folder",
    "single_task_metrics",
    "train_over_seeds",
    "train_with_noise",
    "trajectories",
    "two_valleys",
    "two_valleys_record",
    "with_noise",
]
