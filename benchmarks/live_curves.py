"""What live curves cost a training, and how many of its updates are seen: a real JupyterLab, watched in Chromium.

    python benchmarks/live_curves.py --rounds 3

A cell makes 20 updates a second for 10 seconds, each with the losses, weights and seven metrics of three tasks, and
does nothing else: it waits, as a training that computes elsewhere would, and the kernel is busy all the time.

- *update*: what `LiveCurves.update` takes of the cell's time, message to the browser included; median and 95th
  percentile. Beside it *update_cpu*: the part of it in which this thread computes and does not wait for a core that
  others use. The first update, which opens the view, stands by itself, as does the end, which draws the picture.
- *drawn*: how many states of the curves were on the screen, of the updates that were made; *delay*: from the
  update in Python to the frame in which its point is drawn, by the one clock of the machine.
- *frames*: from one frame of the browser to the next, while the curves move; and while they rest, before.

Numbers of a shared machine say how it feels there; the load average stands beside them. Results go to
`benchmarks/results/` as JSON.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import platform
import shutil
import statistics
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from tests.visualization.explorer.lab_server import LabServer

RESULTS = Path(__file__).parent / "results"
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "chrome")
PER_SECOND, SECONDS = 20, 10

SETUP = """
import json, math, time
from mtan_edu.records import EpochRecord
from mtan_edu.visualization import LiveCurves
TASKS = ("semantic", "depth", "normal")
METRICS = {"semantic": ("mean_iou", "pixel_accuracy"), "depth": ("absolute_error", "relative_error"),
           "normal": ("angle_mean", "angle_median", "within_30")}
def record(n):
    loss = {task: (k + 1) / n**0.5 + 0.05 * math.sin(n * (k + 1)) for k, task in enumerate(TASKS)}
    weights = {task: 1 + 0.2 * math.sin(n / 9 + k) for k, task in enumerate(TASKS)}
    metrics = {task: {name: 1 - 1 / (n + 1) for name in names} for task, names in METRICS.items()}
    return EpochRecord(n, loss, {task: 1.1 * of for task, of in loss.items()}, weights, metrics, 0.001, 0.05)
"""

TRAIN = """
live, took, worked, made = LiveCurves(TASKS, epochs={updates} + 1), [], [], []
for record_ in live.follow(map(record, range(1, {begin}))):
    pass
time.sleep(3)
start = time.time()
for n in range({begin}, {updates} + {begin}):
    time.sleep(max(0, start + (n - {begin}) / {per_second} - time.time()))
    one, before, cpu = record(n), time.perf_counter(), time.thread_time()
    live.update(one)
    worked.append(1000 * (time.thread_time() - cpu))
    took.append(1000 * (time.perf_counter() - before))
    made.append(1000 * time.time())
before = time.perf_counter()
live.finish()
end = 1000 * (time.perf_counter() - before)
print("FOUND", json.dumps({{"took": took, "worked": worked, "made": made, "end": end}}))
"""

FIRST = """
live = LiveCurves(TASKS)
before = time.perf_counter()
live.update(record(1))
print("FIRST", 1000 * (time.perf_counter() - before))
"""

WATCH = """() => {
  window.frames_ = [];
  const look = () => {
    const root = [...document.querySelectorAll(".mtan-live")].at(-1);
    if (root) window.frames_.push([Date.now(), performance.now(), Number(root.dataset.rows)]);
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""


def measure(page: Any, url: str) -> dict[str, Any]:
    """One round, in a fresh page with a kernel of its own."""
    page.goto(url)
    page.locator("#jp-main-statusbar").get_by_text("| Idle").wait_for()
    run_cell(page, 0)
    run_cell(page, 1)
    page.wait_for_selector(".mtan-live .mtan-curve")
    first = printed(page, "FIRST")
    page.evaluate(WATCH)
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    run_cell(page, 2)
    found = printed(page, "FOUND")
    page.wait_for_timeout(1000)
    frames = page.evaluate("window.frames_")
    return {**summary(found, frames), "first_update_ms": round(first, 1), "load_average": load and round(load, 1)}


def printed(page: Any, word: str) -> Any:
    """What a cell has printed after a word."""
    return json.loads(page.locator(".jp-OutputArea-output pre", has_text=word).inner_text().removeprefix(word))


def run_cell(page: Any, number: int) -> None:
    page.locator(".jp-Notebook .jp-Cell .cm-content").nth(number).click()
    page.keyboard.press("Shift+Enter")


def summary(found: dict[str, Any], frames: list[list[float]]) -> dict[str, Any]:
    """The figures of a round: `frames` holds when each was, by two clocks, and how many points it showed."""
    made, begin = found["made"], BEGIN
    moving = [frame for frame in frames if made[0] <= frame[0] <= made[-1]]
    resting = [frame for frame in frames if made[0] - 2000 <= frame[0] < made[0]]
    shown = {int(rows) for at, _, rows in frames if at >= made[0] and rows >= begin}
    seen = [
        next((frame[0] for frame in frames if frame[0] >= made[0] and frame[2] >= begin + k), None)
        for k in range(len(made))
    ]
    delays = [at - when for at, when in zip(seen, made, strict=True) if at is not None]
    return {
        "updates": len(made),
        "updates_seconds": round((made[-1] - made[0]) / 1000, 2),
        **spread("update_ms", found["took"], 3),
        **spread("update_cpu_ms", found["worked"], 3),
        "finish_ms": round(found["end"], 1),
        "states_drawn": len(shown),
        "points_drawn": len(delays),
        **spread("delay_ms", delays),
        **spread("frame_ms_moving", gaps(moving)),
        **spread("frame_ms_resting", gaps(resting)),
    }


def gaps(frames: list[list[float]]) -> list[float]:
    return [after[1] - before[1] for before, after in itertools.pairwise(frames)]


def spread(name: str, values: list[float], digits: int = 1) -> dict[str, float]:
    """Median and 95th percentile."""
    ordered = sorted(values)
    return {
        f"{name}_median": round(statistics.median(ordered), digits),
        f"{name}_p95": round(ordered[int(0.95 * (len(ordered) - 1))], digits),
    }


BEGIN = 2  # the first epoch of those that are measured


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    chromium = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    if chromium is None:
        parser.error(f"none of {', '.join(CHROMIUMS)} is installed")
    train = TRAIN.format(updates=PER_SECOND * SECONDS, per_second=PER_SECOND, begin=BEGIN)
    rounds = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for _ in range(options.rounds):
            with tempfile.TemporaryDirectory() as folder:
                lab = LabServer(Path(folder) / "lab", [SETUP, FIRST, train])
                page = browser.new_page(viewport={"width": 1280, "height": 720})
                page.set_default_timeout(240_000)
                try:
                    rounds.append(measure(page, lab.url))
                finally:
                    page.close()
                    lab.end()
        machine = f"{platform.machine()}, {os.cpu_count()} cores, Chromium {browser.version}"
    result = {"machine": machine, "rounds": rounds}
    print(json.dumps(result, indent=2))
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "live_curves.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
