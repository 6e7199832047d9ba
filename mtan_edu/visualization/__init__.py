"""Pictures of records: curves, masks, predictions. Drawable from a saved run, without torch.

Every `show_*` takes records or arrays and returns a figure that a notebook shows by itself. Nothing here imports
pyplot, opens a file or displays anything, but for `explore`, `LiveCurves` and `MaskExplorer`, whose purpose that is.
"""

from typing import TYPE_CHECKING, Any

from mtan_edu.visualization.architecture import show_architecture
from mtan_edu.visualization.classifications import show_classifications
from mtan_edu.visualization.curves import show_losses, show_weights
from mtan_edu.visualization.domains import show_domains
from mtan_edu.visualization.explore import Exploration, explore
from mtan_edu.visualization.gains import delta_m_table, show_delta_m
from mtan_edu.visualization.gradients import (
    show_conflict_history,
    show_gradient_conflicts,
    show_gradient_norms,
    show_update_shares,
)
from mtan_edu.visualization.interactive import InteractiveFigure, play_trajectories, replay_weights
from mtan_edu.visualization.live import LiveCurves
from mtan_edu.visualization.mask_history import show_mask_history
from mtan_edu.visualization.mask_numbers import mask_numbers_table, show_mask_numbers
from mtan_edu.visualization.mask_table import mask_statistics_table, show_mask_statistics
from mtan_edu.visualization.masks import show_mask_difference, show_masks
from mtan_edu.visualization.metrics import show_metrics
from mtan_edu.visualization.predictions import show_predictions, show_sample
from mtan_edu.visualization.style import TASK_COLORS, TextFigure, task_styles
from mtan_edu.visualization.training_rates import average_weights, show_training_rates, training_rates
from mtan_edu.visualization.trajectories import show_landscape, show_trajectories

if TYPE_CHECKING:
    from mtan_edu.visualization.explorer import MaskExplorer

__all__ = [
    "TASK_COLORS",
    "Exploration",
    "InteractiveFigure",
    "LiveCurves",
    "MaskExplorer",
    "TextFigure",
    "average_weights",
    "delta_m_table",
    "explore",
    "mask_numbers_table",
    "show_architecture",
    "mask_statistics_table",
    "show_classifications",
    "play_trajectories",
    "replay_weights",
    "show_conflict_history",
    "show_delta_m",
    "show_domains",
    "show_gradient_conflicts",
    "show_gradient_norms",
    "show_landscape",
    "show_losses",
    "show_mask_difference",
    "show_mask_history",
    "show_mask_numbers",
    "show_mask_statistics",
    "show_masks",
    "show_metrics",
    "show_predictions",
    "show_sample",
    "show_training_rates",
    "show_trajectories",
    "show_update_shares",
    "show_weights",
    "task_styles",
    "training_rates",
]


def __getattr__(name: str) -> Any:
    """Load the widget, and with it ipywidgets and IPython, only for those who name it."""
    if name == "MaskExplorer":
        from mtan_edu.visualization.explorer import MaskExplorer

        return MaskExplorer
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
