"""How much does a network of several domains lose if its BatchNorms keep the running statistics of its training?

    mtan-edu train --data decathlon --out runs/domains
    python benchmarks/domain_statistics.py runs/domains

Measures a run's last checkpoint on every domain's validation images: with the running statistics as training left
them, a mixture of all domains, and with statistics taken anew of some training images of the domain at hand. Prints a
table and, with --out, writes it as JSON.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from mtan_edu.data.domains import Domain, DomainSplits
from mtan_edu.experiment import load_model, load_tasks, read_config
from mtan_edu.experiment.build import open_experiment_data
from mtan_edu.models import MultiTaskModel
from mtan_edu.tasks import Task
from mtan_edu.training import evaluate, fitted_to
from mtan_edu.training.many_to_many import ForDomain

IMAGES = (64, 128, 256)
"""Of how many training images statistics are taken."""


def accuracies(model: MultiTaskModel, task: Task, domain: Domain) -> dict[str, float]:
    """Accuracy by where the statistics come from."""

    def measure(network: ForDomain) -> float:
        return evaluate(network, {task.name: task}, domain.val, batch_size=64).metrics[task.name]["accuracy"]

    found = {"chance": 1 / len(domain.classes), "mixture": measure(ForDomain(model, domain))}
    for images in IMAGES:
        with fitted_to(model, domain, images=images) as network:
            found[f"{images} images"] = measure(network)
    return found


def main() -> None:
    """Read the command, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path, help="a run on domains")
    parser.add_argument("--out", type=Path, help="a JSON file")
    options = parser.parse_args()
    config, model, tasks = read_config(options.run), load_model(options.run), load_tasks(options.run)
    data = open_experiment_data(config, config.data)
    if not isinstance(data, DomainSplits):
        raise SystemExit(f"`run` must be of domains; got one of {data.name}.")
    table = {name: accuracies(model.eval(), task, data.domains[name]) for name, task in tasks.items()}
    columns = list(next(iter(table.values())))
    table["mean"] = {column: sum(row[column] for row in table.values()) / len(tasks) for column in columns}
    print(f"{'':<14}" + "".join(f"{column:>13}" for column in columns))
    for name, row in table.items():
        print(f"{name:<14}" + "".join(f"{value:>13.3f}" for value in row.values()))
    if options.out:
        options.out.write_text(json.dumps(table, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
