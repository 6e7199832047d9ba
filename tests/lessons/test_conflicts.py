import dataclasses

import numpy as np
import pytest

from mtan_edu.lessons import conflict_table
from tests.visualization.planted import gradients

UNTRAINED = gradients(0.9, epoch=0)
"""In conflict nowhere."""


def test_the_share_is_averaged_over_common_parts_and_trained_epochs():
    calm, torn = [UNTRAINED, gradients(0.5, 1), gradients(0.5, 2)], [UNTRAINED, gradients(-0.5, 1), gradients(0.5, 2)]
    table = conflict_table({"split": [calm, torn], "mtan": [torn, torn]})
    # on encoder_1 one of two epochs is in conflict, on decoder_1 none
    assert table.loc["split", ["seed 1", "seed 2"]].tolist() == [0, 0.25]
    assert table.loc["split", "mean"] == 0.125
    assert table.loc["split", "±"] == pytest.approx(np.std([0, 0.25], ddof=1))
    assert table.loc["mtan", "±"] == 0


def test_only_parts_that_all_have_are_compared():
    more = dataclasses.replace(gradients(-0.5, 1), groups=("encoder_1", "transition to decoder_1"))
    table = conflict_table({"split": [[gradients(-0.5, 1)]], "mtan": [[more]]})
    assert table["mean"].tolist() == [1, 1]
    with pytest.raises(ValueError, match="`gradients` must be of networks with parts of the same name"):
        conflict_table({"a": [[gradients()]], "b": [[dataclasses.replace(gradients(), groups=("x", "y"))]]})


def test_an_untrained_network_alone_counts():
    assert conflict_table({"split": [[UNTRAINED]]}).loc["split", "seed 1"] == 0
