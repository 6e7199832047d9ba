"""How much of the rooms' classes does color give away, and how much more does a small network learn?

    python benchmarks/rooms.py --folder data --epochs 25

Draws the standard set of rooms if it is not there, fits gradient-boosted trees to single pixels (color alone; color and
place in the image) and a small U-Net to whole images, measures all on the validation rooms, and writes
benchmarks/results/rooms.json. About 8 minutes on one core.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch
from sklearn.ensemble import HistGradientBoostingClassifier
from torch import Tensor, nn
from torch.nn import functional

from mtan_edu.data import IGNORE_LABEL, DataSplits, FrameDataset
from mtan_edu.data.rooms import ROOM_CLASSES, rooms

CLASSES = len(ROOM_CLASSES)
TRAIN_PIXELS = 200_000


class SmallUNet(nn.Module):
    """Three resolutions, about 100,000 parameters."""

    def __init__(self, width: int = 16) -> None:
        super().__init__()
        self.down = nn.ModuleList([block(3, width), block(width, 2 * width), block(2 * width, 4 * width)])
        self.up = nn.ModuleList([block(6 * width, 2 * width), block(3 * width, width)])
        self.head = nn.Conv2d(width, CLASSES, 1)

    def forward(self, image: Tensor) -> Tensor:
        """Logits `(B, N, H, W)` of images `(B, 3, H, W)`."""
        first = self.down[0](image)
        second = self.down[1](functional.max_pool2d(first, 2))
        third = self.down[2](functional.max_pool2d(second, 2))
        second = self.up[0](torch.cat([larger(third), second], dim=1))
        return self.head(self.up[1](torch.cat([larger(second), first], dim=1)))


def block(in_channels: int, out_channels: int) -> nn.Sequential:
    """Two convolutions, each normalized and rectified."""
    layers: list[nn.Module] = []
    for channels in (in_channels, out_channels):
        layers += [nn.Conv2d(channels, out_channels, 3, padding=1), nn.BatchNorm2d(out_channels), nn.ReLU()]
    return nn.Sequential(*layers)


def larger(features: Tensor) -> Tensor:
    """Twice the height and width."""
    return functional.interpolate(features, scale_factor=2, mode="bilinear", align_corners=False)


def arrays(frames: FrameDataset) -> tuple[np.ndarray, np.ndarray]:
    """All images uint8 `(n, H, W, 3)` and label maps `(n, H, W)`."""
    stored = [frames.frame(index) for index in range(len(frames))]
    return np.stack([frame["image"] for frame in stored]), np.stack([frame["label"] for frame in stored])


def pixels(images: np.ndarray, place: bool) -> np.ndarray:
    """Color of every pixel, and its place in the image if asked for, `(pixels, 3 or 5)`."""
    n, height, width, _ = images.shape
    color = images.reshape(-1, 3).astype(np.float32)
    if not place:
        return color
    row, column = np.meshgrid(np.arange(height), np.arange(width), indexing="ij")
    where = np.stack([row, column], axis=-1).reshape(1, -1, 2).repeat(n, axis=0).reshape(-1, 2)
    return np.concatenate([color, where.astype(np.float32)], axis=1)


def trees(splits: DataSplits, place: bool) -> np.ndarray:
    """Confusion matrix on the validation rooms of trees that see one pixel at a time."""
    images, labels = arrays(splits.train)
    known = np.flatnonzero(labels.ravel() != IGNORE_LABEL)
    chosen = np.random.default_rng(0).choice(known, TRAIN_PIXELS, replace=False)
    model = HistGradientBoostingClassifier(max_iter=100, random_state=0)
    model.fit(pixels(images, place)[chosen], labels.ravel()[chosen])
    val_images, val_labels = arrays(splits.val)
    return confusion(val_labels.ravel(), model.predict(pixels(val_images, place)))


def network(splits: DataSplits, epochs: int) -> tuple[np.ndarray, int]:
    """Confusion matrix on the validation rooms of a small U-Net, and its number of parameters."""
    torch.manual_seed(0)
    model = SmallUNet()
    images, labels = (torch.from_numpy(values) for values in arrays(splits.train))
    steps = epochs * (len(images) // 8)
    optimizer = torch.optim.Adam(model.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=5e-3, total_steps=steps)
    order = np.random.default_rng(0)
    for _ in range(epochs):
        for chosen in order.permutation(len(images))[: len(images) // 8 * 8].reshape(-1, 8):
            image, label = prepared(images[chosen]), labels[chosen].long()
            if order.random() < 0.5:
                image, label = image.flip(-1), label.flip(-1)
            loss = functional.cross_entropy(model(image), label, ignore_index=IGNORE_LABEL)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    model.eval()
    val_images, val_labels = arrays(splits.val)
    with torch.no_grad():
        parts = [model(prepared(part)).argmax(1) for part in torch.from_numpy(val_images).split(20)]
    predicted = torch.cat(parts).numpy()
    return confusion(val_labels.ravel(), predicted.ravel()), sum(value.numel() for value in model.parameters())


def prepared(images: Tensor) -> Tensor:
    """Stored images `(B, H, W, 3)` as a network wants them, `(B, 3, H, W)`."""
    return images.permute(0, 3, 1, 2).float() / 255 - 0.5


def confusion(labels: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """How often each class (row) was taken for each class (column), `(N, N)`."""
    known = labels != IGNORE_LABEL
    pairs = labels[known].astype(np.int64) * CLASSES + predicted[known]
    return np.bincount(pairs, minlength=CLASSES**2).reshape(CLASSES, CLASSES)


def figures(matrix: np.ndarray) -> dict[str, object]:
    """Pixel accuracy, mean IoU, and IoU per class."""
    hits = np.diag(matrix)
    iou = hits / (matrix.sum(axis=0) + matrix.sum(axis=1) - hits)
    return {
        "pixel_accuracy": round(float(hits.sum() / matrix.sum()), 4),
        "mean_iou": round(float(iou.mean()), 4),
        "iou": {name: round(float(value), 3) for name, value in zip(ROOM_CLASSES, iou, strict=True)},
    }


def statistics(splits: DataSplits) -> dict[str, object]:
    """How often each class is seen, and how much the depth sensor misses, over both splits."""
    frames = [splits.train.frame(i) for i in range(len(splits.train))] + [
        splits.val.frame(i) for i in range(len(splits.val))
    ]
    labels = np.stack([frame["label"] for frame in frames])
    depth = np.stack([frame["depth"] for frame in frames])
    known = labels[labels != IGNORE_LABEL]
    share = np.bincount(known, minlength=CLASSES) / known.size
    present = [(labels == number).any(axis=(1, 2)).mean() for number in range(CLASSES)]
    return {
        "pixels_of_class": {name: round(float(value), 4) for name, value in zip(ROOM_CLASSES, share, strict=True)},
        "rooms_with_class": {name: round(float(value), 3) for name, value in zip(ROOM_CLASSES, present, strict=True)},
        "unlabelled": round(float((labels == IGNORE_LABEL).mean()), 4),
        "without_depth": round(float((depth == 0).mean()), 4),
        "median_depth_m": round(float(np.median(depth[depth > 0])) / 1000, 3),
    }


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=Path("data"))
    parser.add_argument("--epochs", type=int, default=25)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results" / "rooms.json")
    options = parser.parse_args()
    torch.set_num_threads(1)
    splits = rooms(options.folder)
    result: dict[str, object] = {"set": splits.name, "statistics": statistics(splits)}
    labels = arrays(splits.val)[1].ravel()
    result["always_wall"] = figures(confusion(labels, np.full(labels.size, ROOM_CLASSES.index("wall"))))
    for name, place in (("color", False), ("color_and_place", True)):
        result[name] = figures(trees(splits, place))
        print(name, result[name])
    start = time.perf_counter()
    matrix, parameters = network(splits, options.epochs)
    seconds = round(time.perf_counter() - start)
    result["small_unet"] = {
        **figures(matrix), "parameters": parameters, "epochs": options.epochs, "seconds": seconds
    }  # fmt: skip
    print("small_unet", result["small_unet"])
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
