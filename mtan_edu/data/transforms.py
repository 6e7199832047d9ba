"""Joint transforms: what changes the image changes every target with it, and the geometry stays true.

A transform is called with a sample and a generator, and draws from nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from mtan_edu.data.batch import Sample
from mtan_edu.data.loading import Augmentation


@dataclass(frozen=True)
class Window:
    """A part of the image that is enlarged to the size of the whole.

    Attributes:
        scale: Enlargement, at least 1.
        top: First row of the part.
        left: First column of the part.
    """

    scale: float
    top: int
    left: int

    def places(self, height: int, width: int) -> tuple[Tensor, Tensor]:
        """Row and column that each new pixel's center shows, `(H,)` and `(W,)`; 0 is the center of the first pixel."""
        new_rows, new_columns = (torch.arange(side, dtype=torch.float64) + 0.5 for side in (height, width))
        return self.top + new_rows / self.scale - 0.5, self.left + new_columns / self.scale - 0.5

    def nearest(self, height: int, width: int) -> tuple[Tensor, Tensor]:
        """Row and column of the pixel that each new pixel's center falls into, `(H,)` and `(W,)` int64."""
        rows, columns = self.places(height, width)
        return torch.floor(rows + 0.5).long(), torch.floor(columns + 0.5).long()


def zoom(sample: Sample, window: Window) -> Sample:
    """The part of a sample that `window` shows, at the size of the whole.

    New pixel (i, j) shows the place (top + (i + ½)/s, left + (j + ½)/s) of the old image, with s the scale exactly, in
    both directions. The result is the true picture of the same scene, s times smaller in every direction, taken by a
    camera with s times the focal length f: depth Z becomes Z/s, normals stay as they are, and a plane stays that plane.
    (Seen as if by the old camera, depth Z/s alone would be a scene squeezed along z, with normals ∝ (n_x, n_y, s n_z).)

    Raises:
        ValueError: If the window does not lie in the image, or a map has no rule in `TARGET_RULES`.

    References:
        Liu et al.'s code divides depth by the scale, too. Differs: it leaves the resized normals shorter than 1, rounds
        the part's sides down, so that the scales along x and y differ, and aligns the centers of corner pixels. Code
        of later papers divides CityScapes' inverse depth, too, which brings near things further away; here it is
        multiplied.
    """
    height, width = sample.image.shape[-2:]
    if window.scale < 1 or min(window.top, window.left) < 0:
        raise ValueError(f"`window` must have a scale of at least 1 and lie in the image; got {window}.")
    rows, columns = window.nearest(height, width)
    if rows[-1] >= height or columns[-1] >= width:
        raise ValueError(f"`window` must lie in the image of {height}x{width}; got {window}. Move or enlarge it.")
    if window.scale == 1:
        return sample
    return _changed(sample, _bilinear(sample.image, window), lambda rule, target: rule.zoom(target, window))


def mirror(sample: Sample) -> Sample:
    """A sample seen in a mirror: left and right change places, and so does the sign of the normals' x."""
    return _changed(sample, sample.image.flip(-1), lambda rule, target: rule.mirror(target))


@dataclass(frozen=True)
class TargetRule:
    """How one kind of target follows the image.

    Attributes:
        zoom: Target and window to the target of the enlarged part.
        mirror: Target to the target of the mirrored image.
    """

    zoom: Callable[[Tensor, Window], Tensor]
    mirror: Callable[[Tensor], Tensor]


def _changed(sample: Sample, image: Tensor, change: Callable[[TargetRule, Tensor], Tensor]) -> Sample:
    maps = {name: target for name, target in sample.targets.items() if target.ndim > 0}
    kinds = {name: sample.quantities.get(name, name) for name in maps}
    unknown = [kind for kind in kinds.values() if kind not in TARGET_RULES]
    if unknown:
        raise ValueError(
            f"`targets` must be among {', '.join(TARGET_RULES)}; got {', '.join(unknown)}. "
            "Add a rule that says how the target follows the image."
        )
    changed = {name: change(TARGET_RULES[kinds[name]], target) for name, target in maps.items()}
    return Sample(image, {**sample.targets, **changed}, sample.quantities)  # the class of a whole image stays


def _nearest(target: Tensor, window: Window) -> Tensor:
    """The old pixel nearest to each new pixel's center, `(..., H, W)`."""
    rows, columns = window.nearest(*target.shape[-2:])
    return target.index_select(-2, rows).index_select(-1, columns)


def _bilinear(planes: Tensor, window: Window) -> Tensor:
    """The mean of the four old pixels around each new pixel's center, weighted by nearness, `(C, H, W)`."""
    rows, columns = window.places(*planes.shape[-2:])
    return _between(_between(planes, rows, -2), columns, -1)


def _between(planes: Tensor, places: Tensor, dim: int) -> Tensor:
    """Values at fractional indices along one axis; at the border the last pixel goes on."""
    last = planes.shape[dim] - 1
    places = places.clamp(0, last)
    before = places.floor().long()
    share = (places - before).to(planes.dtype)
    low, high = planes.index_select(dim, before), planes.index_select(dim, (before + 1).clamp(max=last))
    return torch.lerp(low, high, share if dim == -1 else share[:, None])


def _zoom_depth(depth: Tensor, window: Window) -> Tensor:
    return _nearest(depth, window) / window.scale


def _zoom_inverse_depth(inverse_depth: Tensor, window: Window) -> Tensor:
    """Depth Z becomes Z/s, and so 1/Z becomes s/Z."""
    return _nearest(inverse_depth, window) * window.scale


def _zoom_normal(normal: Tensor, window: Window) -> Tensor:
    """Bilinear and of unit length again; known exactly where the nearest old pixel is, as depth and labels are.

    An unknown neighbor is (0, 0, 0) and so adds nothing to the direction. The nearest pixel weighs at least ¼; a mean
    shorter than that is one of normals that cancel, as across the edge of a thin object, and gives way to the nearest.
    """
    nearest, mean = _nearest(normal, window), _bilinear(normal, window)
    length = mean.square().sum(dim=0, keepdim=True).sqrt()  # (1, H, W); fifty times as fast as norm(dim=0)
    known = (nearest != 0).any(dim=0, keepdim=True)
    unit = torch.where(length > 0.24, mean / length.clamp(min=0.24), nearest)
    return unit * known


def _mirror_map(target: Tensor) -> Tensor:
    return target.flip(-1)


def _mirror_normal(normal: Tensor) -> Tensor:
    return normal.flip(-1) * normal.new_tensor([-1, 1, 1])[:, None, None]


TARGET_RULES: Mapping[str, TargetRule] = {
    "semantic": TargetRule(_nearest, _mirror_map),
    "depth": TargetRule(_zoom_depth, _mirror_map),
    "normal": TargetRule(_zoom_normal, _mirror_normal),
    "inverse depth": TargetRule(_zoom_inverse_depth, _mirror_map),
}
"""What a target measures (its name, unless the sample says another quantity) to how it follows the image."""


class RandomScaleCrop:
    """Enlarges a random part of the image to the size of the whole.

    Args:
        scales: Enlargements to draw from, each at least 1.

    Raises:
        ValueError: If there is no scale, or one is below 1.
    """

    def __init__(self, scales: Sequence[float | int] = (1, 1.2, 1.5)) -> None:
        if not scales or not all(1 <= scale < np.inf for scale in scales):
            raise ValueError(
                f"`scales` must be numbers of at least 1; got {list(scales)}. The code of the paper uses 1, 1.2, 1.5."
            )
        self.scales = tuple(float(scale) for scale in scales)

    def __call__(self, sample: Sample, generator: np.random.Generator) -> Sample:
        """Draw a scale, a row and a column, and zoom there."""
        scale = self.scales[generator.integers(len(self.scales))]
        height, width = sample.image.shape[-2:]
        top = int(generator.integers(int(height - height / scale) + 1))
        left = int(generator.integers(int(width - width / scale) + 1))
        return zoom(sample, Window(scale, top, left))


class RandomFlip:
    """Mirrors every second sample, by chance."""

    def __call__(self, sample: Sample, generator: np.random.Generator) -> Sample:
        """Toss a coin, and mirror."""
        return mirror(sample) if generator.random() < 0.5 else sample


class Compose:
    """One transform after the other, with one generator.

    Args:
        *transforms: What to do, in this order.
    """

    def __init__(self, *transforms: Augmentation) -> None:
        self.transforms = transforms

    def __call__(self, sample: Sample, generator: np.random.Generator) -> Sample:
        """Apply all transforms."""
        for transform in self.transforms:
            sample = transform(sample, generator)
        return sample
