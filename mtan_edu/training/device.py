"""Where and how torch computes: device, threads, determinism."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
import torch.utils.deterministic

from mtan_edu.training.config import DEVICES, TrainingConfig
from mtan_edu.training.cores import available_cores


def pick_device(name: str = "auto") -> torch.device:
    """The device of that name, or the fastest one that this machine has.

    Args:
        name: "auto" (CUDA, else MPS, else CPU), "cpu", "cuda", "cuda:1" or "mps".

    Raises:
        ValueError: If the machine has no such device.
    """
    if name == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    kind, _, number = name.partition(":")
    present = {"cpu": 1, "cuda": torch.cuda.device_count(), "mps": int(torch.backends.mps.is_available())}
    if kind not in present or (":" in name and not number.isdigit()):
        raise ValueError(f"`device` must be one of {', '.join(DEVICES)}; got {name!r}. auto takes the fastest.")
    if int(number or 0) >= present[kind]:
        raise ValueError(f"`device` must be on this machine; got {name!r}. Take auto: here it is {pick_device()}.")
    return torch.device(name)


def describe_device(device: torch.device) -> str:
    """The device as a report names it, such as "cuda (NVIDIA H200)"."""
    return f"cuda ({torch.cuda.get_device_name(device)})" if device.type == "cuda" else device.type


@contextmanager
def compute_settings(config: TrainingConfig) -> Iterator[None]:
    """Set torch's threads and determinism as the configuration says, and put them back in the end."""
    deterministic: Any = torch.utils.deterministic  # a module with a property, which type checkers do not see
    threads = torch.get_num_threads()
    strict = torch.get_deterministic_debug_mode()
    fill = deterministic.fill_uninitialized_memory
    benchmark = torch.backends.cudnn.benchmark
    try:
        torch.set_num_threads(config.threads or available_cores())
        if config.deterministic:
            torch.set_deterministic_debug_mode("error")  # use_deterministic_algorithms, without loading the compiler
            deterministic.fill_uninitialized_memory = False  # it costs time, and nothing here reads such memory
            torch.backends.cudnn.benchmark = False
        yield
    finally:
        torch.set_num_threads(threads)
        torch.set_deterministic_debug_mode(strict)
        deterministic.fill_uninitialized_memory = fill
        torch.backends.cudnn.benchmark = benchmark
