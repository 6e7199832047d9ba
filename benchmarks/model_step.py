"""What a training step costs: MTAN beside the split network and three single-task networks, in one run.

    python benchmarks/model_step.py --width 8 --size 96x128 --batch 4 --rounds 15

A step is forward, sum of three losses, backward, Adam. The candidates take turns within each round, and only the
ratios of one round are compared: seconds of two runs on a shared machine mean nothing. CPU seconds on a CPU, wall
seconds between synchronizations on a GPU. Memory is the most that tensors of one step take beyond what was there
before it (weights, optimizer). Results go to `benchmarks/results/` as JSON.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch
from torch import Tensor, nn
from turns import Step, machine, measure, peak_bytes, summarize

from mtan_edu.models import build_model

RESULTS = Path(__file__).parent / "results"
TASKS = {"semantic": 13, "depth": 1, "normal": 3}
BASE = "split"


def candidates(width: int) -> dict[str, tuple[list[nn.Module], torch.memory_format]]:
    """Name to the networks that one step trains, and how their maps lie in memory."""
    plain, last = torch.contiguous_format, torch.channels_last
    networks = {
        "single (three networks)": [build_model("single", {task: TASKS[task]}, width=width) for task in TASKS],
        "split": [build_model("split", TASKS, width=width)],
        "mtan": [build_model("mtan", TASKS, width=width)],
    }
    found = {name: (models, plain) for name, models in networks.items()}
    return found | {"mtan, channels last": ([build_model("mtan", TASKS, width=width)], last)}


def make_step(models: list[nn.Module], image: Tensor, layout: torch.memory_format) -> Step:
    """A function that trains each network once."""
    image = image.contiguous(memory_format=layout)
    pairs = []
    for model in models:
        model.to(image.device, memory_format=layout)
        pairs.append((model, torch.optim.Adam(model.parameters(), lr=1e-4)))

    def step() -> None:
        for model, optimizer in pairs:
            optimizer.zero_grad()
            torch.stack([output.square().mean() for output in model(image).values()]).sum().backward()
            optimizer.step()

    return step


def main() -> None:
    """Measure, print and write what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--width", type=int, default=8)
    parser.add_argument("--size", default="96x128")
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cpu")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    device = torch.device(arguments.device)
    height, width = map(int, arguments.size.split("x"))
    image = torch.rand(arguments.batch, 3, height, width, generator=torch.Generator().manual_seed(0)).to(device)
    steps = {name: make_step(models, image, layout) for name, (models, layout) in candidates(arguments.width).items()}
    summary = summarize(measure(steps, device, arguments.rounds), BASE)
    for name, step in steps.items():
        summary[name]["peak_bytes"] = peak_bytes(step, device)
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"model_step_{device.type}_width{arguments.width}_{arguments.size}.json"
    written = {"settings": vars(arguments), "machine": machine(device), "results": summary}
    path.write_text(json.dumps(written, indent=1) + "\n")
    for name, figures in summary.items():
        low, middle, high = (figures[key] for key in ("ratio_smallest", f"ratio_to_{BASE}", "ratio_largest"))
        ratio = f"{middle:5.2f} times {BASE} [{low:.2f}-{high:.2f}]"
        print(f"{name:24} {figures['seconds']:8.3f} s   {ratio}   {figures['peak_bytes'] / 1e6:6.0f} MB")


if __name__ == "__main__":
    main()
