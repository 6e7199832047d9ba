"""How the benchmarks time: candidates take turns within each round, and only the ratios of one round are compared.

Seconds of two runs on a shared machine mean nothing.
"""

from __future__ import annotations

import platform
import statistics
import time
from collections.abc import Callable, Mapping

import torch
from torch.profiler import ProfilerActivity, profile

Step = Callable[[], None]


def seconds(step: Step, device: torch.device) -> float:
    """CPU seconds on a CPU, wall seconds between synchronizations on an accelerator."""
    if device.type == "cpu":
        start = time.process_time()
        step()
        return time.process_time() - start
    torch.accelerator.synchronize()
    start = time.perf_counter()
    step()
    torch.accelerator.synchronize()
    return time.perf_counter() - start


def measure(steps: Mapping[str, Step], device: torch.device, rounds: int) -> dict[str, list[float]]:
    """Seconds of each candidate in each round, after one round that is thrown away."""
    times: dict[str, list[float]] = {name: [] for name in steps}
    for number in range(rounds + 1):
        for name, step in steps.items():
            spent = seconds(step, device)
            if number:
                times[name].append(spent)
    return times


def summarize(times: Mapping[str, list[float]], base: str) -> dict[str, dict[str, float]]:
    """Median seconds, and median and range of the ratio to the base in the same round."""
    summary = {}
    for name, spent in times.items():
        ratios = [ours / one for ours, one in zip(spent, times[base], strict=True)]
        summary[name] = {"seconds": statistics.median(spent), f"ratio_to_{base}": statistics.median(ratios)}
        summary[name] |= {"ratio_smallest": min(ratios), "ratio_largest": max(ratios)}
    return summary


def peak_bytes(step: Step, device: torch.device) -> int:
    """The most that a step allocates beyond what was allocated before it."""
    if device.type == "cuda":
        before = torch.cuda.memory_allocated()
        torch.cuda.reset_peak_memory_stats()
        step()
        return torch.cuda.max_memory_allocated() - before
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiled:
        step()
    events = [event for event in profiled.profiler.kineto_results.events() if event.name() == "[memory]"]
    now = peak = 0
    for event in sorted(events, key=lambda event: event.start_ns()):
        now += event.nbytes()
        peak = max(peak, now)
    return peak


def machine(device: torch.device) -> dict[str, str]:
    """What the figures were measured on."""
    processor = platform.machine() if device.type == "cpu" else torch.cuda.get_device_name(device)
    return {"torch": torch.__version__, "processor": processor, "system": platform.platform()}
