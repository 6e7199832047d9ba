"""The set-up agrees with itself: every file that names a version, a job or a package says the same."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import entry_points, packages_distributions
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
JOBS = ("reproduce", "test", "lab", "check")


def run(*command: str | Path, folder: Path = ROOT, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )


def pins() -> dict[str, Version]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    found = [line.split("==") for line in lines if line and not line.startswith("#")]
    return {plain(name): Version(version) for name, version in found}


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def declared() -> list[Requirement]:
    groups = [PROJECT["dependencies"], *PROJECT["optional-dependencies"].values()]
    requirements = [Requirement(line) for group in groups for line in group]
    return [requirement for requirement in requirements if requirement.name != PROJECT["name"]]  # an extra of ours


# --- versions ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("requirement", declared(), ids=lambda requirement: requirement.name)
def test_what_is_pinned_lies_inside_what_is_declared(requirement):
    assert pins()[plain(requirement.name)] in requirement.specifier


def test_pins_take_any_build_of_torch():
    assert pins()["torch"].local is None


def test_conda_makes_the_environment_of_pyproject():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    assert environment["channels"] == ["conda-forge", "nodefaults"]
    python, pip, from_pip = environment["dependencies"]
    assert python == f"python {PROJECT['requires-python']}"
    assert pip == "pip"
    assert from_pip == {"pip": ["-c constraints.txt", "-e .[dev]"]}


def test_pre_commit_uses_the_pinned_versions():
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"][0]["hooks"]
    named = [Requirement(line) for hook in hooks for line in hook["additional_dependencies"]]
    assert {requirement.name for requirement in named} == {"ruff", "nbstripout"}
    assert all(str(requirement.specifier) == f"=={pins()[requirement.name]}" for requirement in named)


# --- jobs -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("job", JOBS)
@pytest.mark.skipif(shutil.which("make") is None, reason="needs make")
def test_a_target_of_make_is_one_call_of_course_py(job):
    called = run("make", "--dry-run", job, "PYTHON=python", "ARGS=-k masks", MAKEFLAGS="", MAKELEVEL="0")
    assert called.stdout == f"python course.py {job} -k masks\n"


def test_an_unknown_job_gets_a_sentence_and_2():
    answer = run(sys.executable, ROOT / "course.py", "dance")
    assert (answer.returncode, answer.stdout) == (2, "")
    assert answer.stderr == "course.py: the job must be one of reproduce, test, lab, check, setup; got 'dance'.\n"


def test_course_py_needs_the_standard_library_alone_and_an_old_python_can_read_it():
    tree = ast.parse((ROOT / "course.py").read_text(encoding="utf-8"), feature_version=(3, 8))
    imported = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {(node.module or "") if isinstance(node, ast.ImportFrom) else node.names[0].name for node in imported}
    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names


def test_without_a_network_the_set_up_ends_with_one_clear_line(tmp_path):
    folder = tmp_path / "a folder"
    folder.mkdir()
    for name in ("course.py", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, folder)
    nowhere = "http://127.0.0.1:9/simple"
    answer = run(sys.executable, folder / "course.py", "test", folder=tmp_path, PIP_INDEX_URL=nowhere)
    assert answer.returncode == 1
    assert len(answer.stderr.splitlines()) == 1
    assert "needs the network once, and the package index cannot be reached" in answer.stderr


# --- the package ------------------------------------------------------------------------------------------------


def test_what_the_package_imports_is_declared():
    groups = [PROJECT["dependencies"], PROJECT["optional-dependencies"]["torchjd"]]
    needed = {plain(Requirement(line).name) for group in groups for line in group}
    owners = packages_distributions()
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "mtan_edu").rglob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    foreign = {name.partition(".")[0] for name in names} - sys.stdlib_module_names - {"mtan_edu"}
    assert {name for name in foreign if not needed & {plain(owner) for owner in owners.get(name, [name])}} == set()


def test_every_script_exists():
    scripts = {script.name: script for script in entry_points(group="console_scripts")}
    assert all(callable(scripts[name].load()) for name in PROJECT["scripts"])


IMPORT_EVERYTHING = """
import importlib, pkgutil, sys, threading
import IPython, ipywidgets, matplotlib.figure, nbconvert, numpy, pandas, papermill, PIL.Image, torch.utils.data, tqdm
assert "matplotlib.pyplot" not in sys.modules

import mtan_edu
OURS = mtan_edu.__path__[0]

def watch(event, arguments):
    if event == "open":
        path, mode, _ = arguments
        ours = str(path).startswith(OURS) and not str(path).endswith((".py", ".pyc"))
        if ours or set(mode or "r") & set("wax+"):
            print("open", path, mode)
    elif event.startswith(("socket.", "subprocess.")):
        print(event, arguments)

threads = threading.active_count()
sys.addaudithook(watch)
for module in pkgutil.walk_packages(mtan_edu.__path__, "mtan_edu."):
    importlib.import_module(module.name)
if "matplotlib.pyplot" in sys.modules:
    print("matplotlib.pyplot")
if threading.active_count() != threads:
    print("threads")
"""


def test_importing_the_package_touches_no_network_no_files_no_threads_and_no_pyplot():
    answer = run(sys.executable, "-B", "-c", IMPORT_EVERYTHING)
    assert (answer.stdout, answer.stderr, answer.returncode) == ("", "", 0)


def test_the_command_runs_without_its_script():
    answer = run(sys.executable, "-m", "mtan_edu", "reproduce", "--help")
    assert (answer.returncode, answer.stderr) == (0, "")
    assert answer.stdout.startswith("usage: mtan-edu reproduce")


def test_records_and_figures_need_no_torch():
    needed = "mtan_edu.records, mtan_edu.run_reader, mtan_edu.visualization"
    answer = run(sys.executable, "-c", f"import sys, {needed}; print('torch' in sys.modules)")
    assert (answer.stdout.strip(), answer.stderr) == ("False", "")
