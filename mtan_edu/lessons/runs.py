"""Where a notebook saves its runs, and how the next notebook finds them."""

from __future__ import annotations

from pathlib import Path

from mtan_edu.data.open import default_data_folder
from mtan_edu.experiment.config import ExperimentConfig
from mtan_edu.run_layout import CONFIG, RECORDS, checkpoint_epoch, read_json


def runs_folder(out_dir: str = "") -> Path:
    """Where the runs of a notebook are kept.

    Args:
        out_dir: The notebook's parameter; empty = `runs`, in the checkout that the package is used from, else in the
            current folder.
    """
    return Path(out_dir) if out_dir else default_data_folder().parent / "runs"


def newest_run(folder: Path, like: ExperimentConfig) -> Path | None:
    """The run that was finished last, among those on the same model, data and image size.

    Args:
        folder: A folder of runs; it need not exist.
        like: What the run should be comparable with: a quick check on tiny images is not what a lecture wants to see.

    Returns:
        The run's folder, or None if there is none.
    """
    found = [path.parent for path in folder.glob(f"*/{CONFIG}") if _is_finished_and_like(path.parent, like)]
    return max(found, key=lambda run: (run / RECORDS).stat().st_mtime, default=None)


def _is_finished_and_like(run: Path, like: ExperimentConfig) -> bool:
    try:
        config = ExperimentConfig.from_dict(read_json(run / CONFIG))
        if checkpoint_epoch(run) < config.training.epochs:
            return False
    except (ValueError, TypeError):  # damaged, or of a later version
        return False
    wanted = like.resolved()
    return (config.model, config.data, config.image_size) == (wanted.model, wanted.data, wanted.image_size)
