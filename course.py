"""Set up what is missing, then do one job: `python course.py reproduce`, `test`, `lab`, `check` or `setup`.

This is what the Makefile calls; where there is no make (Windows), call it directly. It needs Python 3.11 and the
standard library. Everything lands in `.venv` beside this file; a second call finds it there and starts at once.
Arguments after the job are handed on: `python course.py test -k masks`, `python course.py reproduce --preset smoke`.

Read from the environment:
    MTAN_INSTALLER=pip     use pip even where uv would do (three times as slow)
    UV_TORCH_BACKEND=cpu   on Linux without a GPU: the small build of PyTorch (uv's own setting)
"""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import venv
from collections.abc import Mapping, Sequence
from pathlib import Path

OLDEST = (3, 11)
ROOT = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".venv"
SCRIPTS = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin")
PYTHON = SCRIPTS / ("python.exe" if os.name == "nt" else "python")
STAMP = ENVIRONMENT / "mtan-edu.stamp"
LOG = ENVIRONMENT / "mtan-edu-setup.log"
INSTALL = ["install", "-c", "constraints.txt", "-e", ".[dev]"]

NOTEBOOKS = "notebooks without outputs"
STRIP = ["--keep-id", "--extra-keys", "metadata.papermill metadata.widgets cell.metadata.papermill"]
CHECKS: dict[str, list[str]] = {
    "ruff check": ["-m", "ruff", "check", "."],
    "ruff format": ["-m", "ruff", "format", "--check", "."],
    "mypy": ["-m", "mypy"],
    "import contract": ["-c", "import sys; from importlinter.cli import lint_imports_command as c; sys.exit(c())"],
    NOTEBOOKS: ["-m", "nbstripout", "--verify", *STRIP],
}

OFFLINE = re.compile(
    r"NewConnectionError|Failed to establish a new connection|name resolution|Name or service not known|"
    r"getaddrinfo failed|nodename nor servname|dns error|tcp connect error|Connection refused|"
    r"Network is unreachable|ConnectTimeout|ProxyError|error sending request|client error \(Connect\)"
)
UNWANTED = {"PYTHONHOME", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE"}  # other people's packages; slow starts
UV_NAMES = {"find-links": "UV_FIND_LINKS", "index-url": "UV_DEFAULT_INDEX", "cert": "SSL_CERT_FILE"}


class SetupError(Exception):
    """The environment cannot be made; the message says what to do."""


def main(arguments: Sequence[str]) -> int:
    """Do the job that the first argument names and return its exit status."""
    jobs = {"reproduce": reproduce, "test": test, "lab": lab, "check": check, "setup": lambda _: 0}
    if not arguments or arguments[0] in ("-h", "--help"):
        say(__doc__ or "")
        return 0 if arguments else 2
    if arguments[0] not in jobs:
        say(f"course.py: the job must be one of {', '.join(jobs)}; got {arguments[0]!r}.", error=True)
        return 2
    try:
        require_python(arguments)
        set_up()
    except (SetupError, OSError) as problem:
        say(f"course.py: {problem}", error=True)
        return 1
    return jobs[arguments[0]](list(arguments[1:]))


# --- jobs ---------------------------------------------------------------------------------------------------------


def reproduce(arguments: list[str]) -> int:
    """Run all notebooks and write the report; `--out` counts from the caller's folder."""
    return run([str(PYTHON), "-m", "mtan_edu", "reproduce", *arguments], Path.cwd())


def test(arguments: list[str]) -> int:
    """Run all tests, two at a time."""
    return run([str(PYTHON), "-m", "pytest", "-n", "2", "--dist", "worksteal", *arguments])


def lab(arguments: list[str]) -> int:
    """Open JupyterLab at the notebooks: this machine only, token on, as Jupyter has it by default."""
    where = [f"--ServerApp.root_dir={ROOT}", "--LabApp.default_url=/lab/tree/notebooks"]
    return run([str(PYTHON), "-m", "jupyterlab", *where, *arguments])


def check(arguments: list[str]) -> int:
    """Run every check, also after one has failed, and name those that did."""
    failed = []
    notebooks = sorted(str(path) for path in ROOT.glob("notebooks/*.ipynb"))
    for name, command in CHECKS.items():
        say(f"--- {name}")
        if run([str(PYTHON), *command, *(notebooks if name == NOTEBOOKS else [])]):
            failed.append(name)
    say(f"Failed: {', '.join(failed)}." if failed else "All checks passed.")
    return 1 if failed else 0


def run(command: list[str], folder: Path = ROOT) -> int:
    """Run a job in the environment and return its exit status. A signal to stop reaches the job, which ends itself."""
    job = subprocess.Popen(command, cwd=folder, env=variables())
    signal.signal(signal.SIGTERM, lambda *_: job.terminate())
    while True:
        try:
            status = job.wait()
            return status if status >= 0 else 128 - status
        except KeyboardInterrupt:
            continue


def variables(**more: str) -> dict[str, str]:
    """The caller's environment for what runs in `.venv`: without foreign packages, with threads that wait quietly."""
    path = f"{SCRIPTS}{os.pathsep}{os.environ.get('PATH', '')}"
    kept = {name: value for name, value in os.environ.items() if name not in UNWANTED}
    # Threads that spin while they wait slow a busy machine down twenty-fold.
    return {
        "OMP_WAIT_POLICY": "PASSIVE",
        "PYTHONUTF8": "1",
        **kept,
        "VIRTUAL_ENV": str(ENVIRONMENT),
        "PATH": path,
        **more,
    }


# --- set-up -------------------------------------------------------------------------------------------------------


def require_python(arguments: Sequence[str]) -> None:
    """Go on in a newer Python if this one is too old and there is one."""
    if sys.version_info[:2] >= OLDEST:
        return
    for minor in range(OLDEST[1], OLDEST[1] + 4):
        newer = shutil.which(f"python3.{minor}")
        if newer:
            raise SystemExit(subprocess.call([newer, str(ROOT / "course.py"), *arguments]))
    found = ".".join(map(str, sys.version_info[:3]))
    raise SetupError(f"Python must be 3.11 or newer; got {found}. Install one and call it with this file.")


def set_up() -> None:
    """Make `.venv` hold what pyproject.toml and constraints.txt say, unless it does already."""
    wanted = stamp()
    if PYTHON.exists() and STAMP.is_file() and STAMP.read_text(encoding="utf-8") == wanted:
        return
    started = time.monotonic()
    say("Setting up, once: a Python environment in .venv with everything that the course needs.")
    make_environment()
    STAMP.unlink(missing_ok=True)
    LOG.unlink(missing_ok=True)
    if not install():
        raise SetupError(reason())
    STAMP.write_text(wanted, encoding="utf-8")
    say(f"Set up in {time.monotonic() - started:.0f} s.")


def stamp() -> str:
    """What the environment depends on, as one line: a change in any of it means to install again."""
    import tomllib  # new in 3.11, and an older Python must come as far as `require_python`

    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    pins = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    parts = [sys.version, str(ROOT), declared["project"], declared["build-system"], pins]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def make_environment() -> None:
    """Make `.venv`, or keep it if it is whole and of this Python."""
    if Path(sys.prefix).resolve() == ENVIRONMENT:
        return  # called with its own Python
    probe = "import pip, sys; print(sys.version)"
    if PYTHON.exists():
        answer = subprocess.run([str(PYTHON), "-c", probe], capture_output=True, text=True, check=False)
        if answer.returncode == 0 and answer.stdout.strip() == sys.version.strip():
            return
    if importlib.util.find_spec("ensurepip") is None:
        advice = "On Debian and Ubuntu: apt install python3-venv"
        raise SetupError(f"this Python ({sys.executable}) cannot make an environment with pip. {advice}")
    try:
        venv.create(ENVIRONMENT, with_pip=True, clear=True, symlinks=os.name != "nt")
    except (OSError, subprocess.CalledProcessError) as problem:
        raise SetupError(f"{ENVIRONMENT} cannot be made ({problem}). Is there room, and may you write there?") from None


def install() -> bool:
    """Install with uv, and with pip where uv does not work (it reads neither pip's proxy nor its extra indexes)."""
    if os.environ.get("MTAN_INSTALLER", "uv") != "pip":
        if not logged("fetching the installer uv", ["-m", "pip", "install", "-c", "constraints.txt", "uv"]):
            if offline():
                return False
        elif logged("installing with uv, about a minute", ["-m", "uv", "pip", *INSTALL], uv_settings()):
            return True
        if disk_full():
            return False
        say(f"  uv could not do it ({last_line()}); trying pip.")
    return logged("installing with pip, some minutes", ["-m", "pip", *INSTALL])


def logged(what: str, arguments: list[str], settings: Mapping[str, str] | None = None) -> bool:
    """Run one step of the set-up in `.venv`; what it prints goes to the log, a sign of life to the terminal."""
    say(f"  {what} ...")
    retrying = variables(PIP_RETRIES="3", **(settings or {}))  # without a retry pip does not say why it failed
    started = time.monotonic()
    with LOG.open("a", encoding="utf-8") as printed:
        step = subprocess.Popen(
            [str(PYTHON), *arguments], cwd=ROOT, env=retrying, stdin=subprocess.DEVNULL, stdout=printed, stderr=printed
        )
        try:
            while True:
                try:
                    return step.wait(timeout=1) == 0
                except subprocess.TimeoutExpired:
                    sign_of_life(time.monotonic() - started)
        except BaseException:
            step.kill()
            raise
        finally:
            sign_of_life(0)


def sign_of_life(seconds: float) -> None:
    """Show on a terminal how long a step has taken; 0 wipes the line."""
    if sys.stdout.isatty():
        print(f"\r  {seconds:.0f} s" if seconds else "\r" + " " * 20 + "\r", end="", flush=True)


def uv_settings() -> dict[str, str]:
    """What uv must be told of pip's settings, which it does not read itself."""
    listed = subprocess.run(
        [str(PYTHON), "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    ).stdout.splitlines()
    settings = {}
    for line in sorted(listed, key=lambda line: line.startswith(":env:")):  # the environment has the last word
        name, _, value = line.partition("=")
        key = name.rpartition(".")[2]
        if key in UV_NAMES:
            settings[UV_NAMES[key]] = ",".join(str(ast.literal_eval(value)).split())
    return {name: os.environ.get(name, value) for name, value in settings.items()}


# --- what went wrong ----------------------------------------------------------------------------------------------


def log() -> str:
    """What the steps of this set-up have printed."""
    return LOG.read_text(encoding="utf-8", errors="replace")


def offline() -> bool:
    """Whether the log says that the network could not be reached."""
    return OFFLINE.search(log()) is not None


def disk_full() -> bool:
    """Whether the log says that there was no room (Linux and macOS, Windows)."""
    return re.search(r"No space left|not enough space|os error 112", log()) is not None


def last_line() -> str:
    """The last line of the log that says something."""
    lines = [line.strip() for line in log().splitlines()]
    errors = [line for line in lines if re.match(r"(error|×|ERROR)", line)]
    return (errors or [line for line in lines if line] or ["it said nothing"])[-1]


def reason() -> str:
    """One line: why the set-up failed and what to do."""
    again = f"then run the same command again. The whole story is in {LOG}."
    if disk_full():
        return f"the disk is full: the course needs about 2 GB (more with CUDA). Make room, {again}"
    if offline():
        return (
            "the set-up needs the network once, and the package index cannot be reached. Connect, or name a mirror "
            f"in PIP_INDEX_URL, {again}"
        )
    return f"the packages cannot be installed ({last_line()}). Mend that, {again}"


def say(line: str, *, error: bool = False) -> None:
    """Print at once, so that lines stand in the order in which things happen."""
    print(line, file=sys.stderr if error else sys.stdout, flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("course.py: interrupted. The same command goes on from there.")
