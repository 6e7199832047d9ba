from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest
import torch

from mtan_edu.models import build_model, model_summary
from tests.contracts import MODELS, ONE_TASK, tasks

ROOT = Path(__file__).resolve().parents[2]
NYUV2 = {"semantic": 13, "depth": 1, "normal": 3}


@pytest.fixture(scope="module")
def parameters():
    """The command that makes docs/models.md."""
    spec = importlib.util.spec_from_file_location("parameters", ROOT / "benchmarks" / "parameters.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where a dataclass looks for its annotations
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", MODELS)
def test_the_parts_are_all_parameters(name):
    model = MODELS[name](tasks(1 if name in ONE_TASK else 3))
    summary = model_summary(model, (32, 64))
    assert summary.total == sum(parameter.numel() for parameter in model.parameters())
    assert f"{summary.total:,}" in str(summary)


@pytest.mark.parametrize(
    ("name", "chosen", "billions"),
    [("single", ["semantic"], 60.4), ("split", [*NYUV2], 68.6), ("mtan", [*NYUV2], 216.0)],
)
def test_multiply_accumulates_at_paper_size_are_those_of_the_authors_code(name, chosen, billions):
    model = build_model(name, {task: NYUV2[task] for task in chosen}, device="meta")
    assert model_summary(model).macs / 1e9 == pytest.approx(billions, abs=0.06)


def test_the_parts_of_mtan_at_paper_size():
    summary = model_summary(build_model("mtan", NYUV2, device="meta"))
    assert summary.parameters["backbone"] == 24_943_296
    assert summary.parameters["shared attention layers"] == 6_272_640 + 3_947_520
    assert summary.parameters["attention of depth"] == 1_835_648 + 1_148_928
    assert summary.parameters["head of depth"] == 36_993
    assert summary.per_task["depth"] == 2_984_576 + 36_993
    assert [stage.p for stage in summary.stages][::9] == [(64, 288, 384), (64, 288, 384)]


def test_counting_leaves_the_model_as_it_was():
    model = build_model("mtan", NYUV2, width=2)
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    model_summary(model, (32, 64))
    assert model.training
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())


def test_counts_at_paper_size_are_those_of_the_authors_code(parameters):
    compared = set()
    for row in (*parameters.ROWS, *parameters.STREETS):
        cells = parameters.make_row(row)
        if row.theirs:
            assert cells[4] == cells[5], row
            compared.add(row.theirs)
    assert compared == set(parameters.read_counts())


def test_the_page_is_what_the_command_writes(parameters):
    assert parameters.PAGE.read_text(encoding="utf-8") == parameters.make_page()


def test_the_command_says_whether_the_page_is_up_to_date(parameters, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["parameters.py", "--check"])
    assert parameters.main() == 0
