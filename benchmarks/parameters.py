"""Parameters and multiply-accumulates of every model at the paper's size: makes docs/models.md.

    python benchmarks/parameters.py            # writes the page
    python benchmarks/parameters.py --check    # exits with 1 if the page is not what would be written

Counts are compared with `data/paper/parameter_counts*.csv`, which are the authors' code's.
"""

from __future__ import annotations

import argparse
import csv
import functools
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mtan_edu.models import TASK_SETS, build_model, model_summary
from mtan_edu.models.paper import ONE_TASK, printed

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "models.md"
COUNTS = ROOT / "data" / "paper" / "parameter_counts.csv"
CITYSCAPES_COUNTS = ROOT / "data" / "paper" / "parameter_counts_cityscapes.csv"

NYUV2 = dict(TASK_SETS["nyuv2"].tasks)
CITYSCAPES = dict(TASK_SETS["cityscapes"].tasks)
DECATHLON = dict(TASK_SETS["decathlon"].tasks)


@dataclass(frozen=True)
class Row:
    """One model of the page.

    Attributes:
        architecture: Our name of it. Of one that has one task, there is one network per task.
        tasks: Task name to channels.
        theirs: The row of the authors' count: its name, and its number of classes in CityScapes' file.
        with_lambda: Whether that counts one parameter of the uncertainty weighting per task.
        backbone: Our name of it.
    """

    architecture: str
    tasks: tuple[tuple[str, int], ...]
    theirs: tuple[str, ...] = ()
    with_lambda: bool = False
    backbone: str = "segnet"


def some(tasks: Mapping[str, int], *names: str, classes: int | None = None) -> tuple[tuple[str, int], ...]:
    """Tasks by name, all if none is named, with another number of classes if one is given."""
    chosen = {name: tasks[name] for name in names or tasks}
    return tuple((chosen | ({"semantic": classes} if classes else {})).items())


ROWS = [
    *(Row("single", some(NYUV2, task), (f"segnet_single_{task}",)) for task in NYUV2),
    *(Row("stan", some(NYUV2, task), (f"segnet_stan_{task}",)) for task in NYUV2),
    Row("split", some(NYUV2), ("segnet_split_standard",), True),
    Row("split_wide", some(NYUV2), ("segnet_split_wide",), True),
    Row("split_deep", some(NYUV2), ("segnet_split_deep",), True),
    Row("dense_reference", some(NYUV2), ("segnet_dense",), True),
    Row("dense", some(NYUV2)),
    Row("cross_stitch_reference", some(NYUV2), ("segnet_cross_stitch",), True),
    Row("cross_stitch", some(NYUV2)),
    Row("mtan", some(NYUV2), ("segnet_mtan",), True),
    Row("mtan", some(DECATHLON), ("wrn_28_4_mtan_decathlon",), backbone="wide_resnet28"),
    Row("single", some(NYUV2, "semantic"), backbone="resnet50"),
    Row("split", some(NYUV2), backbone="resnet50"),
    Row("mtan", some(NYUV2), ("deeplab_resnet50_mtan",), backbone="resnet50"),
]

STREETS = [
    Row("single", some(CITYSCAPES, "semantic"), ("segnet_single_semantic", "7")),
    Row("single", some(CITYSCAPES, "semantic", classes=2), ("segnet_single_semantic", "2")),
    Row("single", some(CITYSCAPES, "semantic", classes=19), ("segnet_single_semantic", "19")),
    Row("stan", some(CITYSCAPES), ("segnet_stan", "7")),
    Row("split", some(CITYSCAPES), ("segnet_split_standard", "7"), True),
    Row("split_wide", some(CITYSCAPES), ("segnet_split_wide", "7"), True),
    Row("split_deep", some(CITYSCAPES), ("segnet_split_deep", "7"), True),
    Row("dense_reference", some(CITYSCAPES), ("segnet_dense", "7"), True),
    Row("dense", some(CITYSCAPES)),
    Row("cross_stitch_reference", some(CITYSCAPES), ("segnet_cross_stitch", "7"), True),
    Row("cross_stitch", some(CITYSCAPES)),
    Row("mtan", some(CITYSCAPES), ("segnet_mtan", "7"), True),
    Row("mtan", some(CITYSCAPES, classes=2), ("segnet_mtan", "2"), True),
    Row("mtan", some(CITYSCAPES, classes=19), ("segnet_mtan", "19"), True),
]

TEXT = """# Models and what they cost

Made by `python benchmarks/parameters.py`; a test compares. Any of them is built with
`build_model(architecture, tasks, backbone=...)`. `mtan-edu model NAME`, and in a notebook
`print(model_summary(model))`, show a model's stages, its parameters by part and what one more task adds; `--out FILE`,
and `show_architecture(record_architecture(model))`, draw it.

Widths are the paper's (64 channels first). *Theirs* is the authors' code, which in a multi-task SegNet counts the
uncertainty weighting's parameter of each task too: it is added in *ours + λ*. *×* is the multiple of one single-task
SegNet of as many classes (of one wide ResNet without heads in the decathlon), *#P* the same as the paper prints it.
GMAC: billions of multiply-accumulates of one image.

## Three tasks at 288x384, and the decathlon at 72x72
{table}

## CityScapes' two tasks at 128x256
Semantic classes stand in parentheses. Of `stan` there are two networks.

{streets}

## Where the figures differ
- The paper's #P are cut off rather than rounded: 1.7587 is printed as 1.75, 4.9535 as 4.95.
- STAN is 1.5286 times a single network. The paper prints 4.56 for three of them, which is 3 × 1.52, and 3.04 for two,
  which is 2 × 1.52.
- MTAN on the decathlon is 1.7499 times its backbone, printed as 1.74: the heads are in the first and not in the second.
- `dense` has 44,583 parameters fewer than the authors' form with three tasks, and 41,109 fewer with CityScapes' two:
  those of a block whose output nobody reads, and which never gets a gradient. Neither form computes that block here;
  the authors' code does, and needs 5 GMAC more for an image of 288x384.
- `cross_stitch` has a matrix of tasks x tasks at each of 9 places where the authors' form has one number per task:
  every task gets a mixture of its own, as Misra et al. publish it.
- Later papers print 1.77 for MTAN on CityScapes, too. That is the multiple for three tasks; with two it is 1.65.
- The number of classes hardly matters: 2, 7 or 19 of them change only a head's last layer.
- "A rough 10 % per task" (the paper) is {growth} for MTAN on SegNet: one more task against one single-task network.
  The first task costs 52.9 %, for it brings the layers between the stages along, which all tasks share.

## One machinery
There is one class MTAN. On SegNet, ResNet, wide ResNet and on every network that `attend` is given it differs in what
is handed to it: a backbone that gives (u, p) for each of its stages, and the layers f between them. `attend` picks the
first up with hooks, and makes the second from the shapes. Hooks would do for SegNet and ResNet too: a test takes u and
p from the same networks that way, and the predictions are equal bit by bit. Three things keep the paper's networks from
coming out of `attend` alone, and all three are the authors' code, to which they are equal:
- In SegNet u lies before all further convolutions of a stage, in the decoder it is the unpooled map; `attend` takes
  what a stage's *last* block reads.
- The wide ResNet's last stage is seen after a normalization and a ReLU that no module returns.
- f is a bottleneck in ResNets, and up- and down-sampling in one at SegNet's turning point; the wide ResNet has one more
  behind its last stage. `attend` has a 3x3 convolution, with pooling or up-sampling, everywhere.
"""


def main() -> int:
    """Write or check the page."""
    parser = argparse.ArgumentParser(description="Makes docs/models.md.")
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    page = make_page()
    if parser.parse_args().check:
        return int(PAGE.read_text(encoding="utf-8") != page)
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page, encoding="utf-8")
    print(f"wrote {PAGE}")
    return 0


def make_page() -> str:
    """The page's text."""
    growth = count_single(NYUV2["semantic"]), model_summary(build_model("mtan", NYUV2, device="meta"))
    share = f"{growth[1].per_task['semantic'] / growth[0]:.1%}"
    return TEXT.format(table=make_table(ROWS), streets=make_table(STREETS), growth=share)


def make_table(rows: Sequence[Row]) -> str:
    """Rows in Markdown."""
    lines = [("model", "backbone", "tasks", "ours", "ours + λ", "theirs", "×", "#P", "GMAC")]
    lines += [make_row(row) for row in rows]
    text = ["| " + " | ".join(line) + " |" for line in lines]
    text.insert(1, "|" + "---|" * 3 + "---:|" * 6)
    return "\n".join(text)


@functools.cache  # a test asks for the same rows again
def make_row(row: Row) -> tuple[str, ...]:
    """One model's cells."""
    tasks, streets, wide = dict(row.tasks), row in STREETS, "wide" in row.backbone
    networks = [{name: channels} for name, channels in tasks.items()] if row.architecture in ONE_TASK else [tasks]
    size = TASK_SETS["decathlon" if wide else "cityscapes" if streets else "nyuv2"].image_size
    summaries = [
        model_summary(build_model(row.architecture, own, backbone=row.backbone, device="meta"), size)
        for own in networks
    ]
    total, macs = sum(summary.total for summary in summaries), sum(summary.macs for summary in summaries)
    counted = total + (len(tasks) if row.with_lambda else 0)
    base = summaries[0].parameters["backbone"] if wide else count_single(tasks.get("semantic", 13), row.backbone)
    cells = [row.architecture, row.backbone, _tasks(tasks, streets), f"{total:,}", f"{counted:,}"]
    cells += [f"{read_counts()[row.theirs]:,}" if row.theirs else "-", f"{counted / base:.4f}", _paper(row, tasks)]
    return (*cells, f"{macs / 1e9:.2f}")


def count_single(classes: int, backbone: str = "segnet") -> int:
    """Parameters of one single-task network."""
    model = build_model("single", {"semantic": classes}, backbone=backbone, device="meta")
    return sum(parameter.numel() for parameter in model.parameters())


def read_counts() -> dict[tuple[str, ...], int]:
    """The authors' counts by name, and in CityScapes' file by number of classes too."""
    counts: dict[tuple[str, ...], int] = {}
    for path, keys in ((COUNTS, ("model",)), (CITYSCAPES_COUNTS, ("model", "classes"))):
        with path.open(encoding="utf-8") as file:
            counts |= {
                tuple(row[key] for key in keys): int(row["trainable_parameters"]) for row in csv.DictReader(file)
            }
    return counts


def _tasks(tasks: Mapping[str, int], streets: bool) -> str:
    who = str(len(tasks)) if len(tasks) > 1 else next(iter(tasks))
    return f"{who} ({tasks['semantic']})" if streets and "semantic" in tasks else who


def _paper(row: Row, tasks: Mapping[str, int]) -> str:
    """#P as printed; of several networks with one task each, that of all."""
    if row.backbone not in ("segnet", "wide_resnet28"):
        return "-"
    multiple = printed(row.architecture, tasks if row.architecture not in ONE_TASK else dict(list(tasks.items())[:1]))[
        0
    ]
    if row.architecture in ONE_TASK and multiple and len(tasks) > 1:
        return f"{len(tasks) * float(multiple):.2f}"
    return multiple or "-"


if __name__ == "__main__":
    sys.exit(main())
