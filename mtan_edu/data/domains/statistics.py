"""Mean and standard deviation of a domain's colors, by which its images are normalized."""

from __future__ import annotations

import numpy as np

from mtan_edu.data.domains.dataset import DomainDataset
from mtan_edu.data.domains.domain import Channels

MOST_LOOKED_AT = 5000
"""Pictures from which the statistics are taken: of more, evenly spaced ones. The mean is then known to a thousandth."""

_LEAST_STD = 1 / 255
"""Least standard deviation: one step of a color. A channel without any contrast must not be divided by 0."""


def color_statistics(dataset: DomainDataset) -> tuple[Channels, Channels]:
    """Mean and standard deviation over all pixels, per channel, of colors in [0, 1].

    Raises:
        ValueError: If a picture cannot be read.
    """
    sums = np.zeros((2, 3))
    looked_at = np.linspace(0, len(dataset) - 1, min(len(dataset), MOST_LOOKED_AT)).astype(int)
    for index in looked_at:
        colors = dataset.picture(int(index)).reshape(-1, 3).astype(np.uint32)
        sums += (colors.sum(axis=0), (colors**2).sum(axis=0))  # whole numbers: exact
    mean, square = sums / (len(looked_at) * np.prod(dataset.image_size)) / [[255], [255**2]]
    std = np.maximum(np.sqrt(np.maximum(square - mean**2, 0)), _LEAST_STD)
    return _channels(mean), _channels(std)


def _channels(values: np.ndarray) -> Channels:
    red, green, blue = (float(value) for value in values)
    return red, green, blue
