"""What drawing synthetic rooms costs: CPU seconds of one process per room, and of a whole set with its processes.

    python benchmarks/rooms_drawing.py --rounds 8 --against ../another-checkout
    python benchmarks/rooms_drawing.py --set 300+100

With --against, this checkout and another one draw the same rooms in turn, a few per round, and the ratios of single
rounds are compared: seconds of two runs on a shared machine mean nothing. With --set, a whole set is drawn as
`mtan-edu data rooms` does it, and the CPU seconds of all its processes are counted, imports too. Results go to
`benchmarks/results/rooms_drawing.json`.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parents[1]
RESULTS = HERE / "benchmarks" / "results" / "rooms_drawing.json"
SIZE = (96, 128)
ROOMS_PER_ROUND = 4
DRAW = """
import sys, time
sys.path.insert(0, sys.argv[1])
from mtan_edu.data.rooms import draw_room
size = int(sys.argv[2]), int(sys.argv[3])
draw_room(1, 0, "train", size)
for line in sys.stdin:
    first, last = map(int, line.split())
    start = time.process_time()
    for index in range(first, last):
        draw_room(0, index, "train", size)
    print((time.process_time() - start) / (last - first), flush=True)
"""


class Drawer:
    """A process that draws rooms with the library of one checkout, on one thread.

    Args:
        checkout: Folder with the package.
    """

    def __init__(self, checkout: Path) -> None:
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        environment.pop("PYTHONPATH", None)
        self._process = subprocess.Popen(
            [sys.executable, "-c", DRAW, str(checkout.resolve()), *map(str, SIZE)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
            cwd=tempfile.gettempdir(),
        )

    def seconds(self, first: int, last: int) -> float:
        """CPU seconds per room of the rooms `first` to `last` - 1."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{first} {last}\n")
        self._process.stdin.flush()
        return float(self._process.stdout.readline())


def compare(checkouts: list[Path], rounds: int) -> dict[str, object]:
    """Seconds per room of each checkout, and of two how much faster the first is."""
    drawers = [Drawer(checkout) for checkout in checkouts]
    seconds: list[list[float]] = []
    for number in range(rounds):
        first = number * ROOMS_PER_ROUND
        turns = drawers if number % 2 else drawers[::-1]
        measured = {drawer: drawer.seconds(first, first + ROOMS_PER_ROUND) for drawer in turns}
        seconds.append([measured[drawer] for drawer in drawers])
    columns = list(zip(*seconds, strict=True))
    result: dict[str, object] = {"rounds": rounds, "cpu_seconds_per_room": spread(list(columns[0]))}
    if len(columns) == 2:
        result["cpu_seconds_per_room_before"] = spread(list(columns[1]))
        result["times_faster"] = spread([before / now for now, before in seconds])
    return result


def draw_set(train: int, val: int) -> dict[str, object]:
    """Wall and CPU seconds of all processes in which `mtan-edu data rooms` draws a new set."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "mtan_edu", "data", "rooms", "--size", f"{SIZE[0]}x{SIZE[1]}"]
        command += ["--train", str(train), "--val", str(val), "--data-folder", folder]
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run(command, check=True, cwd=HERE, capture_output=True)
        wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    load = round(os.getloadavg()[0], 1)  # of others too: seconds tell little if it is far above the processors
    return {"rooms": train + val, "wall_seconds": round(wall, 1), "cpu_seconds": round(cpu, 1), "load_average": load}


def spread(values: list[float]) -> dict[str, float]:
    """Median, least and greatest."""
    figures = {"median": statistics.median(values), "min": min(values), "max": max(values)}
    return {name: round(value, 4) for name, value in figures.items()}


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--against", type=Path, help="another checkout")
    parser.add_argument("--set", metavar="TRAIN+VAL", help="draw a whole set too")
    options = parser.parse_args()
    result: dict[str, object] = {
        "size": f"{SIZE[0]}x{SIZE[1]}",
        "machine": {"processors": os.cpu_count(), "python": platform.python_version(), "numpy": np.__version__},
        **compare([HERE, options.against] if options.against else [HERE], options.rounds),
    }
    if options.set:
        result["set"] = draw_set(*map(int, options.set.split("+")))
    RESULTS.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
