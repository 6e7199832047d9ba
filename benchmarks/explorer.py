"""How fast the mask explorer is: a page with a run's masks, driven in Chromium.

    python benchmarks/explorer.py runs/first --rounds 3

Measured in the grid of all tasks and stages (24 cells and more where the run has them), by the page's own clock:

- *move*: from the input event of the epoch slider until the browser has drawn the next frame; median and 95th
  percentile over all moves. Beside it *paint*: what the explorer itself needs for all cells, without the wait for
  the screen; and *empty frame*: the same wait, in turn with the moves, when one pixel changes color. On a busy
  machine nearly all of a move is that wait, and the share of the explorer is the difference.
- *drag*: of 30 moves a second, how many pictures were drawn in a frame of their own.
- *first picture*: from opening the file until the first cell is painted; and from the start of the explorer's code.
- bytes that leave the page while exploring (requests and websocket frames), size of the page, JavaScript heap.

Numbers of a shared machine say how it feels there; the load average stands beside them. Results go to
`benchmarks/results/` as JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from mtan_edu.visualization.explorer import write_page

RESULTS = Path(__file__).parent / "results"
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "chrome")

MOVES = """async count => {
  const slider = document.querySelector('input[aria-label="epoch"]'), last = Number(slider.max);
  const frame = () => new Promise(done => requestAnimationFrame(() => setTimeout(done)));
  const pixels = canvas => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.join();
  const cell = document.querySelector(".mtan-cell canvas");
  const moves = [], paints = [], empty = [], unchanged = [];
  const dot = document.body.appendChild(document.createElement("div"));
  dot.style = "position: fixed; width: 1px; height: 1px; top: 0; left: 0";
  for (let i = 0; i < count; i++) {
    await new Promise(done => setTimeout(done, 20 + 13 * (i % 5)));
    const nothing = performance.now();
    dot.style.background = i % 2 ? "red" : "blue";
    await frame();
    empty.push(performance.now() - nothing);
    await new Promise(done => setTimeout(done, 20 + 13 * (i % 5)));
    const before = pixels(cell);
    slider.value = (Number(slider.value) + 1) % (last + 1);
    const start = performance.now();
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    paints.push(performance.now() - start);
    await frame();
    moves.push(performance.now() - start);
    if (pixels(cell) === before) unchanged.push(i);
  }
  return { moves, paints, empty, unchanged: unchanged.length };
}"""

DRAG = """async () => {
  const slider = document.querySelector('input[aria-label="epoch"]'), last = Number(slider.max), frames = new Set();
  let number = 0, going = true;
  const count = () => { number += 1; if (going) requestAnimationFrame(count); };
  requestAnimationFrame(count);
  const start = performance.now();
  for (let i = 0; i < 30; i++) {  // 30 a second by the clock, whether or not the last one is on the screen
    await new Promise(done => setTimeout(done, Math.max(0, start + (1000 / 30) * i - performance.now())));
    slider.value = i % (last + 1);
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    frames.add(number);  // two moves before one frame make one picture
  }
  const seconds = (performance.now() - start) / 1000;
  await new Promise(done => requestAnimationFrame(done));
  going = false;
  return { pictures: frames.size, seconds };
}"""


def measure(browser: Any, file: Path, moves: int) -> dict[str, Any]:
    """One round in a fresh page."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    page, left = context.new_page(), []
    start = time.perf_counter()
    page.goto(file.as_uri(), wait_until="commit")
    page.wait_for_selector(".mtan-cell canvas[height]:not([height='1'])")
    opened = time.perf_counter() - start
    page.on("request", lambda request: left.append(len(request.url)))
    page.on("websocket", lambda socket: left.append(1))
    cells = page.locator(".mtan-cell").count()
    found = page.evaluate(MOVES, moves)
    drawn = page.evaluate(DRAG)
    session = context.new_cdp_session(page)
    heap = session.send("Runtime.getHeapUsage")["usedSize"]
    code = page.evaluate("performance.timing.domContentLoadedEventEnd - performance.timing.domInteractive")
    context.close()
    return {
        "cells": cells,
        "moves": moves,
        **spread("move_ms", found["moves"]),
        **spread("empty_frame_ms", found["empty"]),
        **spread("paint_ms", found["paints"]),
        "moves_without_new_pixels": found["unchanged"],
        "drag_pictures_of_30": drawn["pictures"],
        "drag_s": round(drawn["seconds"], 2),
        "bytes_sent": sum(left),
        "first_picture_s": round(opened, 2),
        "explorer_start_s": round(code / 1000, 2),
        "heap_mb": round(heap / 1e6, 1),
        "load_average": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
    }


def spread(name: str, values: list[float]) -> dict[str, float]:
    """Median and 95th percentile."""
    ordered = sorted(values)
    return {
        f"{name}_median": round(statistics.median(ordered), 1),
        f"{name}_p95": round(ordered[int(0.95 * (len(ordered) - 1))], 1),
    }


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("run", help="folder of a run with masks of several epochs", type=Path)
    parser.add_argument("--megabytes", type=float, default=8.0, help="budget of the page")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--moves", type=int, default=60, help="slider moves of a round")
    options = parser.parse_args()
    chromium = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    if chromium is None:
        parser.error(f"none of {', '.join(CHROMIUMS)} is installed")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        start = time.process_time()
        file = write_page(options.run, Path(folder) / "masks.html", options.megabytes)
        written = time.process_time() - start
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        rounds = [measure(browser, file, options.moves) for _ in range(options.rounds)]
        result = {
            "machine": f"{platform.machine()}, {os.cpu_count()} cores, Chromium {browser.version}",
            "page_mb": round(file.stat().st_size / 1e6, 2),
            "budget_mb": options.megabytes,
            "write_cpu_s": round(written, 2),
            "rounds": rounds,
        }
    print(json.dumps(result, indent=2))
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "explorer.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
