"""Run the notebooks with papermill, one after the other, each within its time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from mtan_edu.recording import FIGURES_MIME
from mtan_edu.reproduction import papermill_process
from mtan_edu.reproduction.environment import describe_environment
from mtan_edu.reproduction.report import write_notebook_page, write_report
from mtan_edu.reproduction.results import FAILED, PASSED, TIMED_OUT, NotebookResult, ReproductionResult

UNREADABLE = (OSError, ValueError, nbformat.ValidationError)
"""What reading a file raises that is missing, no JSON, or no notebook."""

Progress = Callable[[Iterable[Any], int, str], Iterable[Any]]


@dataclass(frozen=True)
class TimeLimits:
    """How long a notebook may take before it is stopped [s]. A hung kernel would otherwise wait for ever."""

    cell: int
    notebook: int


TIME_LIMITS: Mapping[str, TimeLimits] = {
    "smoke": TimeLimits(cell=300, notebook=600),
    "lecture": TimeLimits(cell=1800, notebook=3600),
    "full": TimeLimits(cell=14400, notebook=21600),
}
"""Per preset, several times what it needs on the machine it is made for: a busy machine is not an error."""


def reproduce(
    notebooks: Path | Sequence[Path],
    out: Path,
    *,
    preset: str = "lecture",
    seed: int = 0,
    device: str = "auto",
    data: str | Path = "rooms",
    cell_timeout: int | None = None,
    notebook_timeout: int | None = None,
    progress: Progress | None = None,
    announce: Callable[[str], None] | None = None,
) -> ReproductionResult:
    """Execute notebooks in the order of their names and write a report about them.

    A notebook that fails does not stop those after it. The report is rewritten after each notebook, so that
    an interrupted run leaves one too. The kernel is the Python that runs this function, whatever kernels are
    installed, and the notebooks run in the current folder.

    Args:
        notebooks: A folder, or the notebooks themselves. Each must have the parameters `preset`, `seed`,
            `device`, `data` and `out_dir` in a cell tagged `parameters`.
        out: A folder that does not exist yet, or an empty one. Runs that notebooks save lie in `out/runs`.
        preset: "smoke" (seconds, a check), "lecture" (minutes on a laptop) or "full" (a GPU).
        seed: Seed of everything random.
        device: "auto", "cpu", "cuda" or "mps".
        data: "rooms", or a folder of prepared data.
        cell_timeout: Limit for one cell [s]; None = the preset's.
        notebook_timeout: Limit for one notebook [s]; None = the preset's.
        progress: Wraps the notebooks in a progress bar: `progress(iterable, total, description)`.
        announce: Called with one line when a notebook has ended.

    Returns:
        How each notebook went; `exit_status` is 0 only if all passed.

    Raises:
        ValueError: Before anything runs: if there is no notebook, one lacks a parameter, `out` is in use, or an
            argument is out of range.
    """
    paths = _notebook_paths(notebooks)
    limits = _time_limits(preset, cell_timeout, notebook_timeout)
    out = _empty_folder(out)
    parameters = {
        "preset": preset,
        "seed": seed,
        "device": device,
        "data": _data_source(data),
        "out_dir": str(out / "runs"),
    }
    for path in paths:
        _check_parameters(path, parameters)
    environment = describe_environment()
    results: tuple[NotebookResult, ...] = ()
    for path in progress(paths, len(paths), "notebooks") if progress else paths:
        result = _run_notebook(path, out, parameters, limits)
        results = (*results, result)
        write_report(ReproductionResult(out, parameters, environment, results, len(paths)))
        if announce:
            announce(result.line)
    return ReproductionResult(out, parameters, environment, results, len(paths))


def read_figures(notebook: Path) -> dict[str, Any]:
    """Figures that an executed notebook recorded; where a name was recorded twice, the later value.

    Args:
        notebook: An executed notebook.

    Returns:
        Name to value, as `mtan_edu.recording.record` was given them.
    """
    figures: dict[str, Any] = {}
    for output in _outputs(notebook):
        figures.update(output.get("data", {}).get(FIGURES_MIME, {}))
    return figures


def _run_notebook(path: Path, out: Path, parameters: Mapping[str, Any], limits: TimeLimits) -> NotebookResult:
    executed, log = out / path.name, out / "logs" / f"{path.stem}.txt"
    log.parent.mkdir(exist_ok=True)
    start = time.monotonic()
    exit_status = papermill_process.run(path, executed, parameters, limits.cell, limits.notebook, log)
    seconds = time.monotonic() - start
    whole = executed if _is_notebook(executed) else None
    status, problem = _judge(exit_status, whole, log, limits)
    return NotebookResult(
        name=path.stem,
        title=_title(path),
        status=status,
        seconds=seconds,
        figures=read_figures(whole) if whole else {},
        problem=problem,
        notebook=whole,
        page=write_notebook_page(whole) if whole else None,
        log=log,
    )


def _is_notebook(path: Path) -> bool:
    """Whether a notebook lies there whole; papermill may have been stopped while it wrote."""
    try:
        nbformat.read(path, as_version=4)
    except UNREADABLE:
        return False
    return True


def _judge(exit_status: int | None, executed: Path | None, log: Path, limits: TimeLimits) -> tuple[str, str]:
    """The result and one sentence on it, from papermill's exit status (None = we had to stop it)."""
    if exit_status is None:
        return TIMED_OUT, f"The notebook was stopped after its limit of {limits.notebook} s."
    if exit_status == 0:
        return PASSED, ""
    said = log.read_text(encoding="utf-8", errors="replace")
    if "CellTimeoutError" in said:
        return TIMED_OUT, f"A cell was stopped after its limit of {limits.cell} s."
    for output in _outputs(executed) if executed else ():
        if output.output_type == "error":
            return FAILED, f"{output.ename}: {_one_line(output.evalue)}"
    last = said.strip().splitlines()[-1:]
    return FAILED, _one_line(last[0]) if last else f"papermill ended with status {exit_status} and said nothing."


def _one_line(text: str, longest: int = 300) -> str:
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def _outputs(notebook: Path) -> list[Any]:
    cells = nbformat.read(notebook, as_version=4).cells
    return [output for cell in cells if cell.cell_type == "code" for output in cell.outputs]


def _title(notebook: Path) -> str:
    for cell in nbformat.read(notebook, as_version=4).cells:
        for line in cell.source.splitlines():
            if cell.cell_type == "markdown" and line.startswith("# "):
                return line[2:].strip()
    return notebook.stem


def _check_parameters(notebook: Path, parameters: Mapping[str, Any]) -> None:
    """Refuse what papermill would only warn of: a parameter that the notebook does not know has no effect."""
    import papermill  # heavy, and needed only when notebooks are really run

    unknown = sorted(set(parameters) - set(papermill.inspect_notebook(notebook)))
    if unknown:
        raise ValueError(
            f"`notebooks` must declare {', '.join(parameters)} in a cell tagged `parameters`; got {notebook.name} "
            f"without {', '.join(unknown)}. Add what is missing, with a default."
        )


def _notebook_paths(notebooks: Path | Sequence[Path]) -> list[Path]:
    listed = notebooks.glob("*.ipynb") if isinstance(notebooks, Path) else map(Path, notebooks)
    paths = sorted(listed, key=lambda path: path.name)
    if not paths:
        raise ValueError(f"`notebooks` must hold at least one .ipynb file; got {notebooks}. Give another folder.")
    for path in paths:
        try:
            nbformat.read(path, as_version=4)
        except UNREADABLE as error:
            raise ValueError(
                f"`notebooks` must be readable notebooks; got {path} ({_one_line(str(error), 80)}). Restore the file."
            ) from error
    return paths


def _time_limits(preset: str, cell: int | None, notebook: int | None) -> TimeLimits:
    if preset not in TIME_LIMITS:
        raise ValueError(f"`preset` must be one of {', '.join(TIME_LIMITS)}; got {preset!r}. Start with lecture.")
    limits = TIME_LIMITS[preset]
    chosen = TimeLimits(limits.cell if cell is None else cell, limits.notebook if notebook is None else notebook)
    for name, seconds in (("cell_timeout", chosen.cell), ("notebook_timeout", chosen.notebook)):
        if seconds < 1:
            raise ValueError(f"`{name}` must be at least 1 s; got {seconds}. Leave it out for the preset's limit.")
    return chosen


def _empty_folder(out: Path) -> Path:
    folder = Path(out).resolve()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ValueError(f"`out` must be a new folder, or an empty one; got {out}. Choose another name.")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _data_source(data: str | Path) -> str:
    if str(data) == "rooms":
        return "rooms"
    if not Path(data).is_dir():
        raise ValueError(f"`data` must be rooms or an existing folder; got {data}. Check the path.")
    return str(Path(data).resolve())
