"""How much does each task lose when its masks at one stage are replaced? On a trained run, over its validation images.

    python benchmarks/interventions.py runs/seed_0 runs/seed_1 runs/seed_2

Every task's masks at a stage are made 1 everywhere, the same at every pixel (each channel its mean), those of another
image, and those of the next task. Tasks do not see each other's masks, so all are changed at once. The table says what
each task's first metric becomes, over runs of several seeds with the spread; it goes to
benchmarks/results/interventions.json. About 40 evaluations of the set per run.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path

from spread import spread

from mtan_edu.experiment import load_model, load_tasks, progress_bars, read_config
from mtan_edu.experiment.build import open_experiment_data
from mtan_edu.models import MTAN, intervene, of_another_image, open_everywhere, same_at_every_pixel, swap_masks
from mtan_edu.training import evaluate

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Row:
    """What the first metric of each task is when the masks at a stage are changed."""

    masks: str
    stage: str
    metrics: dict[str, float]


Block = Callable[[list[str]], AbstractContextManager[None]]


def blocks(model: MTAN) -> dict[str, Block]:
    """Name of a change to the block that makes it at some stages."""
    tasks = model.tasks
    following = dict(zip(tasks, (*tasks[1:], tasks[0]), strict=True))
    return {
        "open": lambda stages: intervene(model, open_everywhere, stages=stages),
        "same at every pixel": lambda stages: intervene(model, same_at_every_pixel, stages=stages),
        "of another image": lambda stages: intervene(model, of_another_image, stages=stages),
        "of the next task": lambda stages: swap_masks(model, following, stages=stages),
    }


def measure(folder: Path, device: str) -> Iterator[Row]:
    """One row per change and stage; the unchanged network first."""
    config, tasks = read_config(folder), load_tasks(folder)
    model = load_model(folder, device)
    assert isinstance(model, MTAN)
    frames = open_experiment_data(config, config.data).val
    first = {name: next(iter(task.higher_is_better)) for name, task in tasks.items()}
    stages = list(model.backbone.stage_channels)
    places = {"all stages": stages, **{stage: [stage] for stage in stages}}
    todo = [("own masks", "", nullcontext())]
    todo += [(name, place, block(at)) for name, block in blocks(model).items() for place, at in places.items()]
    bars = progress_bars()
    for change, place, block in bars(todo, len(todo), "changes") if bars else todo:
        with block:
            measured = evaluate(model, tasks, frames, batch_size=20).metrics
        yield Row(change, place, {f"{name} {metric}": measured[name][metric] for name, metric in first.items()})


def main() -> None:
    """Print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", type=Path, nargs="+", help="folders of finished runs of one MTAN, each of another seed")
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    by_run = [list(measure(run, options.device)) for run in options.runs]
    columns = list(by_run[0][0].metrics)
    print("| masks | stage | " + " | ".join(columns) + " |\n|---|---|" + "---:|" * len(columns))
    for rows in zip(*by_run, strict=True):
        cells = [spread([row.metrics[column] for row in rows]) for column in columns]
        print(f"| {rows[0].masks} | {rows[0].stage} | " + " | ".join(cells) + " |")
    written = RESULTS / "interventions.json"
    config = read_config(options.runs[0])
    seeds = [read_config(run).training.seed for run in options.runs]
    setting = {"data": Path(config.data).name, "width": config.width, "epochs": config.training.epochs, "seeds": seeds}
    tables = [[asdict(row) for row in rows] for rows in by_run]
    written.write_text(json.dumps({"setting": setting, "runs": tables}, indent=1) + "\n")
    print(f"Written: {written}")


if __name__ == "__main__":
    main()
