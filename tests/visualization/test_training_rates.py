from dataclasses import replace

import numpy as np
import pytest
import torch

from mtan_edu.visualization import average_weights, show_training_rates, training_rates
from mtan_edu.weighting import DynamicWeightAverage
from tests.visualization.planted import TASKS, epoch, run


def test_a_rate_is_a_loss_over_the_one_before():
    assert training_rates(run(3))["depth"] == pytest.approx([1 / 2, 2 / 3])
    flat = [replace(epoch(n), train_losses=dict.fromkeys(TASKS, 0.0)) for n in (1, 2)]
    assert training_rates(flat)["depth"].tolist() == [1]


@pytest.mark.parametrize("temperature", [0.01, 0.5, 2.0, 50.0])
def test_the_weights_are_those_of_the_training(temperature):
    losses = torch.tensor([[2.0, 1.0, 0.3], [1.8, 1.0, 0.33]], dtype=torch.float64)
    weighting = DynamicWeightAverage(3, temperature)
    for of_epoch in losses:
        weighting.end_epoch(of_epoch)
    ours = average_weights((losses[1] / losses[0]).numpy(), temperature)
    assert ours == pytest.approx(weighting.weights().numpy())
    assert ours.sum() == pytest.approx(3)


def test_weights_worked_out_by_hand():
    assert average_weights([0.9, 1, 1.1]).round(3).tolist() == [0.950, 0.999, 1.050]
    assert average_weights([0.5, 1, 1.5]).round(3).tolist() == [0.763, 0.979, 1.258]


def test_rates_start_in_the_second_epoch_and_weights_end_after_the_last():
    left, right = show_training_rates(run(4)).axes
    assert left.get_lines()[1].get_xdata().tolist() == [2, 3, 4]
    assert right.get_lines()[0].get_xdata().tolist() == [1, 2, 3, 4, 5]
    assert np.allclose(right.get_lines()[0].get_ydata(), 1)  # all tasks learn alike


def test_rates_are_said_in_words():
    alt = show_training_rates(run(3), temperature=0.5).alt
    assert "depth rose from 0.500 to 0.667" in alt
    assert "With T = 0.5 the next epoch's weights are semantic 1.000" in alt


def test_bad_input_gets_a_sentence():
    with pytest.raises(ValueError, match="`run` must have two finished epochs; got 1"):
        show_training_rates(run(1))
    with pytest.raises(ValueError, match="`temperature` must be above 0; got 0"):
        average_weights([1, 1], 0)
