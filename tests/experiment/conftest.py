from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from mtan_edu.data import Batch, collate
from mtan_edu.experiment import start_run
from mtan_edu.experiment.what_if import WhatIf
from mtan_edu.models import MTAN
from mtan_edu.tasks import dense_tasks
from tests.tiny_runs import random_splits, tiny_config, tiny_model, write_random_data


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five random frames to train on, three to validate on."""
    return write_random_data(tmp_path_factory.mktemp("frames") / "random")


@pytest.fixture(scope="session")
def whole(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of three epochs that nothing disturbed. Read it only."""
    folder = tmp_path_factory.mktemp("runs") / "whole"
    list(start_run(tiny_config(data, weighting="dwa"), folder))
    return folder


@pytest.fixture(scope="module")
def batch() -> Batch:
    frames = random_splits().val
    return collate([frames[index] for index in range(len(frames))])


@pytest.fixture(scope="module")
def model(batch: Batch) -> MTAN:
    """Untrained, but its BatchNorms have seen images: before that, deep changes vanish in the rounding."""
    network = tiny_model()
    with torch.no_grad():
        for _ in range(30):
            network(batch.image)
    return network.eval()


@pytest.fixture(scope="module")
def what_if(model: MTAN, batch: Batch) -> WhatIf:
    return WhatIf(model, dense_tasks(), batch)


@pytest.fixture
def small_files() -> Iterator[None]:
    """No file may grow beyond 100 kB: the nearest thing to a full disk that needs no disk."""
    resource = pytest.importorskip("resource", reason="this system has no limit on the size of a file")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
