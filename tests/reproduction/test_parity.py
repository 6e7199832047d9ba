from __future__ import annotations

import json
import math

import numpy as np
import pytest
import torch

from mtan_edu.reproduction.parity import ParityResult, check_parity, format_parity, parity_passed
from mtan_edu.reproduction.reference_values import ReferenceSetup
from tests.reproduction.reference_folder import reference_values, write_folder

PUBLISHED = ReferenceSetup(7, (2, 3, 64, 96), (6, 8, 10, 12, 12), (6, 8, 10, 12, 20), 13)
OTHER = ReferenceSetup(31, (3, 3, 32, 64), (4, 3, 5, 7, 6), (4, 3, 5, 7, 9), 5)
NAMES = ("segnet_mtan", "segnet_single_depth", "segnet_split_standard", "segnet_split_wide", "segnet_stan_semantic")

# Figures of the reference code (lorenmt/mtan, c36c30b) for PUBLISHED.
TRAIN_LOSSES = {
    "segnet_mtan": {"semantic": 2.6634459610128363, "depth": 4.621762519697579, "normal": 1.0058741837231795},
}
EVAL_LOSSES = {
    "segnet_mtan": {"semantic": 2.5692640028506895, "depth": 4.918962178482085, "normal": 1.0043548236872444},
    "segnet_split_standard": {"semantic": 2.5717418509630363, "depth": 4.827796327430357, "normal": 1.004391277024232},
    "segnet_split_wide": {"semantic": 2.5717419033424034, "depth": 4.82779459988325, "normal": 1.004391701240394},
    "segnet_single_depth": {"depth": 5.23440207038799},
    "segnet_stan_depth": {"depth": 5.2588708211794195},
}
COUNTS = {
    "segnet_mtan": 41894,
    "segnet_split_standard": 23462,
    "segnet_split_wide": 29870,
    "segnet_single_depth": 22687,
    "segnet_stan_depth": 34807,
}
GRADIENT_NORMS = {
    "encoder_block.0.0.weight": 3.6115195251235517,
    "conv_block_enc.3.1.0.weight": 0.7460725542002431,
    "conv_block_dec.0.1.bias": 0.26646517810871945,
    "encoder_att.0.0.0.weight": 4.486621487183152e-05,
    "encoder_att.2.4.4.bias": 0.0001779357943314919,
    "decoder_att.0.0.0.weight": 0.04099863872879624,
}


@pytest.fixture(scope="module")
def others(tmp_path_factory):
    """Values for another seed, image shape, number of classes, and widths that are all different."""
    return write_folder(tmp_path_factory.mktemp("reference"), OTHER, NAMES)


@pytest.mark.parametrize("name", EVAL_LOSSES)
def test_the_oracle_has_the_figures_of_the_reference_code(name):
    values, _ = reference_values(name, PUBLISHED)
    assert values["eval_losses"] == pytest.approx(EVAL_LOSSES[name], rel=1e-9)
    assert values["trainable_parameter_count"] == COUNTS[name]
    if name in TRAIN_LOSSES:
        assert values["train_losses"] == pytest.approx(TRAIN_LOSSES[name], rel=1e-9)
        norms = {key: values["gradient_norms"][key] for key in GRADIENT_NORMS}
        assert norms == pytest.approx(GRADIENT_NORMS, rel=1e-9)


def test_our_models_compute_what_the_oracle_computes(others):
    results = check_parity(others)
    assert [result.name for result in results] == sorted(NAMES)
    assert all(result.passed for result in results)
    assert parity_passed(results)


def test_our_models_compute_what_the_reference_code_computed(reference):
    results = {result.name: result for result in check_parity(reference)}
    names = [f"segnet_{kind}_{task}" for kind in ("single", "stan") for task in ("semantic", "depth", "normal")]
    names += [f"segnet_{kind}" for kind in ("mtan", "split_standard", "split_wide", "split_deep", "dense", "cross")]
    names += ["deeplab_resnet50_mtan", "wrn_mtan", "weighting"]
    assert all(results[name].passed for name in names)


def test_a_class_that_is_absent_leaves_the_other_metrics_to_compare(tmp_path):
    setup = ReferenceSetup(2, (1, 3, 32, 32), (2, 3, 4, 5, 6), (2, 3, 4, 5, 6), 400)
    folder = write_folder(tmp_path, setup, ("segnet_single_semantic",))
    assert math.isnan(json.loads((folder / "segnet_single_semantic.json").read_text())["eval_metrics"]["mean_iou"])
    assert parity_passed(check_parity(folder))


def change(folder, name, edit):
    path = folder / f"{name}.json"
    values = json.loads(path.read_text())
    edit(values)
    path.write_text(json.dumps(values))


@pytest.fixture
def small(tmp_path):
    return write_folder(tmp_path, ReferenceSetup(3, (1, 3, 32, 32), (2, 3, 4, 5, 6), (2, 3, 4, 5, 6), 4), NAMES[1:2])


@pytest.mark.parametrize("group", ["eval_losses", "train_losses", "eval_metrics", "train_metrics", "gradient_norms"])
def test_one_figure_that_differs_by_a_millionth_fails(small, group):
    def edit(values):
        name = next(name for name in values[group] if "bias" not in name)
        values[group][name] *= 1 + 1e-6

    change(small, NAMES[1], edit)
    (result,) = check_parity(small)
    assert not result.passed
    assert result.largest_error == pytest.approx(1e-6, rel=1e-3)


def test_one_prediction_that_differs_fails(small):
    with np.load(small / f"{NAMES[1]}.npz") as arrays:
        values = dict(arrays)
    values["train/prediction/depth"][5] += 1e-6
    np.savez(small / f"{NAMES[1]}.npz", **values)
    assert not parity_passed(check_parity(small))


def test_another_parameter_count_fails(small):
    change(small, NAMES[1], lambda values: values.update(trainable_parameter_count=1))
    assert not parity_passed(check_parity(small))


def test_another_network_under_the_same_name_fails_and_says_which_tensors(small):
    change(small, NAMES[1], lambda values: values["parameters"].append(["decoder_block.5.0.weight", [2, 2, 3, 3]]))
    results = check_parity(small)
    assert not parity_passed(results)
    assert "1 unexpected (decoder_block.5.0.weight)" in format_parity(results)


def test_a_model_that_is_not_here_is_named_and_fails_nothing(small):
    (small / "segnet_pyramid.json").write_text("{}")
    results = check_parity(small)
    assert parity_passed(results)
    assert "no such model here: segnet_pyramid." in format_parity(results)


def test_the_table_has_a_line_per_model_with_its_worst_errors():
    results = [
        ParityResult("segnet_mtan", {"outputs": 1e-15, "losses": 0.0, "metrics": 0.0, "gradient norms": 2e-13}, 10, 10),
        ParityResult("weighting", {"weights": 0.1, "losses": 0.0, "gradients": 0.0}),
    ]
    lines = format_parity(results).splitlines()
    assert lines[1].split() == ["segnet_mtan", "1.0e-15", "0.0e+00", "0.0e+00", "2.0e-13", "10", "10", "passed"]
    assert lines[2].split() == ["weighting", "1.0e-01", "0.0e+00", "-", "0.0e+00", "-", "-", "FAILED"]


def test_an_error_that_is_not_a_number_never_passes():
    assert not ParityResult("segnet_mtan", {"outputs": math.nan, "losses": 0.0}, 1, 1).passed


def test_the_weightings_are_compared_too(small):
    s, losses = torch.tensor([0.5, -1.0], dtype=torch.float64), [2.0, 3.0]
    total = 2 / (2 * math.exp(0.5)) + 3 / (2 * math.exp(-1)) + (0.5 - 1) / 2
    factors = 1 / (2 * s.exp())
    averages = {"temperature": 2.0, "epoch_mean_losses": [losses, losses, losses], "weights": [[1.0, 1.0]] * 3}
    uncertainty = {"losses": losses, "logsigma": s.tolist(), "total": total, "grad_losses": factors.tolist()}
    uncertainty["grad_logsigma"] = (0.5 - factors * torch.tensor(losses)).tolist()
    (small / "weighting.json").write_text(
        json.dumps({"dynamic_weight_average": [averages], "uncertainty": [uncertainty]})
    )
    results = check_parity(small)
    assert results[-1].name == "weighting"
    assert parity_passed(results)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("setup.json", None, "setup.json must be a readable JSON file; got .*No such file"),
        ("setup.json", "{", "setup.json must be a readable JSON file"),
        ("setup.json", "[]", "setup.json must hold a JSON object; got list"),
        ("setup.json", '{"seed": 1}', "setup.json must hold 'semantic_classes'; got seed"),
        ("segnet_single_depth.json", "{}", "segnet_single_depth.json must hold 'parameters'; got nothing"),
        ("segnet_single_depth.json", '{"parameters": [3]}', "'parameters' in .* must list"),
        ("segnet_single_depth.npz", None, "segnet_single_depth.npz must be a readable npz file; got .*No such file"),
        ("segnet_single_depth.npz", "PK", "segnet_single_depth.npz must be a readable npz file"),
        ("weighting.json", '{"dynamic_weight_average": [{}]}', "weighting.json must hold 'epoch_mean_losses'"),
    ],
)
def test_a_missing_or_damaged_file_gets_a_sentence(small, name, content, sentence):
    (small / name).unlink(missing_ok=True)
    if content is not None:
        (small / name).write_text(content)
    with pytest.raises(ValueError, match=sentence):
        check_parity(small)


def test_a_folder_with_nothing_to_compare_gets_a_sentence(small):
    (small / f"{NAMES[1]}.json").unlink()
    with pytest.raises(ValueError, match="at least one model that exists here; got none"):
        check_parity(small)


def test_a_folder_that_is_not_there_gets_a_sentence(tmp_path):
    with pytest.raises(ValueError, match="`folder` must be a folder with reference values"):
        check_parity(tmp_path / "nowhere")
