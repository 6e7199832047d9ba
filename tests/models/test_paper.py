from __future__ import annotations

import csv
from pathlib import Path

import pytest

from mtan_edu.models import TASK_SETS, compare_size
from mtan_edu.models.paper import ONE_TASK, printed

PAPER = Path(__file__).resolve().parents[2] / "data" / "paper"
FILES = {"nyuv2": "nyuv2_13class.csv", "cityscapes": "cityscapes_7class.csv"}
OURS = {"single_task": "single"}


@pytest.mark.parametrize("name", FILES)
def test_the_multiples_are_those_of_the_papers_tables(name):
    found = TASK_SETS[name].multiples
    with (PAPER / FILES[name]).open() as file:
        for row in csv.DictReader(file):
            architecture = OURS.get(row["architecture"], row["architecture"])
            networks = len(TASK_SETS[name].tasks) if architecture in ONE_TASK else 1
            multiple = float(found[architecture].removeprefix("≈")) * networks
            assert multiple == pytest.approx(float(row["parameters_x_single"])), row


@pytest.mark.parametrize(
    ("architecture", "name", "multiple"),
    [  # of the authors' code; without the uncertainty weighting's parameter of each task, which is in 41,206,986
        ("mtan", "nyuv2", 44_229_073 / 24_981_069),
        ("mtan", "cityscapes", 41_206_984 / 24_980_679),
        ("split_wide", "cityscapes", 43_896_648 / 24_980_679),
        ("dense_reference", "cityscapes", 90_796_893 / 24_980_679),
    ],
)
def test_a_size_is_a_multiple_of_one_single_task_network(architecture, name, multiple):
    size = compare_size(architecture, TASK_SETS[name].tasks)
    assert size.multiple == pytest.approx(multiple, rel=1e-12)
    assert float(size.paper) == pytest.approx(multiple, abs=0.01)  # cut off rather than rounded
    assert size.source.lower().startswith(name)


def test_the_decathlons_network_is_measured_by_its_backbone():
    size = compare_size("mtan", TASK_SETS["decathlon"].tasks, backbone="wide_resnet28")
    assert (size.single, size.single_is) == (5_850_528, "one single-task network without its head")
    assert (round(size.multiple, 4), size.paper) == (1.7499, "1.74")


@pytest.mark.parametrize(
    ("tasks", "options"),
    [
        ({"semantic": 13, "depth": 1}, {}),
        ({"semantic": 13, "depth": 1, "normal": 3}, {"width": 8}),
        ({"semantic": 13, "depth": 1, "normal": 3}, {"backbone": "resnet18"}),
    ],
)
def test_for_other_tasks_widths_and_backbones_the_paper_prints_nothing(tasks, options):
    assert compare_size("mtan", tasks, **options).paper == ""


def test_of_an_architecture_with_one_task_any_task_of_the_set_will_do():
    assert printed("stan", {"depth": 1}) == ("1.52", "NYUv2, table 3")
    assert printed("stan", {"semantic": 7}) == ("1.52", "CityScapes, table 2")
    assert printed("cross_stitch_reference", TASK_SETS["cityscapes"].tasks) == ("≈2", "CityScapes, table 2")
