"""What is predicted: each task with its loss, its metrics and how it is shown."""

from mtan_edu.tasks.classification import ClassificationTask, classification_tasks
from mtan_edu.tasks.compare import is_better
from mtan_edu.tasks.decathlon_score import VISUAL_DECATHLON_BASELINE, decathlon_score
from mtan_edu.tasks.dense import dense_tasks
from mtan_edu.tasks.gains import delta_m, gains_over_seeds, mean_metrics, relative_gains, unmeasured
from mtan_edu.tasks.losses import absolute_error, cosine_distance, cross_entropy
from mtan_edu.tasks.task import Metrics, Task

__all__ = [
    "ClassificationTask",
    "Metrics",
    "Task",
    "VISUAL_DECATHLON_BASELINE",
    "absolute_error",
    "classification_tasks",
    "cosine_distance",
    "cross_entropy",
    "decathlon_score",
    "delta_m",
    "dense_tasks",
    "gains_over_seeds",
    "is_better",
    "mean_metrics",
    "relative_gains",
    "unmeasured",
]
