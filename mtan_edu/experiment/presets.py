"""The numbers of whole runs, and why they are what they are.

"lecture", the default, has to learn within minutes on two CPU cores. "full" is the paper's protocol, for a GPU.
"smoke" takes seconds, shows that everything works, and learns next to nothing. "decathlon" and "decathlon_full" are
the same as lecture and full for classification domains, each with images of its own.
"""

from __future__ import annotations

from collections.abc import Mapping

from mtan_edu.experiment.config import DECATHLON, ExperimentConfig
from mtan_edu.training.checks import check_choice
from mtan_edu.training.config import TrainingConfig

PRESETS: Mapping[str, ExperimentConfig] = {
    # A 32x64 image is the smallest whose last stage still has more than one value per channel.
    "smoke": ExperimentConfig(
        width=2,
        image_size=(32, 64),
        train_images=16,
        val_images=8,
        training=TrainingConfig(epochs=2, batch_size=4),
    ),
    # Batch 8 and one cycle to 5e-3 instead of the paper's 2 and 1e-4: a few hundred steps have to do. The rate was
    # chosen on rooms, among 1e-3, 2e-3 and 5e-3 (LOG.md, 2026-11-23).
    "lecture": ExperimentConfig(
        width=8,
        image_size=(96, 128),
        train_images=300,
        val_images=100,
        training=TrainingConfig(epochs=12, batch_size=8, learning_rate=5e-3, schedule="one_cycle", augment="flip"),
    ),
    # Liu et al., CVPR 2019, section 4.1.1, and the authors' code: 795 and 654 images of 288x384, Adam at 1e-4, halved
    # after 100 of 200 epochs, batches of 2, first width 64, no augmentation (their later results use "scale-flip").
    "full": ExperimentConfig(
        width=64,
        image_size=(288, 384),
        train_images=795,
        val_images=654,
        training=TrainingConfig(epochs=200, batch_size=2, learning_rate=1e-4, schedule="step", augment="none"),
    ),
    # Adam, one cycle to 1.5e-2, batch 16, interleaved: chosen on the embedded decathlon among 5e-3 and 1.5e-2, SGD with
    # Nesterov momentum at 0.05, and one task after another (LOG.md, 2026-11-28).
    "decathlon": ExperimentConfig(
        backbone="wide_resnet10",
        width=8,
        data=DECATHLON,
        image_size=(32, 32),
        train_images=300,
        val_images=100,
        training=TrainingConfig(epochs=12, batch_size=16, learning_rate=1.5e-2, schedule="one_cycle", augment="flip"),
        probes=2,
    ),
    # Liu et al., CVPR 2019, section 4.2, and the authors' code: images of 72x72, batches of 128 (the paper says 100),
    # SGD at 0.1 with Nesterov momentum, halved after every 50 of 300 epochs; then 100 epochs from 0.01 without the
    # first domain, which is ImageNet. --data is a folder of the ten domains.
    "decathlon_full": ExperimentConfig(
        backbone="wide_resnet28",
        width=64,
        data=DECATHLON,
        image_size=(72, 72),
        training=TrainingConfig(
            epochs=400,
            batch_size=128,
            optimizer="sgd",
            learning_rate=0.1,
            schedule="staircase",
            augment="flip",
            sampling="in_turn",
            second_phase=100,
        ),
        probes=2,
    ),
}


def preset(name: str) -> ExperimentConfig:
    """A whole run by name; change what you like with `dataclasses.replace`.

    Args:
        name: "smoke", "lecture", "full", "decathlon" or "decathlon_full".

    Raises:
        ValueError: If there is no such preset.
    """
    check_choice("preset", name, PRESETS)
    return PRESETS[name]
