"""Parameters and multiply-accumulates of every model at the paper's size: makes docs/models.md.

    python benchmarks/parameters.py            # writes the page
    python benchmarks/parameters.py --check    # exits with 1 if the page is not what would be written

Counts are compared with `data/paper/parameter_counts.csv`, which are the authors' code's.
"""

from __future__ import annotations

import argparse
import csv
import functools
import sys
from pathlib import Path

from mtan_edu.models import build_model, model_summary

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "models.md"
COUNTS = ROOT / "data" / "paper" / "parameter_counts.csv"

NYUV2 = {"semantic": 13, "depth": 1, "normal": 3}
DECATHLON = dict(
    zip(
        (
            "imagenet",
            "aircraft",
            "cifar100",
            "pedestrians",
            "textures",
            "signs",
            "flowers",
            "omniglot",
            "svhn",
            "ucf101",
        ),
        (1000, 100, 100, 2, 47, 43, 102, 1623, 10, 101),
        strict=True,
    )
)
DENSE_SIZE, DECATHLON_SIZE = (288, 384), (72, 72)

# Our architecture, backbone, tasks; the row of the authors' count; whether that holds one uncertainty parameter per
# task; the paper's #P (table 3, and table 4 for the decathlon).
ROWS = [
    ("single", "segnet", ("semantic",), "segnet_single_semantic", False, "1"),
    ("single", "segnet", ("depth",), "segnet_single_depth", False, "1"),
    ("single", "segnet", ("normal",), "segnet_single_normal", False, "1"),
    ("stan", "segnet", ("semantic",), "segnet_stan_semantic", False, "1.52"),
    ("stan", "segnet", ("depth",), "segnet_stan_depth", False, "1.52"),
    ("stan", "segnet", ("normal",), "segnet_stan_normal", False, "1.52"),
    ("split", "segnet", (*NYUV2,), "segnet_split_standard", True, "-"),
    ("split_wide", "segnet", (*NYUV2,), "segnet_split_wide", True, "1.75"),
    ("split_deep", "segnet", (*NYUV2,), "segnet_split_deep", True, "2"),
    ("dense_reference", "segnet", (*NYUV2,), "segnet_dense", True, "4.95"),
    ("dense", "segnet", (*NYUV2,), None, False, "4.95"),
    ("cross_stitch_reference", "segnet", (*NYUV2,), "segnet_cross_stitch", True, "≈3"),
    ("cross_stitch", "segnet", (*NYUV2,), None, False, "≈3"),
    ("mtan", "segnet", (*NYUV2,), "segnet_mtan", True, "1.77"),
    ("mtan", "wide_resnet28", (*DECATHLON,), "wrn_28_4_mtan_decathlon", False, "1.74"),
    ("single", "resnet50", ("semantic",), None, False, "-"),
    ("split", "resnet50", (*NYUV2,), None, False, "-"),
    ("mtan", "resnet50", (*NYUV2,), "deeplab_resnet50_mtan", False, "-"),
]

TEXT = """# Models and what they cost

Made by `python benchmarks/parameters.py`; a test compares. Any of them is built with
`build_model(architecture, tasks, backbone=...)`, and `print(model_summary(model))` shows its stages, its parameters by
part and what one more task adds.

Widths are the paper's (64 channels first). *Theirs* is the authors' code, which in a multi-task SegNet counts the
uncertainty weighting's parameter of each task too: it is added in *ours + λ*. *×* is the multiple of one single-task
SegNet of 13 classes (of one wide ResNet without heads in the decathlon), *#P* the same as the paper prints it. GMAC:
billions of multiply-accumulates of one image, 288x384 (72x72 in the decathlon).

{table}

## Where the figures differ
- The paper's #P are cut off rather than rounded: 1.7587 is printed as 1.75, 4.9535 as 4.95.
- STAN is 1.5286 times a single network, printed as 3 × 1.52 = 4.56 for three of them.
- MTAN on the decathlon is 1.7499 times its backbone, printed as 1.74: the heads are in the first and not in the second.
- `dense` has 44,583 parameters fewer than the authors' form: those of a block whose output nobody reads, and which
  never gets a gradient. Neither form computes that block here; the authors' code does, and needs 5 GMAC more.
- `cross_stitch` has a 3x3 matrix at each of 9 places where the authors' form has 3 numbers: every task gets a mixture
  of its own, as Misra et al. publish it.
- "A rough 10 % per task" (the paper) is {growth} for MTAN on SegNet: one more task against one single-task network.
  The first task costs 52.9 %, for it brings the layers between the stages along, which all tasks share.
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
    rows = [("model", "backbone", "tasks", "ours", "ours + λ", "theirs", "×", "#P", "GMAC")]
    rows += [make_row(*row) for row in ROWS]
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    lines.insert(1, "|" + "---|" * 3 + "---:|" * 6)
    mtan = model_summary(build_model("mtan", NYUV2, device="meta"))
    growth = f"{mtan.per_task['semantic'] / count_single():.1%}"
    return TEXT.format(table="\n".join(lines), growth=growth)


@functools.cache  # a test asks for the same rows again
def make_row(
    architecture: str, backbone: str, names: tuple[str, ...], theirs: str | None, with_lambda: bool, paper: str
) -> tuple[str, ...]:
    """One model's cells."""
    tasks = {name: {**NYUV2, **DECATHLON}[name] for name in names}
    model = build_model(architecture, tasks, backbone=backbone, device="meta")
    summary = model_summary(model, DECATHLON_SIZE if "wide" in backbone else DENSE_SIZE)
    counted = summary.total + (len(tasks) if with_lambda else 0)
    base = summary.parameters["backbone"] if "wide" in backbone else count_single(backbone)
    who = f"{len(tasks)}" if len(tasks) > 1 else names[0]
    cells = [architecture, backbone, who, f"{summary.total:,}", f"{counted:,}"]
    cells += [f"{read_counts()[theirs]:,}" if theirs else "-", f"{counted / base:.4f}", paper]
    return (*cells, f"{summary.macs / 1e9:.2f}")


def count_single(backbone: str = "segnet") -> int:
    """Parameters of one single-task network of 13 classes."""
    model = build_model("single", {"semantic": NYUV2["semantic"]}, backbone=backbone, device="meta")
    return sum(parameter.numel() for parameter in model.parameters())


def read_counts() -> dict[str, int]:
    """The authors' counts by name."""
    with COUNTS.open(encoding="utf-8") as file:
        return {row["model"]: int(row["trainable_parameters"]) for row in csv.DictReader(file)}


if __name__ == "__main__":
    sys.exit(main())
