"""Halves the frames of a data set in compact form, so that a comparison of many methods fits an hour.

    python benchmarks/halve_frames.py nyuv2_96x128 /tmp/nyuv2_48x64

Colors are averaged over 2x2 pixels; of labels, depth and normals every second pixel is taken, so that no value is
invented. Sides are then filled up to multiples of 32, as SegNet needs them, below and on the right, with black pixels
whose targets are unknown: they count in no loss and in no metric.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

MULTIPLE = 32


def halved(name: str, values: np.ndarray) -> np.ndarray:
    """Every frame of a field at half its height and width."""
    if name == "image":
        count, height, width, channels = values.shape
        blocks = values.reshape(count, height // 2, 2, width // 2, 2, channels).astype(np.float32)
        return np.round(blocks.mean(axis=(2, 4))).astype(np.uint8)
    return values[:, ::2, ::2]


def filled(name: str, values: np.ndarray) -> np.ndarray:
    """Every frame with sides that are multiples of 32."""
    missing = [-side % MULTIPLE for side in values.shape[1:3]]
    widths = [(0, 0), (0, missing[0]), (0, missing[1]), *[(0, 0)] * (values.ndim - 3)]
    return np.pad(values, widths, constant_values=-1 if name == "label" else 0)


def main() -> None:
    """Read one folder, write another."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, help="folder with train.npz and val.npz")
    parser.add_argument("target", type=Path, help="a new folder")
    options = parser.parse_args()
    options.target.mkdir(parents=True)
    for split in ("train", "val"):
        with np.load(options.source / f"{split}.npz", allow_pickle=False) as archive:
            fields = {name: archive[name] for name in ("image", "label", "depth", "normal") if name in archive}
        small = {name: filled(name, halved(name, values)) for name, values in fields.items()}
        np.savez_compressed(options.target / f"{split}.npz", **small)
        print(f"{split}: {small['image'].shape}")


if __name__ == "__main__":
    main()
