"""`mtan-edu train` and `mtan-edu resume`."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mtan_edu.cli.parser import SentenceParser, Verbs, names, number, size, whole_number, whole_numbers
from mtan_edu.experiment.config import DECATHLON, ExperimentConfig
from mtan_edu.experiment.presets import PRESETS, preset
from mtan_edu.recording.runs import create_run
from mtan_edu.run_layout import CONFIG, ENVIRONMENT, checkpoint_epoch, existing_run, read_json
from mtan_edu.training.config import AUGMENTATIONS, OPTIMIZERS, SAMPLINGS, SCHEDULES
from mtan_edu.weighting.names import WEIGHTINGS

if TYPE_CHECKING:
    from mtan_edu.records import EpochRecord, TaskRecord

TRAINING = {field.name for field in dataclasses.fields(ExperimentConfig().training)}
"""Options that belong to `TrainingConfig`; the others belong to `ExperimentConfig`."""


_MANY = 4
"""Of more tasks than these a line would become too long with their losses."""


def add_verbs(verbs: Verbs) -> None:
    """Add both verbs."""
    train = verbs.add_parser(
        "train",
        help="train a model into a new run",
        description="Train a model. What is not said comes from the preset. A killed run goes on with `resume`.",
        examples="""
            mtan-edu train --out runs/first
            mtan-edu train --model mtan --backbone segnet --width 16 --weighting dwa --epochs 4 --seed 0 --out runs/dwa
            mtan-edu train --model single --tasks depth --out runs/depth
            mtan-edu train --classes 2 --out runs/structure_or_contents
            mtan-edu train --data cityscapes --classes 19 --tasks semantic,depth --out runs/streets
            mtan-edu train --data decathlon --out runs/ten_domains
            mtan-edu train --preset decathlon --data folder_of_domains --out runs/own_domains
            mtan-edu train --preset full --data nyuv2 --device cuda --out runs/paper""",
    )
    train.set_defaults(call=run_train)
    _add_what(train)
    _add_how(train)
    resume = verbs.add_parser(
        "resume",
        help="train a run on that was stopped",
        description="Go on with a run from its last checkpoint, to the same weights as if nothing had happened.",
        examples="mtan-edu resume runs/first",
    )
    resume.add_argument("run_folder", metavar="RUN", type=Path, help="folder of the run")
    resume.set_defaults(call=run_resume)


def add_rooms(parser: SentenceParser, seed: str) -> None:
    """Options that say which rooms.

    Args:
        parser: Gets the options.
        seed: What to call the seed of the rooms.
    """
    rooms = parser.add_argument_group("rooms")
    rooms.add_argument("--size", dest="image_size", type=size, metavar="HxW", help="height and width, such as 96x128")
    rooms.add_argument("--train", dest="train_images", type=whole_number, metavar="N", help="training images")
    rooms.add_argument("--val", dest="val_images", type=whole_number, metavar="N", help="validation images")
    rooms.add_argument("--data-folder", metavar="DIR", help="where rooms are kept (default: data/)")
    rooms.add_argument(seed, dest="data_seed", type=whole_number, metavar="N", help="which rooms (default: 0)")


def config_from(options: argparse.Namespace) -> ExperimentConfig:
    """The preset, changed by the options that were given."""
    default = DECATHLON if getattr(options, "data", None) == DECATHLON else "lecture"
    config = preset(getattr(options, "preset", None) or default)
    known = {field.name for field in dataclasses.fields(config)} - {"training"}
    given = {name: value for name, value in vars(options).items() if value is not None}
    training = dataclasses.replace(config.training, **{name: given[name] for name in TRAINING & given.keys()})
    changed: dict[str, Any] = {name: given[name] for name in known & given.keys()}
    return dataclasses.replace(config, **changed, training=training).resolved()


def run_train(options: argparse.Namespace) -> int:
    """Write the run down, load torch, train."""
    config = config_from(options)
    new = create_run(options.run_folder, config.to_dict())  # before anything heavy: from here on it can be resumed
    print(f"Training {_title(config)} into {options.run_folder}", flush=True)

    from mtan_edu.experiment.progress import progress_bars
    from mtan_edu.experiment.run import train_new_run

    return _follow(
        options.run_folder, config.training.epochs, train_new_run(new, options.interrupts.watched(progress_bars()))
    )


def run_resume(options: argparse.Namespace) -> int:
    """Train on; a finished run needs nothing."""
    folder = existing_run(options.run_folder)
    config = ExperimentConfig.from_dict(read_json(folder / CONFIG))
    done, epochs = checkpoint_epoch(folder), config.training.epochs
    if done >= epochs:
        print(f"{folder} is finished: {done} of {epochs} epochs. There is nothing to do.")
        return 0
    print(f"Training {_title(config)} on in {folder}, after {done} of {epochs} epochs", flush=True)

    from mtan_edu.experiment.progress import progress_bars
    from mtan_edu.experiment.run import resume_run

    return _follow(folder, epochs, resume_run(folder, options.interrupts.watched(progress_bars())))


def _follow(folder: Path, epochs: int, records: Iterable[EpochRecord]) -> int:
    """Print a line per epoch."""
    from tqdm import tqdm

    from mtan_edu.run_reader import read_tasks

    tasks: dict[str, TaskRecord] = {}
    for record in records:
        if not tasks:
            tasks = read_tasks(folder)
            tqdm.write(f"Device: {read_json(folder / ENVIRONMENT)['device']}")  # prints above any bar
        tqdm.write(_line(record, epochs, tasks))
    print(f"Finished {folder}. See: mtan-edu evaluate {folder}, mtan-edu masks {folder} --out masks.png")
    return 0


def _line(record: EpochRecord, epochs: int, tasks: dict[str, TaskRecord]) -> str:
    """An epoch's validation losses with the first metric of every task; of many tasks the first metric alone."""
    parts = [f"epoch {record.epoch}/{epochs}"]
    for name, task in tasks.items():
        metric = next(iter(task.higher_is_better))
        value = f"{record.metrics[name][metric]:.3f}"
        many = len(tasks) > _MANY
        parts.append(f"{name} {value}" if many else f"{name} {record.val_losses[name]:.3f} ({metric} {value})")
    return "   ".join([*parts, f"{record.seconds:.1f} s"])


def _title(config: ExperimentConfig) -> str:
    widths = "widths " + ",".join(map(str, config.widths)) if config.widths else f"width {config.width}"
    threads = f"{config.training.threads} thread{'s' if config.training.threads != 1 else ''}"
    return f"{config.model} ({config.backbone}, {widths}, {config.weighting} weighting) on {config.data}, {threads},"


def _add_what(train: SentenceParser) -> None:
    train.add_argument("--out", dest="run_folder", metavar="RUN", type=Path, required=True, help="new folder")
    train.add_argument(
        "--preset",
        choices=list(PRESETS),
        help="where all other numbers come from (default: lecture, for the decathlon decathlon)",
    )
    what = train.add_argument_group("what")
    what.add_argument("--model", metavar="NAME", help="mtan, split, single, ...; an unknown name lists all")
    what.add_argument("--backbone", metavar="NAME", help="segnet, wide_resnet10, ...; an unknown name lists all")
    what.add_argument("--width", type=whole_number, metavar="N", help="channels of the first stage")
    what.add_argument("--widths", type=whole_numbers, metavar="N,N,...", help="channels of all stages instead")
    what.add_argument("--weighting", metavar="NAME", help=f"{', '.join(WEIGHTINGS)}; as in dwa:0.5 or fixed:1,0.5,2")
    what.add_argument("--tasks", type=names, metavar="NAME,...", help="such as semantic,depth (default: all)")
    what.add_argument("--data", metavar="DATA", help="rooms, decathlon, or a folder")
    what.add_argument("--classes", type=whole_number, metavar="N", help="2, 7 or 13 of rooms, 2, 7 or 19 of CityScapes")
    add_rooms(train, seed="--data-seed")


def _add_how(train: SentenceParser) -> None:
    how = train.add_argument_group("how")
    how.add_argument("--epochs", type=whole_number, metavar="N", help="how often every image is seen")
    how.add_argument("--batch-size", type=whole_number, metavar="N", help="images per step")
    how.add_argument("--optimizer", metavar="NAME", help=", ".join(OPTIMIZERS))
    how.add_argument("--learning-rate", type=number, metavar="RATE", help="the highest, for one_cycle")
    how.add_argument("--schedule", metavar="NAME", help=", ".join(SCHEDULES))
    how.add_argument("--augment", metavar="NAME", help=", ".join(AUGMENTATIONS))
    how.add_argument("--sampling", metavar="NAME", help=f"whose batch is next, on domains: {', '.join(SAMPLINGS)}")
    how.add_argument("--second-phase", type=whole_number, metavar="N", help="last epochs, without the first domain")
    how.add_argument("--seed", type=whole_number, metavar="N", help="first weights, order, augmentation (default: 0)")
    how.add_argument("--device", metavar="NAME", help="auto, cpu, cuda or mps")
    how.add_argument("--threads", type=whole_number, metavar="N", help="CPU threads (default: one per granted core)")
    how.add_argument("--workers", type=whole_number, metavar="N", help="processes that load images")
    how.add_argument("--deterministic", action="store_true", default=None, help="the same bits in every run")
    how.add_argument("--mixed-precision", action="store_true", default=None, help="compute in bfloat16")
    how.add_argument("--probes", type=whole_number, metavar="N", help="validation images to record (default: 4)")
    how.add_argument("--probe-epochs", type=whole_numbers, metavar="N,...", help="when (default: 0, 1, 2, 4, ...)")
    help = "then, look at the tasks' gradients too, on N training batches (2 if not said)"
    how.add_argument("--gradients", type=whole_number, nargs="?", const=2, metavar="N", help=help)
