"""A few pictures of a domain, one per class: what to show before anything is learned."""

from __future__ import annotations

import numpy as np

from mtan_edu.data.domains.dataset import DomainDataset


def class_examples(dataset: DomainDataset, count: int = 10) -> tuple[np.ndarray, tuple[str, ...]]:
    """The first picture of each of some classes, which are spread evenly over all that occur.

    Args:
        dataset: The pictures.
        count: How many; fewer if fewer classes occur.

    Returns:
        Pictures, uint8 `(n, H, W, 3)`, and the class name of each.

    Raises:
        ValueError: If `count` is below 1, or a picture cannot be read.
    """
    if count < 1:
        raise ValueError(f"`count` must be 1 or more; got {count}.")
    present, first = np.unique(dataset.labels, return_index=True)
    chosen = np.linspace(0, len(present) - 1, min(count, len(present))).round().astype(int)
    pictures = np.stack([dataset.picture(int(first[number])) for number in chosen])
    return pictures, tuple(dataset.classes[present[number]] for number in chosen)
