from __future__ import annotations

import pytest
import torch

from mtan_edu.training.config import TrainingConfig
from mtan_edu.training.device import compute_settings, describe_device, pick_device


def test_auto_takes_a_device_that_this_machine_has() -> None:
    assert torch.zeros(2, device=pick_device("auto")).sum() == 0


@pytest.mark.parametrize("name", ["gpu", "cuda:x", "", "cpu:"])
def test_an_unknown_device_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="`device` must be one of auto, cpu, cuda, mps"):
        pick_device(name)


def test_a_device_that_this_machine_lacks_is_refused() -> None:
    with pytest.raises(ValueError, match="`device` must be on this machine; got 'cuda:99'. Take auto"):
        pick_device("cuda:99")


def test_the_cpu_is_called_cpu() -> None:
    assert describe_device(torch.device("cpu")) == "cpu"


def test_settings_hold_inside_the_block_and_are_put_back_after_an_error() -> None:
    with pytest.raises(KeyError), compute_settings(TrainingConfig(threads=2, deterministic=True)):
        assert (torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()) == (2, True)
        raise KeyError
    assert (torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()) == (1, False)
