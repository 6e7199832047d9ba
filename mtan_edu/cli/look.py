"""`mtan-edu evaluate`, `mtan-edu masks` and `mtan-edu explore`: look at a run."""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Mapping
from pathlib import Path

from mtan_edu.cli.parser import Verbs, names, number, whole_number

PAGE = "explorer.html"
"""Where a run's page is written if nobody says where."""

PICTURES = (".png", ".pdf", ".svg")


def add_verbs(verbs: Verbs) -> None:
    """Add the three verbs."""
    evaluate = verbs.add_parser(
        "evaluate",
        help="measure a run on validation images",
        description="Measure a run's last checkpoint on the validation split.",
        examples="""
            mtan-edu evaluate runs/first
            mtan-edu evaluate runs/first --data nyuv2_96x128 --json
            mtan-edu evaluate runs/ten_domains --baseline runs/digits runs/letters ...""",
    )
    evaluate.add_argument("folder", metavar="RUN", help="folder of the run", type=Path)
    evaluate.add_argument("--data", metavar="DATA", help="rooms, decathlon, a folder (default: as trained on)")
    evaluate.add_argument(
        "--baseline", metavar="RUN", type=Path, nargs="+",
        help="of domains: runs by whose accuracies the Visual Decathlon score is counted, such as a network for each",
    )  # fmt: skip
    evaluate.add_argument("--device", default="auto", metavar="NAME", help="auto, cpu, cuda or mps")
    evaluate.add_argument("--json", action="store_true", help="task to metric to value; null = could not be measured")
    evaluate.set_defaults(call=run_evaluate)
    masks = verbs.add_parser(
        "masks",
        help="draw the attention masks of a run",
        description="Draw the masks that were recorded during training: a row per task, a column per stage.",
        examples="""
            mtan-edu masks runs/first --out masks.png
            mtan-edu masks runs/first --epoch 0 --image 2 --channels most-varying --out untrained.png""",
    )
    masks.add_argument("folder", metavar="RUN", help="folder of the run", type=Path)
    masks.add_argument("--out", metavar="FILE", type=Path, required=True, help="a .png, .pdf or .svg file")
    masks.add_argument("--image", type=whole_number, default=0, metavar="I", help="which recorded image (default: 0)")
    masks.add_argument("--epoch", type=whole_number, metavar="E", help="0 = untrained (default: the last recorded)")
    masks.add_argument("--tasks", type=names, metavar="NAME,...", help="which tasks (default: all)")
    masks.add_argument("--stages", type=names, metavar="NAME,...", help="such as encoder_1,decoder_1 (default: all)")
    masks.add_argument("--channels", default="mean", metavar="WHICH", help="mean, most-varying, or numbers: 0,3")
    masks.add_argument("--own-scale", action="store_true", help="every panel from its lowest to its highest value")
    masks.set_defaults(call=run_masks)
    explore = verbs.add_parser(
        "explore",
        help="look at the attention masks of a run in the browser",
        description="Write one page with the masks that were recorded during training, and open it. The page needs "
        "neither network nor Python: it can be mailed.",
        examples="""
            mtan-edu explore runs/first
            mtan-edu explore runs/first --html masks.html --megabytes 20""",
    )
    explore.add_argument("folder", metavar="RUN", help="folder of the run", type=Path)
    explore.add_argument(
        "--html", metavar="FILE", type=Path, help="only write the page, to this file (default: explorer.html in RUN)"
    )
    explore.add_argument(
        "--megabytes", type=number, default=8.0, metavar="MB", help="what the masks may take in the page (default: 8)"
    )
    explore.set_defaults(call=run_explore)


def run_evaluate(options: argparse.Namespace) -> int:
    """Print a table, or JSON."""
    from mtan_edu.experiment.progress import progress_bars
    from mtan_edu.experiment.run import evaluate_run
    from mtan_edu.run_reader import read_accuracies

    baseline = None if options.baseline is None else read_accuracies(options.baseline)
    measured = evaluate_run(
        options.folder, options.data, options.device, options.interrupts.watched(progress_bars())
    ).metrics
    if options.json:
        plain = {
            task: {name: value if math.isfinite(value) else None for name, value in metrics.items()}
            for task, metrics in measured.items()
        }
        print(json.dumps(plain, indent=2, allow_nan=False))
    else:
        print(_table({**measured, **_together(measured, baseline)}))
    return 0


def run_masks(options: argparse.Namespace) -> int:
    """Draw into a file."""
    if options.out.suffix.lower() not in PICTURES:
        raise ValueError(f"`--out` must end in {', '.join(PICTURES)}; got {options.out}. PNG is a good choice.")
    from mtan_edu.run_reader import read_masks

    record = read_masks(options.folder, options.epoch)
    from mtan_edu.visualization import show_masks

    figure = show_masks(
        record,
        options.image,
        tasks=options.tasks,
        stages=options.stages,
        channels=_channels(options.channels),
        scale="own" if options.own_scale else "shared",
    )
    figure.savefig(options.out)
    print(f"Masks of image {options.image} after epoch {record.epoch}: {options.out}")
    return 0


def run_explore(options: argparse.Namespace) -> int:
    """Write the page and, unless a file was named, open it."""
    from mtan_edu.run_layout import existing_run

    folder = existing_run(options.folder)
    if options.html is not None and options.html.suffix.lower() not in (".html", ".htm"):
        raise ValueError(f"`--html` must end in .html; got {options.html}. A browser knows the page by its ending.")
    from mtan_edu.visualization.explorer.write import write_page

    file = write_page(folder, options.html or folder / PAGE, options.megabytes)
    print(f"Masks of {folder}: {file}")
    if options.html is None:
        import webbrowser

        if not webbrowser.open(file.resolve().as_uri()):
            print("No browser was found here; open the file in one.")
    return 0


def _channels(text: str) -> str | list[int] | None:
    if text == "mean":
        return None
    if text == "most-varying":
        return "most varying"
    try:
        return [int(part) for part in text.split(",")]
    except ValueError:
        raise ValueError(f"`--channels` must be mean, most-varying or numbers such as 0,3; got {text!r}.") from None


def _together(
    measured: Mapping[str, Mapping[str, float]], baseline: Mapping[str, float] | None
) -> dict[str, dict[str, float]]:
    """What is said of all domains together: the mean accuracy, and the score where there is something to count it by.

    The paper's baseline counts for its own ten domains.
    """
    from mtan_edu.tasks import VISUAL_DECATHLON_BASELINE, decathlon_score

    accuracies = {task: metrics["accuracy"] for task, metrics in measured.items() if "accuracy" in metrics}
    if len(accuracies) < 2:
        return {}
    figures = {"mean accuracy": sum(accuracies.values()) / len(accuracies)}
    if baseline is None and accuracies.keys() == VISUAL_DECATHLON_BASELINE.keys():
        baseline = VISUAL_DECATHLON_BASELINE
    if baseline is not None and all(map(math.isfinite, accuracies.values())):
        figures["decathlon score"] = decathlon_score(accuracies, baseline)
    return {"together": figures}


def _table(measured: Mapping[str, Mapping[str, float]]) -> str:
    rows = [
        (task, name, f"{value:.4f}" if math.isfinite(value) else "not measurable")
        for task, metrics in measured.items()
        for name, value in metrics.items()
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return "\n".join(f"{task:<{widths[0]}}  {name:<{widths[1]}}  {value:>{widths[2]}}" for task, name, value in rows)
