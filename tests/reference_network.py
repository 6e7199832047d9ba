"""An oracle: MTAN, STAN, split and single SegNets as plain functions of named tensors.

Written from the description of the reference code's architecture, under its names, and independent of
`mtan_edu.models`. It is itself held against the reference code's figures in `test_parity.py`.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

State = dict[str, Tensor]


def predict(state: State, image: Tensor, training: bool) -> list[Tensor]:
    """Raw outputs in the order of the tasks. Updates the running statistics in `state` when training."""
    net = _Network(state, training)
    encoder, decoder = net.trunk(image)
    heads = ["pred_task"] if "pred_task.0.weight" in state else ["pred_task1", "pred_task2", "pred_task3"]
    outputs = []
    for task, head in enumerate(heads):
        has_masks = f"encoder_att.{task}.0.0.weight" in state
        features = net.attend(task, encoder, decoder) if has_masks else decoder[0][1]
        hidden = net.conv(f"{head}.0", features, padding=1)
        outputs.append(net.conv(f"{head}.1", hidden, padding=0))
    return outputs


class _Network:
    def __init__(self, state: State, training: bool) -> None:
        self.state, self.training = state, training

    def conv(self, name: str, x: Tensor, padding: int) -> Tensor:
        return F.conv2d(x, self.state[f"{name}.weight"], self.state[f"{name}.bias"], padding=padding)

    def norm(self, name: str, x: Tensor) -> Tensor:
        mean, var, weight, bias = (
            self.state[f"{name}.{part}"] for part in ("running_mean", "running_var", "weight", "bias")
        )
        return F.batch_norm(x, mean, var, weight, bias, training=self.training)

    def c3(self, name: str, x: Tensor) -> Tensor:
        return torch.relu(self.norm(f"{name}.1", self.conv(f"{name}.0", x, padding=1)))

    def rest(self, name: str, x: Tensor) -> Tensor:
        """One block, or two where the names say so."""
        if f"{name}.0.weight" in self.state:
            return self.c3(name, x)
        return self.c3(f"{name}.1", self.c3(f"{name}.0", x))

    def mask(self, name: str, x: Tensor) -> Tensor:
        hidden = torch.relu(self.norm(f"{name}.1", self.conv(f"{name}.0", x, padding=0)))
        return torch.sigmoid(self.norm(f"{name}.4", self.conv(f"{name}.3", hidden, padding=0)))

    def trunk(self, x: Tensor) -> tuple[list[tuple[Tensor, Tensor]], dict[int, tuple[Tensor, Tensor]]]:
        encoder, where = [], []
        for j in range(5):
            u = self.c3(f"encoder_block.{j}", x)
            p = self.rest(f"conv_block_enc.{j}", u)
            x, indices = F.max_pool2d(p, 2, return_indices=True)
            encoder.append((u, p))
            where.append(indices)
        decoder = {}
        for k in (4, 3, 2, 1, 0):
            v = F.max_unpool2d(x, where[k], 2)
            x = self.rest(f"conv_block_dec.{k}", self.c3(f"decoder_block.{k}", v))
            decoder[k] = (v, x)
        return encoder, decoder

    def attend(self, t: int, encoder: list[tuple[Tensor, Tensor]], decoder: dict[int, tuple[Tensor, Tensor]]) -> Tensor:
        e = None
        for j, (u, p) in enumerate(encoder):
            seen = u if e is None else torch.cat([u, e], dim=1)
            masked = self.mask(f"encoder_att.{t}.{j}", seen) * p
            e = F.max_pool2d(self.c3(f"encoder_block_att.{j}", masked), 2)
        for k, (v, q) in decoder.items():
            doubled = F.interpolate(e, scale_factor=2, mode="bilinear", align_corners=True)
            s = self.c3(f"decoder_block_att.{k}", doubled)
            e = self.mask(f"decoder_att.{t}.{k}", torch.cat([v, s], dim=1)) * q
        return e


def shapes(widths: tuple[int, ...], out_channels: list[int], attention: bool, logsigma: bool) -> dict[str, tuple]:
    """Name and shape of every tensor of such a network."""
    w, found = widths, {"logsigma": (len(out_channels),)} if logsigma else {}

    def conv(name: str, a: int, b: int, size: int) -> None:
        found.update({f"{name}.weight": (b, a, size, size), f"{name}.bias": (b,)})

    def conv_norm(name: str, following: str, a: int, b: int, size: int) -> None:
        conv(name, a, b, size)
        found.update({f"{following}.{part}": (b,) for part in ("weight", "bias", "running_mean", "running_var")})
        found[f"{following}.num_batches_tracked"] = ()

    def c3(name: str, a: int, b: int) -> None:
        conv_norm(f"{name}.0", f"{name}.1", a, b, 3)

    for j in range(5):
        out = w[max(j - 1, 0)]
        c3(f"encoder_block.{j}", 3 if j == 0 else w[j - 1], w[j])
        c3(f"decoder_block.{j}", w[j], out)
        for side, width in (("enc", w[j]), ("dec", out)):
            for name in [f"conv_block_{side}.{j}"] if j < 2 else [f"conv_block_{side}.{j}.{i}" for i in (0, 1)]:
                c3(name, width, width)
        if attention:
            c3(f"encoder_block_att.{j}", w[j], w[min(j + 1, 4)])
            c3(f"decoder_block_att.{j}", w[j], out)
            for t in range(len(out_channels)):
                for side, a, c in (("encoder", w[j] * (1 if j == 0 else 2), w[j]), ("decoder", w[j] + out, out)):
                    conv_norm(f"{side}_att.{t}.{j}.0", f"{side}_att.{t}.{j}.1", a, c, 1)
                    conv_norm(f"{side}_att.{t}.{j}.3", f"{side}_att.{t}.{j}.4", c, c, 1)
    for t, channels in enumerate(out_channels):
        head = "pred_task" if len(out_channels) == 1 else f"pred_task{t + 1}"
        conv(f"{head}.0", w[0], w[0], 3)
        conv(f"{head}.1", w[0], channels, 1)
    return found


def semantic(output: Tensor, label: Tensor, classes: int) -> tuple[Tensor, Tensor, dict[str, float]]:
    """Prediction, loss and metrics, the way the reference computes them."""
    prediction = F.log_softmax(output, dim=1)
    seen, truth = prediction.argmax(1)[label >= 0].numpy(), label[label >= 0].numpy()
    hits = np.array([((seen == n) & (truth == n)).sum() for n in range(classes)])
    union = np.array([((seen == n) | (truth == n)).sum() for n in range(classes)])
    with np.errstate(invalid="ignore"):
        figures = {"mean_iou": float((hits / union).mean()), "pixel_accuracy": float((seen == truth).mean())}
    return prediction, F.nll_loss(prediction, label, ignore_index=-1), figures


def depth(output: Tensor, truth: Tensor) -> tuple[Tensor, Tensor, dict[str, float]]:
    """Prediction, loss and metrics."""
    error = (output - truth).abs()[truth != 0]
    figures = {"absolute_error": error.mean().item(), "relative_error": (error / truth[truth != 0]).mean().item()}
    return output, error.mean(), figures


def normal(output: Tensor, truth: Tensor) -> tuple[Tensor, Tensor, dict[str, float]]:
    """Prediction, loss and metrics."""
    prediction = output / output.norm(dim=1, keepdim=True)
    cosine = (prediction * truth).sum(dim=1)[(truth != 0).any(dim=1)]
    angle = np.degrees(np.arccos(cosine.detach().clamp(-1, 1).numpy()))
    figures = {"angle_mean": float(angle.mean()), "angle_median": float(np.median(angle))}
    figures |= {f"within_{limit}": float((angle < limit).mean()) for limit in (11.25, 22.5, 30)}
    return prediction, 1 - cosine.mean(), figures
