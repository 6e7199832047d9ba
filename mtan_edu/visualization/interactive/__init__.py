"""Pictures that answer at once: all they show is worked out in the browser, without a kernel and without a network."""

from mtan_edu.visualization.interactive.block import InteractiveFigure
from mtan_edu.visualization.interactive.temperature import replay_weights
from mtan_edu.visualization.interactive.trajectories import play_trajectories

__all__ = ["InteractiveFigure", "play_trajectories", "replay_weights"]
