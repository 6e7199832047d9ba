"""Trains several methods on the same images with several seeds and tables what came out, with the spread.

    python benchmarks/compare.py baselines --out runs/baselines --seeds 0,1,2
    python benchmarks/compare.py weightings --data FRAMES --out runs/weightings --seeds 0

Every training is a run under `--out`; what is finished is not trained again, so that a comparison that was broken off
goes on where it was, and seeds and methods can be added. Figures are those of the last epoch on the validation images.
Beside it stands Δm in both conventions, over the single networks. The table goes to
`benchmarks/results/compare_<study>.json`. One thread: two trainings at a time use two cores better.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from spread import spread

from mtan_edu.experiment import ExperimentConfig, preset, resume_run, start_run
from mtan_edu.records import GainRecord
from mtan_edu.run_layout import CONFIG, read_json
from mtan_edu.run_reader import read_epochs
from mtan_edu.tasks import gains_over_seeds, mean_metrics
from mtan_edu.visualization import delta_m_table
from mtan_edu.weighting import available

RESULTS = Path(__file__).parent / "results"
TASKS = ("semantic", "depth", "normal")
AS_LONG_AS_MTAN = 3.7
"""CPU time of a MTAN step as a multiple of a split step (benchmarks/results/model_step_cpu_width8_96x128.json)."""

Metrics = dict[str, dict[str, float]]
"""Task to metric to value."""


@dataclass(frozen=True)
class Method:
    """One row of the table.

    Attributes:
        name: What the table calls it.
        runs: Name of a run to what it changes; together they predict every task once.
        epochs: How many times the common number of epochs it is trained.
    """

    name: str
    runs: Mapping[str, Mapping[str, object]]
    epochs: float = 1


def one(name: str, epochs: float = 1, **changes: object) -> Method:
    """A method that is one network."""
    return Method(name, {name.replace(" ", "_").replace(",", "").replace(":", "_"): changes}, epochs)


def one_per_task(name: str, model: str) -> Method:
    """A method that trains a network for every task."""
    return Method(name, {f"{model}_{task}": {"model": model, "tasks": (task,)} for task in TASKS})


SINGLE = one_per_task("three single networks", "single")


def baselines() -> list[Method]:
    """What the paper compares MTAN with, at equal epochs, and the split network at equal computing time."""
    models = ("split", "split_wide", "split_deep", "dense", "cross_stitch", "mtan")
    longer = one("split, as long as MTAN", AS_LONG_AS_MTAN, model="split")
    return [SINGLE, one_per_task("three STAN", "stan"), *(one(name, model=name) for name in models), longer]


def weightings() -> list[Method]:
    """MTAN under every weighting that needs no argument."""
    return [SINGLE, *(one(name, model="mtan", weighting=name) for name in available() if name not in NEED_AN_ARGUMENT)]


NEED_AN_ARGUMENT = ("fixed", "torchjd")


STUDIES = {"baselines": baselines, "weightings": weightings}


def train_all(methods: Sequence[Method], seeds: Sequence[int], config: ExperimentConfig, out: Path) -> None:
    """Train what is not finished, seed by seed, so that every method has the first seed early."""
    for seed in seeds:
        for method in methods:
            epochs = round(method.epochs * config.training.epochs)
            training = dataclasses.replace(config.training, seed=seed, epochs=epochs)
            for name, changes in method.runs.items():
                changed = dataclasses.replace(config, training=training, **changes)  # type: ignore[arg-type]
                train(changed, out / f"{name}_seed{seed}")


def train(config: ExperimentConfig, folder: Path) -> None:
    """Begin a run, or go on with it, and note the CPU seconds."""
    cost = folder.with_suffix(".cpu_seconds.json")
    spent = read_json(cost)["cpu_seconds"] if cost.exists() else 0.0
    start = time.process_time()
    begun = (folder / CONFIG).exists()
    for _ in resume_run(folder) if begun else start_run(config, folder):
        now = time.process_time()
        spent, start = spent + now - start, now
        cost.write_text(json.dumps({"cpu_seconds": spent}))
    print(f"{folder.name}: {spent:.0f} CPU-s", flush=True)


def measured(method: Method, seed: int, out: Path, epochs: int) -> Metrics | None:
    """The method's figures after the last epoch; None if it is not finished."""
    found: Metrics = {}
    for name in method.runs:
        folder = out / f"{name}_seed{seed}"
        records = read_epochs(folder) if (folder / CONFIG).exists() else ()
        if len(records) < round(method.epochs * epochs):
            return None
        found |= {task: dict(of) for task, of in records[-1].metrics.items()}
    return found


def cpu_seconds(method: Method, seed: int, out: Path) -> float:
    """What training the method has cost."""
    return sum(read_json(out / f"{name}_seed{seed}.cpu_seconds.json")["cpu_seconds"] for name in method.runs)


def table(methods: Sequence[Method], seeds: Sequence[int], out: Path, epochs: int) -> dict[str, dict[str, object]]:
    """Method to its figures by seed."""
    rows: dict[str, dict[str, object]] = {}
    for method in methods:
        by_seed = {seed: measured(method, seed, out, epochs) for seed in seeds}
        finished = {seed: found for seed, found in by_seed.items() if found}
        if finished:
            cost = statistics.mean(cpu_seconds(method, seed, out) for seed in finished)
            rows[method.name] = {"cpu_seconds": round(cost), "seeds": finished}
    return rows


def lines(rows: Mapping[str, Mapping[str, object]]) -> Iterator[str]:
    """The table as Markdown: mean ± standard deviation over the seeds."""
    first: Mapping[int, Metrics] = next(iter(rows.values()))["seeds"]  # type: ignore[assignment]
    columns = [(task, metric) for task, of in next(iter(first.values())).items() for metric in of]
    yield "| method | n | CPU-s | " + " | ".join(metric for _, metric in columns) + " |"
    yield "|---|---:|---:|" + "---:|" * len(columns)
    for name, row in rows.items():
        seeds: Mapping[int, Metrics] = row["seeds"]  # type: ignore[assignment]
        values = [[of[task][metric] for of in seeds.values()] for task, metric in columns]
        cells = [spread(of, digits=1 if statistics.mean(of) > 10 else 3) for of in values]
        yield f"| {name} | {len(seeds)} | {row['cpu_seconds']} | " + " | ".join(cells) + " |"


def gains(rows: Mapping[str, Mapping[str, object]]) -> dict[str, GainRecord]:
    """Method to what it gains over the single networks, seed by seed; nothing if those are not trained."""
    alone = rows.get(SINGLE.name)
    if alone is None:
        return {}
    baseline = mean_metrics(list(alone["seeds"].values()))  # type: ignore[attr-defined]
    count = len(alone["seeds"])  # type: ignore[arg-type]
    name = SINGLE.name if count == 1 else f"{SINGLE.name}, mean of {count} seeds"
    return {
        method: gains_over_seeds(list(row["seeds"].values()), baseline, name)  # type: ignore[attr-defined]
        for method, row in rows.items()
    }


def gain_lines(gained: Mapping[str, GainRecord]) -> Iterator[str]:
    """Δm in both conventions [percent] as Markdown, and what each task gains: mean ± standard deviation over seeds."""
    first = next(iter(gained.values()))
    yield "| method | n | " + " | ".join(["Δm per task", "Δm per metric", *first.gains[0]]) + " |"
    yield "|---|---:|" + "---:|" * (2 + len(first.gains[0]))
    for name, row in delta_m_table(gained).iterrows():
        both = [f"{row[f'Δm per {per}']:+.1f}" for per in ("task", "metric")]
        if row["seeds"] > 1:
            both = [f"{cell} ± {row[f'± per {per}']:.1f}" for cell, per in zip(both, ("task", "metric"), strict=True)]
        tasks = [f"{row[task]:+.1f}" for task in first.gains[0]]
        yield f"| {name} | {row['seeds']:.0f} | " + " | ".join([*both, *tasks]) + " |"


def whole_numbers(text: str) -> tuple[int, ...]:
    """ "0,1,2" as numbers."""
    return tuple(int(part) for part in text.split(","))


def main() -> None:
    """Train, then print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("study", choices=STUDIES)
    parser.add_argument("--out", type=Path, required=True, help="folder of the runs")
    parser.add_argument("--data", default="rooms", help="rooms, or a folder of frames")
    parser.add_argument("--size", type=lambda text: tuple(map(int, text.split("x"))), default=(64, 64), metavar="HxW")
    parser.add_argument("--width", type=int, default=8)
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--seeds", type=whole_numbers, default=(0,))
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--only", default="", metavar="NAME,...", help="only these methods are trained")
    options = parser.parse_args()
    lecture = preset("lecture")
    training = dataclasses.replace(lecture.training, epochs=options.epochs, threads=1, device=options.device)
    config = dataclasses.replace(
        lecture, data=options.data, image_size=options.size, width=options.width, probes=0, training=training
    )
    methods = STUDIES[options.study]()
    chosen = [method for method in methods if not options.only or method.name in options.only.split(",")]
    options.out.mkdir(parents=True, exist_ok=True)
    train_all(chosen, options.seeds, config, options.out)
    rows = table(methods, options.seeds, options.out, options.epochs)
    print("\n".join(lines(rows)))
    gained = gains(rows)
    if gained:
        print("\nOver " + next(iter(gained.values())).baseline + ":\n\n" + "\n".join(gain_lines(gained)))
    for name, record in gained.items():
        rows[name]["delta_m"] = {per: record.delta_m(per).tolist() for per in ("task", "metric")}
    setting = {"width": options.width, "epochs": options.epochs, "batch_size": training.batch_size, "threads": 1}
    setting["device"] = options.device
    about = {"data": Path(options.data).name, "image_size": list(options.size), **setting}
    written = RESULTS / f"compare_{options.study}.json"
    written.write_text(json.dumps({"setting": about, "methods": rows}, indent=2) + "\n")
    print(f"Written: {written}")


if __name__ == "__main__":
    main()
