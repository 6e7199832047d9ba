"""What the room must never pull in, checked in a fresh interpreter: records are drawn without torch."""

import base64
import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
from nbclient import NotebookClient

REPOSITORY = Path(__file__).resolve().parents[2]

DRAW_EVERYTHING = """
import sys
sys.modules["torch"] = None  # any import of torch fails from here on
sys.path.insert(0, ".")
from mtan_edu import visualization as v
assert "matplotlib.pyplot" not in sys.modules and "IPython" not in sys.modules and "seaborn" not in sys.modules
from tests.visualization.planted import TASKS, architecture, gains, gradients, masks, predictions, run
record, predicted = masks(), predictions()
figures = [
    v.show_losses(run()), v.show_weights(run()), v.show_metrics(run()), v.show_metrics({"a": run(), "b": run(1)}),
    v.show_masks(record), v.show_mask_difference(record, "semantic", "depth"),
    v.show_mask_history([record], "depth", "encoder_1"), v.show_predictions(predicted),
    v.show_architecture(architecture()),
    v.show_sample(predicted.images[0], {"depth": predicted.targets["depth"][0]}, TASKS),
    v.explore(lambda image: v.show_masks(record, image), image=range(2)).figure,
    v.show_delta_m({"mtan": gains()}), v.show_gradient_conflicts(gradients()), v.show_conflict_history([gradients()]),
    v.show_gradient_norms(gradients()), v.show_update_shares(gradients()), v.show_training_rates(run()),
]
live = v.LiveCurves(TASKS)
live.update(run().epochs[0])
assert all(figure.png() and figure.alt for figure in [*figures, live.figure])
assert "matplotlib.pyplot" not in sys.modules and "ipywidgets" not in sys.modules


class Absent:  # as on a machine without torch; SciPy, which seaborn imports, stumbles over the None above
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "torch":
            raise ModuleNotFoundError(name)


del sys.modules["torch"]
sys.meta_path.insert(0, Absent())
assert v.show_mask_statistics(record).png()
"""

NOTEBOOK = [
    "from mtan_edu import visualization as v\nfrom tests.visualization.planted import *\nrecord = masks()",
    "v.show_masks(record)",
    "live = v.LiveCurves(TASKS, epochs=3, min_seconds=0)\nfor each in live.follow(run().epochs):\n    pass",
    "view = v.explore(lambda image: v.show_masks(record, image), image=range(2))",
    "view.settings = {'image': 1}",
]


def test_every_figure_is_drawn_from_records_without_torch_and_pyplot_and_without_a_word():
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", DRAW_EVERYTHING], cwd=REPOSITORY, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout == result.stderr == ""


def test_a_headless_notebook_keeps_one_png_per_figure_the_last_of_a_live_one_and_before_its_controls():
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in NOTEBOOK])
    NotebookClient(notebook, timeout=100, resources={"metadata": {"path": str(REPOSITORY)}}).execute()
    shown = [[sorted(output.get("data", {})) for output in cell.outputs] for cell in notebook.cells]
    png = ["image/png", "text/plain"]
    widget = ["application/vnd.jupyter.widget-view+json", "text/plain"]
    assert shown == [[], [png], [png, widget], [png, widget], []]
    masks, live = notebook.cells[1].outputs[0], notebook.cells[2].outputs[0]
    assert masks.metadata["image/png"]["alt"] == masks.data["text/plain"]
    assert live.data["text/plain"].startswith("Epoch 3 of 3")
    states = notebook.metadata["widgets"]["application/vnd.jupyter.widget-state+json"]["state"].values()
    kept = [state for state in states if state["model_name"] == "AnyModel" and "_index" in state["state"]]
    (rows,) = [buffer["data"] for state in kept for buffer in state["buffers"] if buffer["path"] == ["_data"]]
    assert np.frombuffer(base64.b64decode(rows), "<f8").reshape(3, 13)[:, 0].tolist() == [1, 2, 3]
