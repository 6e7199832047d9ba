from __future__ import annotations

import json
import math
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mtan_edu.cli import main
from mtan_edu.run_reader import mask_epochs, read_run
from mtan_edu.weighting import available
from tests.tiny_runs import contents, write_random_data
from tests.weightings import spelled

TINY = ["--width", "2", "--batch-size", "2", "--threads", "1", "--probes", "2", "--device", "cpu"]
VERBS = [
    [],
    ["train"],
    ["resume"],
    ["evaluate"],
    ["masks"],
    ["explore"],
    ["model"],
    ["data"],
    ["data", "rooms"],
    ["data", "decathlon"],
    ["data", "check"],
    ["parity"],
    ["reproduce"],
]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_random_data(tmp_path_factory.mktemp("frames") / "random")


@pytest.fixture(scope="module")
def whole(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of three epochs that nothing disturbed. Read it only."""
    folder = tmp_path_factory.mktemp("runs") / "whole"
    assert main(train(data, folder)) == 0
    return folder


def train(data: Path, folder: Path, *more: str) -> list[str]:
    return ["train", "--data", str(data), "--out", str(folder), "--epochs", "3", "--weighting", "dwa", *TINY, *more]


def command(*arguments: str) -> subprocess.Popen[str]:
    """The command in a process of its own."""
    code = "import sys; from mtan_edu.cli import main; sys.exit(main())"
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def wait_for(path: Path, process: subprocess.Popen[str]) -> None:
    while not path.exists() and process.poll() is None:
        time.sleep(0.005)


def sentence(capsys: pytest.CaptureFixture[str]) -> str:
    """What went to the error stream: one line and no traceback."""
    said = capsys.readouterr().err
    assert "Traceback" not in said
    assert said.count("\n") == 1
    return said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "`VERB` must be given"),
        (["trian"], "Did you mean `train`?"),
        (["train"], "`--out` must be given"),
        (["train", "--out", "x", "--epocs", "3"], "`--epocs` is unknown. Did you mean `--epochs`?"),
        (["train", "--out", "x", "--epochs", "many"], "`--epochs` must be a whole number; got 'many'."),
        (["train", "--out", "x", "--epochs"], "`--epochs` could not be read: expected one argument."),
        (["train", "--out", "x", "--epochs", "0"], "`epochs` must be at least 1; got 0."),
        (["train", "--out", "x", "--learning-rate", "nan"], "`learning_rate` must be finite and above 0; got nan."),
        (["train", "--out", "x", "--size", "97"], "`--size` must be height x width; got '97'."),
        (
            ["train", "--out", "x", "--preset", "ful"],
            "`--preset` must be one of smoke, lecture, full, decathlon, decathlon_full; got 'ful'.",
        ),
        (["train", "--out", "x", "--device", "gpu"], "`device` must be one of auto, cpu, cuda, mps; got 'gpu'."),
        (["resume"], "`RUN` must be given"),
        (["resume", "/nowhere"], "`run` must be the folder of a run; got /nowhere, which does not exist."),
        (["evaluate", "/nowhere"], "`run` must be the folder of a run; got /nowhere, which does not exist."),
        (["masks", "/nowhere", "--out", "m.png"], "`run` must be the folder of a run; got /nowhere"),
        (["explore", "/nowhere"], "`run` must be the folder of a run; got /nowhere"),
        (["masks", "/nowhere", "--out", "m.gif"], "`--out` must end in .png, .pdf, .svg; got m.gif."),
        (["data", "chek", "x"], "Did you mean `check`?"),
        (["data", "check", "/nowhere"], "`folder` must exist; got /nowhere."),
        (["data", "rooms", "--size", "33x64"], "multiples of 32; got 33x64."),
        (["parity", "/nowhere"], "/nowhere"),
        (["reproduce", "--preset", "smok"], "`preset` must be one of smoke, lecture, full; got 'smok'."),
    ],
)
def test_bad_input_gets_one_sentence_and_status_2(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    assert said in sentence(capsys)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--model", "mtann"], "got 'mtann'"),
        (["--weighting", "dwaa"], "Did you mean 'dwa'?"),
        (["--tasks", "semantic,dept"], "Did you mean 'depth'?"),
        (["--model", "single"], "exactly one task"),
        (["--data", "/nowhere"], "`data` must be rooms or an existing folder; got /nowhere."),
        (["--device", "cuda:99"], "`device` must be on this machine"),
    ],
)
def test_bad_input_that_only_the_library_sees_leaves_nothing_behind(
    more: list[str], said: str, data: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(train(data, tmp_path / "new" / "run", *more)) == 2
    assert said in sentence(capsys)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
def test_every_verb_has_help_with_examples(verb: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*verb, "--help"]) == 0
    shown = capsys.readouterr().out
    assert f"usage: {' '.join(['mtan-edu', *verb])} " in shown
    assert "examples:\n  mtan-edu" in shown


def test_training_prints_a_line_per_epoch_and_ends_with_what_to_do_next(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(train(data, tmp_path / "run", "--epochs", "1", "--model", "single", "--tasks", "depth")) == 0
    first, device, epoch, last = capsys.readouterr().out.splitlines()
    assert first.startswith(f"Training single (segnet, width 2, dwa weighting) on {data}, 1 thread, into")
    assert device == "Device: cpu"
    assert epoch.startswith("epoch 1/1   depth ")
    assert last.startswith(f"Finished {tmp_path / 'run'}.")


def test_every_option_reaches_the_configuration(data: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    options = (
        "--model split --widths 2,3,4,5,6 --tasks normal,depth --weighting uncertainty --epochs 1 --batch-size 3 "
        "--optimizer sgd --sampling in_turn --second-phase 0 "
        "--learning-rate 1e-4 --schedule constant --augment scale-flip --seed 5 --threads 1 --workers 0 "
        "--deterministic --mixed-precision --probes 1 --probe-epochs 1 --gradients 1 --device cpu"
    )
    assert main(["train", "--data", str(data), "--out", str(run), *options.split()]) == 0
    config = read_run(run).config
    assert (config["model"], config["widths"], config["tasks"]) == ("split", [2, 3, 4, 5, 6], ["normal", "depth"])
    assert config["training"] == {
        "epochs": 1, "batch_size": 3, "optimizer": "sgd", "learning_rate": 1e-4, "schedule": "constant",
        "augment": "scale-flip", "sampling": "in_turn", "second_phase": 0, "seed": 5, "device": "cpu", "threads": 1,
        "deterministic": True, "mixed_precision": True, "workers": 0,
    }  # fmt: skip


@pytest.mark.parametrize("name", available())
def test_every_weighting_trains_an_epoch(name: str, data: Path, tmp_path: Path) -> None:
    options = ["--model", "split", "--epochs", "1", "--probes", "0", "--weighting", spelled(name)]
    assert main(train(data, tmp_path / "run", *options)) == 0
    (record,) = read_run(tmp_path / "run").epochs
    assert list(record.weights) == ["semantic", "depth", "normal"]
    assert all(math.isfinite(weight) for weight in record.weights.values())


def test_a_weighting_that_lacks_its_argument_gets_a_sentence(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(train(data, tmp_path / "run", "--weighting", "fixed:1,2")) == 2
    assert "one weight per task (semantic, depth, normal); got 'fixed:1,2'. Write fixed:1,0.5,2" in sentence(capsys)
    assert list(tmp_path.iterdir()) == []


def test_help_lists_every_weighting(capsys: pytest.CaptureFixture[str]) -> None:
    main(["train", "--help"])
    shown = "".join(capsys.readouterr().out.split())
    assert ",".join(available()) in shown


def test_a_run_is_never_overwritten(whole: Path, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = contents(whole)
    assert main(train(data, whole)) == 2
    assert f"`mtan-edu resume {whole}`" in sentence(capsys)
    assert contents(whole) == before


def test_resuming_a_finished_run_says_so(whole: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = contents(whole)
    assert main(["resume", str(whole)]) == 0
    assert capsys.readouterr().out == f"{whole} is finished: 3 of 3 epochs. There is nothing to do.\n"
    assert contents(whole) == before


def test_a_damaged_checkpoint_gets_a_sentence(whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = shutil.copytree(whole, tmp_path / "run")
    weights = run / "checkpoint" / "model-0003.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    assert main(["evaluate", str(run)]) == 2
    assert "model-0003.safetensors must be as it was written; it is damaged" in sentence(capsys)


def test_evaluation_is_json_by_task_and_metric_or_a_table(whole: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["evaluate", str(whole), "--json"]) == 0
    measured = json.loads(capsys.readouterr().out)
    assert measured == read_run(whole).epochs[-1].metrics
    assert main(["evaluate", str(whole)]) == 0
    assert f"depth     absolute_error   {measured['depth']['absolute_error']:.4f}\n" in capsys.readouterr().out


def test_what_cannot_be_measured_is_null(whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import numpy as np

    frames = write_random_data(tmp_path / "frames")
    with np.load(frames / "val.npz") as arrays:
        np.savez(frames / "val.npz", **{**arrays, "depth": np.zeros_like(arrays["depth"])})
    capsys.readouterr()
    assert main(["evaluate", str(whole), "--data", str(frames), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["depth"] == {"absolute_error": None, "relative_error": None}


def test_masks_are_written_into_one_page(whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "masks.html"
    assert main(["explore", str(whole), "--html", str(page), "--megabytes", "2"]) == 0
    assert f"Masks of {whole}: {page}" in capsys.readouterr().out
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert main(["explore", str(whole), "--html", str(tmp_path / "masks.png")]) == 2
    assert "`--html` must end in .html; got" in capsys.readouterr().err
    assert main(["explore", str(whole), "--html", str(page), "--megabytes", "0"]) == 2
    assert "`megabytes` must be at least 0.05; got 0" in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="the browser of this test is a shell script")
def test_a_page_is_opened_in_the_browser(whole: Path, tmp_path: Path) -> None:
    run = tmp_path / "copy"
    shutil.copytree(whole, run)
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/opened\n')
    browser.chmod(0o755)
    code = "import sys; from mtan_edu.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", code, "explore", str(run)]
    result = subprocess.run(command, env={**os.environ, "BROWSER": f"{browser} %s"}, capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (0, "")
    wait_for_file(tmp_path / "opened")
    assert (tmp_path / "opened").read_text().strip() == (run / "explorer.html").resolve().as_uri()


def wait_for_file(path: Path) -> None:
    end = time.monotonic() + 20
    while not (path.exists() and path.read_text().strip()) and time.monotonic() < end:
        time.sleep(0.02)


def test_masks_are_drawn_into_a_file(whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture = tmp_path / "masks.png"
    assert main(["masks", str(whole), "--out", str(picture), "--epoch", "0", "--channels", "0,1"]) == 0
    assert picture.read_bytes().startswith(b"\x89PNG")
    capsys.readouterr()
    assert main(["masks", str(whole), "--out", str(picture), "--epoch", "7"]) == 2
    assert "`epoch` must be one of 0, 1, 2, 3; got 7." in sentence(capsys)


def test_a_picture_for_a_folder_that_is_not_there_is_not_drawn(
    whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["masks", str(whole), "--out", str(tmp_path / "none" / "masks.png")]) == 2
    assert "or no folder to write it into. Check the path, or make the folder first." in sentence(capsys)
    assert list(tmp_path.iterdir()) == []


def test_a_model_is_described_beside_what_the_paper_prints(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["model", "mtan", "--tasks", "cityscapes", "--size", "64x96"]) == 0
    text = capsys.readouterr().out
    assert "MTAN, one image of 64x96" in text
    assert "1.6496 times one single-task network for semantic (24,980,679 parameters)" in text
    assert "The paper prints 1.65 (CityScapes, table 2)" in text
    assert "semantic 12.1%, depth 12.1%" in text


def test_a_model_of_other_tasks_is_described_as_json_and_drawn(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = tmp_path / "model.png"
    tasks = ["--tasks", "semantic:5,depth", "--backbone", "resnet18", "--width", "4", "--size", "50x70"]
    assert main(["model", "split", *tasks, "--json", "--out", str(picture)]) == 0
    described = json.loads(capsys.readouterr().out)
    assert described["outputs"] == {"semantic": [5, 50, 70], "depth": [1, 50, 70]}
    assert described["total"] == sum(described["parameters"].values())
    assert described["beside_single"]["paper"] == ""
    assert picture.stat().st_size > 10_000


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["mtn"], "`architecture` must be one of mtan, stan, .*; got 'mtn'. Try mtan"),
        (["mtan", "--backbone", "resnet5"], "`backbone` must be one of .*; got 'resnet5'. Try resnet50"),
        (["mtan", "--tasks", "dept"], "`--tasks` must say the channels of 'dept', as in dept:7; .*mean `depth`"),
        (["mtan", "--tasks", "depth:1,depth:2"], "`--tasks` must name each task once; got 'depth' twice"),
        (["mtan", "--tasks", "depth:x"], "`--tasks` must be names with whole numbers, .*; got 'depth:x'"),
        (["stan", "--tasks", "semantic,depth"], "exactly one task for a single-task attention network; got 2"),
        (["mtan", "--size", "100x64"], "multiples of 32; got 100x64"),
        (["mtan", "--out", "model.jpeg"], "`--out` must end in .png, .pdf, .svg; got model.jpeg"),
    ],
)
def test_a_model_that_cannot_be_gets_a_sentence(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["model", *arguments]) == 2
    assert re.search(sentence, capsys.readouterr().err)


def test_the_decathlon_says_what_it_asks_and_shows_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small = ["--size", "16", "--train", "3", "--val", "2", "--data-folder", str(tmp_path)]
    assert main(["data", "decathlon", *small, "--out", str(tmp_path / "sheet.png")]) == 0
    said = capsys.readouterr().out.splitlines()
    assert len(said) == 10 + 1
    assert "faces: Which mood does the face show? 6 classes, 3 training and 2 validation images" in said
    assert (tmp_path / "sheet.png").read_bytes()[:4] == b"\x89PNG"
    assert main(["data", "decathlon", *small, "--out", "sheet.gif"]) == 2
    assert "`--out` must end in .png, .pdf, .svg; got sheet.gif." in sentence(capsys)


def test_checking_data_tells_by_its_status(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "check", str(data)]) == 0
    assert capsys.readouterr().out == f"Nothing is wrong with {data}.\n"
    damaged = shutil.copytree(data, tmp_path / "damaged")
    (damaged / "val.npz").write_bytes(b"nothing")
    assert main(["data", "check", str(damaged)]) == 1
    assert "val.npz" in capsys.readouterr().out


def test_a_loss_that_is_not_finite_ends_with_status_1_and_names_task_epoch_and_step(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = ["--learning-rate", "1e30", "--schedule", "constant", "--batch-size", "5"]  # one step an epoch
    assert main(train(data, tmp_path / "run", *more)) == 1
    said = sentence(capsys)
    assert "must be finite; got nan in epoch 2, step 1." in said
    assert f"The weights after epoch 1 remain in {tmp_path / 'run'}." in said


def test_a_full_disk_gets_a_sentence_that_tells_how_to_go_on(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    resource = pytest.importorskip("resource", reason="this system has no limit on the size of a file")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        assert main(train(data, tmp_path / "run", "--probes", "0")) == 2
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    said = sentence(capsys)
    assert "The disk is full, or your share of it" in said
    assert f"0 of 3 epochs are safe; go on with: mtan-edu resume {tmp_path / 'run'}" in said
    assert not [name for name in contents(tmp_path / "run") if name.endswith((".tmp", ".safetensors"))]


def test_a_run_can_be_killed_from_its_first_moment_interrupted_and_resumed(
    whole: Path, data: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    with command(*train(data, run)) as process:
        wait_for(run / "config.json", process)
        assert "torch" not in Path(f"/proc/{process.pid}/maps").read_text() if Path("/proc").exists() else True
        process.kill()
    assert process.wait() != 0
    with command("resume", str(run)) as process:
        wait_for(run / "checkpoint" / "state.json", process)
        process.send_signal(signal.SIGINT)
        said = process.communicate()[1]
    assert process.returncode == 130
    assert "Traceback" not in said
    assert f"of 3 epochs are safe; go on with: mtan-edu resume {run}\n" in said
    assert main(["resume", str(run)]) == 0
    assert mask_epochs(run) == (0, 1, 2, 3)
    for name, content in contents(whole / "checkpoint").items():
        assert (run / "checkpoint" / name).read_bytes() == content


@pytest.mark.skipif(os.name != "posix", reason="this system has no pipes that break")
def test_a_reader_that_has_read_enough_is_no_error() -> None:
    with command("train", "--help") as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == ""
