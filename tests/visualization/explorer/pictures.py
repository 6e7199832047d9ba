"""What a browser shows, as arrays; and what NumPy and matplotlib say that it should show."""

from __future__ import annotations

from typing import Any

import matplotlib
import numpy as np

from mtan_edu.visualization.explorer.package import MaskPackage

READ = """canvas => {
  const { width, height } = canvas;
  return { width, height, data: Array.from(canvas.getContext("2d").getImageData(0, 0, width, height).data) };
}"""


def pixels(page: Any, panel: str, canvas: str = "canvas:first-child") -> np.ndarray:
    """The colors of a panel's canvas, `(h, w, 3)`."""
    read = page.locator(f'.mtan-frame[data-panel="{panel}"] {canvas}').evaluate(READ)
    return np.array(read["data"], dtype=np.uint8).reshape(read["height"], read["width"], 4)[..., :3]


def colored(values: np.ndarray, low: float = 0.0, high: float = 1.0, colormap: str = "viridis") -> np.ndarray:
    """Numbers in the colors of matplotlib, `(h, w, 3)`."""
    return matplotlib.colormaps[colormap]((np.asarray(values, dtype=np.float64) - low) / (high - low), bytes=True)[
        ..., :3
    ]


def unpack(package: MaskPackage, e: int, b: int, task: str, stage: str, channel: int | str) -> np.ndarray:
    """A map of a package as numbers, read as the format is described."""
    index, data = package.index, package.data
    stages = index["stages"]
    k = [of["name"] for of in index["tasks"]].index(task)
    s = [of["name"] for of in stages].index(stage)
    areas = [of["sent"]["height"] * of["sent"]["width"] for of in stages]
    counts = [len(of["sent"]["channels"]) for of in stages]
    block = (e * len(index["images"]) + b) * len(index["tasks"]) + k
    shape = stages[s]["sent"]["height"], stages[s]["sent"]["width"]
    low, high = 0.0, 1.0
    if channel == "mean":
        at = index["offsets"]["means"] + block * sum(areas) + sum(areas[:s])
        place = index["offsets"]["ranges"] + 8 * (block * len(stages) + s)
        low, high = np.frombuffer(data, "<f4", 2, place).astype(np.float64)
    else:
        sizes = [area * count for area, count in zip(areas, counts, strict=True)]
        place = stages[s]["sent"]["channels"].index(channel)
        at = index["offsets"]["channels"] + block * sum(sizes) + sum(sizes[:s]) + place * areas[s]
    steps = np.frombuffer(data, np.uint8, areas[s], at).reshape(shape)
    return low + steps * ((high - low) / 255)
