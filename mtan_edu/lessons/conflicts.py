"""Conflicts between tasks, compared over architectures and seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from mtan_edu.records import GradientRecord


def conflict_table(gradients: Mapping[str, Sequence[Sequence[GradientRecord]]]) -> pd.DataFrame:
    """How often tasks are in conflict, architecture by architecture and seed by seed, on the parts that all have.

    Args:
        gradients: Name to seeds to records of the epochs. The untrained network, epoch 0, is left out if there is
            anything else.

    Returns:
        A row per name, a column per seed, and "mean" and "±" (standard deviation over the seeds): the share of steps
        and pairs with a cosine below 0, averaged over the common parts of the network and over the epochs.

    Raises:
        ValueError: If the networks have no part in common.
    """
    of_all = [set(epochs[0].groups) for seeds in gradients.values() for epochs in seeds]
    common = [group for group in next(iter(gradients.values()))[0][0].groups if all(group in of for of in of_all)]
    if not common:
        raise ValueError("`gradients` must be of networks with parts of the same name; got none. Compare one backbone.")
    rows = {name: [_share(epochs, common) for epochs in seeds] for name, seeds in gradients.items()}
    table = pd.DataFrame.from_dict(rows, orient="index")
    table.columns = pd.Index([f"seed {number}" for number in range(1, len(table.columns) + 1)])
    return table.assign(mean=table.mean(axis=1), **{"±": table.std(axis=1)})


def _share(epochs: Sequence[GradientRecord], groups: Sequence[str]) -> float:
    trained = [record for record in epochs if record.epoch != 0] or epochs
    return float(np.mean([record.conflict_share(group) for record in trained for group in groups]))
