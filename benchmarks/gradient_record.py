"""What it costs to look at the tasks' gradients: a look beside an epoch of training, in one run.

    python benchmarks/gradient_record.py --width 8 --size 96x128 --images 96 --rounds 5

An epoch is `images / batch` steps of the training itself (one backward for all tasks); a look is what
`mtan-edu train --gradients 2` does after a probe epoch: two batches, one backward per task. Both take turns within each
round, and only the ratios of one round are compared. CPU seconds, random frames. Results go to `benchmarks/results/`.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from mtan_edu.data import DenseDataset
from mtan_edu.experiment import look_at_gradients, preset
from mtan_edu.experiment.gradients import first_batches
from mtan_edu.models import build_model
from mtan_edu.tasks import dense_tasks
from mtan_edu.training import TrainingConfig, TrainingState
from mtan_edu.training.step import training_step
from mtan_edu.weighting import build_weighting

RESULTS = Path(__file__).parent / "results"


def random_frames(count: int, height: int, width: int) -> DenseDataset:
    """Frames without any meaning, the same every time."""
    generator = np.random.default_rng(0)
    normal = generator.standard_normal((count, height, width, 3))
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    arrays = {
        "image": generator.integers(0, 256, (count, height, width, 3), dtype=np.uint8),
        "label": generator.integers(0, 13, (count, height, width)).astype(np.int8),
        "depth": generator.integers(500, 9000, (count, height, width)).astype(np.uint16),
        "normal": np.round(normal * 127).astype(np.int8),
    }
    return DenseDataset(arrays, [f"class {label}" for label in range(13)])


def cpu_seconds(call: Callable[[], object]) -> float:
    start = time.process_time()
    call()
    return time.process_time() - start


def main() -> None:
    """Measure, print and write what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="mtan")
    parser.add_argument("--width", type=int, default=8)
    parser.add_argument("--size", default="96x128")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--images", type=int, default=96)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    frames = random_frames(arguments.images, *map(int, arguments.size.split("x")))
    tasks = dense_tasks(frames.classes)
    model = build_model(arguments.model, {n: task.out_channels for n, task in tasks.items()}, width=arguments.width)
    weighting = build_weighting("equal", list(tasks))
    state = TrainingState(model, weighting, TrainingConfig(batch_size=arguments.batch, device="cpu"))
    batches = list(first_batches(frames, arguments.batch, arguments.images))

    def train() -> None:
        model.train()
        for batch in batches:
            training_step(state, tasks, batch, rate=1e-4)

    def look() -> None:
        look_at_gradients(model, tasks, first_batches(frames, arguments.batch, 2), weighting=weighting)

    look()  # the first of everything is slower
    training_step(state, tasks, batches[0], rate=1e-4)
    rounds = [(cpu_seconds(train), cpu_seconds(look)) for _ in range(arguments.rounds)]
    steps = [look / (train / len(batches)) for train, look in rounds]
    lecture = preset("lecture")
    looks, per_epoch = len(lecture.recorded_epochs()), lecture.train_images / arguments.batch
    share = looks * statistics.median(steps) / (lecture.training.epochs * per_epoch)
    results = {
        "seconds_per_step": statistics.median(train / len(batches) for train, _ in rounds),
        "seconds_per_look": statistics.median(look for _, look in rounds),
        "look_in_steps": statistics.median(steps),
        "look_in_steps_smallest": min(steps),
        "look_in_steps_largest": max(steps),
        "share_of_a_lecture_run": share,
    }
    machine = {"torch": torch.__version__, "processor": platform.machine(), "system": platform.platform()}
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"gradient_record_{arguments.model}_width{arguments.width}_{arguments.size}.json"
    written = {"settings": vars(arguments), "machine": machine, "results": results}
    path.write_text(json.dumps(written, indent=1) + "\n")
    print(f"a look takes {results['look_in_steps']:.1f} training steps [{min(steps):.1f}-{max(steps):.1f}]")
    print(f"{looks} looks are {share:.1%} of the steps of a lecture's run of {lecture.training.epochs} epochs")


if __name__ == "__main__":
    main()
