"""What a training step costs under each weighting, beside equal weighting, in one run: time and memory.

    python benchmarks/weighting_step.py --model mtan --width 8 --size 96x128 --batch 4 --rounds 5

A step is the library's own: forward, the losses weighed or the gradients balanced, backward, Adam. All weightings take
turns within each round, on one network, and only the ratios of one round are compared: seconds of two runs on a shared
machine mean nothing. CPU seconds on a CPU, wall seconds between synchronizations on a GPU. Memory is the most that
tensors of one step take beyond what was there before it (weights, optimizer, the matrix of gradients of a balancing,
which is given beside it). Results go to `benchmarks/results/` as JSON.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch
from turns import Step, machine, measure, peak_bytes, summarize

from mtan_edu.data import Batch
from mtan_edu.models import build_model
from mtan_edu.tasks import dense_tasks
from mtan_edu.training import TrainingConfig, TrainingState
from mtan_edu.training.step import training_step
from mtan_edu.weighting import available, build_weighting

RESULTS = Path(__file__).parent / "results"
TASKS = dense_tasks()
KINDS = ["classification", "regression", "regression"]
BASE = "equal"


def random_batch(size: int, height: int, width: int) -> Batch:
    """Images and targets of noise."""
    generator = torch.Generator().manual_seed(0)
    normal = torch.nn.functional.normalize(torch.randn(size, 3, height, width, generator=generator), dim=1)
    targets = {
        "semantic": torch.randint(0, 13, (size, height, width), generator=generator),
        "depth": torch.rand(size, 1, height, width, generator=generator) + 1,
        "normal": normal,
    }
    return Batch(torch.rand(size, 3, height, width, generator=generator), targets)


def make_steps(model: torch.nn.Module, batch: Batch, config: TrainingConfig) -> dict[str, Step]:
    """Name to a step under this weighting. All train the same network, at a rate of 0."""

    def make(name: str) -> Step:
        weighting = build_weighting("fixed:1,2,3" if name == "fixed" else name, list(TASKS), kinds=KINDS)
        state = TrainingState(model, weighting, config)
        return lambda: training_step(state, TASKS, batch, rate=0.0) and None

    return {name: make(name) for name in available()}


def main() -> None:
    """Measure, print and write what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="mtan")
    parser.add_argument("--width", type=int, default=8)
    parser.add_argument("--size", default="96x128")
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cpu")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    config = TrainingConfig(threads=arguments.threads, device=arguments.device)
    model = build_model(
        arguments.model, {name: task.out_channels for name, task in TASKS.items()}, width=arguments.width
    )
    batch = random_batch(arguments.batch, *map(int, arguments.size.split("x")))
    steps = make_steps(model.train(), batch, config)
    device = torch.device(arguments.device)
    summary = summarize(measure(steps, device, arguments.rounds), BASE)
    peaks = {name: peak_bytes(step, device) for name, step in steps.items()}
    for name, figures in summary.items():
        figures |= {"peak_bytes": peaks[name], f"peak_ratio_to_{BASE}": peaks[name] / peaks[BASE]}
    shared = sum(parameter.numel() for parameter in model.shared_parameters())
    matrix = len(TASKS) * shared * 4
    path = RESULTS / f"weighting_step_{arguments.model}_{device.type}_width{arguments.width}_{arguments.size}.json"
    RESULTS.mkdir(exist_ok=True)
    written = {"settings": vars(arguments), "machine": machine(device), "matrix_bytes": matrix, "results": summary}
    path.write_text(json.dumps(written, indent=1) + "\n")
    print(f"{shared} shared parameters; the matrix of gradients that a balancing keeps: {matrix / 1e6:.1f} MB")
    for name, figures in summary.items():
        low, middle, high = (figures[key] for key in ("ratio_smallest", f"ratio_to_{BASE}", "ratio_largest"))
        memory = f"{figures['peak_bytes'] / 1e6:7.1f} MB, {figures[f'peak_ratio_to_{BASE}']:.2f}"
        print(f"{name:20} {figures['seconds']:7.3f} s  {middle:5.2f} [{low:.2f}-{high:.2f}]   {memory}")


if __name__ == "__main__":
    main()
