"""TorchJD as the oracle of our gradient balancings. The whole table: benchmarks/torchjd_agreement.py."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "torchjd_agreement.py"


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("torchjd_agreement", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules["torchjd_agreement"] = module  # where its dataclasses look their annotations up
    spec.loader.exec_module(module)
    return module


AGREEMENT = load()
PAIRS = AGREEMENT.pairs()


@pytest.mark.filterwarnings("ignore")  # TorchJD's solvers say that they are inaccurate
@pytest.mark.parametrize("name", PAIRS)
def test_it_is_as_near_to_torchjd_as_torchjd_is_to_its_definition(name: str) -> None:
    pair = PAIRS[name]
    found = AGREEMENT.compare(pair, 4 if name in ("mgda", "nash_mtl") else 40)  # those of TorchJD take seconds
    assert found.distance <= pair.tolerance
    if pair.missed:  # solved, not approximated
        assert found.ours_misses < 1e-8
