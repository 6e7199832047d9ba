"""What is predicted: each task with its loss, its metrics and how it is shown."""

from mtan_edu.tasks.classification import ClassificationTask, classification_tasks
from mtan_edu.tasks.compare import is_better
from mtan_edu.tasks.decathlon_score import VISUAL_DECATHLON_BASELINE, decathlon_score
from mtan_edu.tasks.dense import dense_tasks
from mtan_edu.tasks.losses import absolute_error, cosine_distance, cross_entropy
from mtan_edu.tasks.task import Metrics, Task

__all__ = [
    "VISUAL_DECATHLON_BASELINE",
    "ClassificationTask",
    "Metrics",
    "Task",
    "absolute_error",
    "classification_tasks",
    "cosine_distance",
    "cross_entropy",
    "decathlon_score",
    "dense_tasks",
    "is_better",
]
