from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from mtan_edu.data import Compose, RandomFlip, RandomScaleCrop, Sample
from mtan_edu.data.transforms import Window, mirror, zoom
from tests.data.small_sets import sample

HEIGHT, WIDTH, FOCAL = 32, 64, 50.0
CENTER = ((HEIGHT - 1) / 2, (WIDTH - 1) / 2)  # row and column that the optical axis meets


def equal(first: Sample, second: Sample) -> bool:
    same = [torch.equal(first.targets[name], second.targets[name]) for name in first.targets]
    return torch.equal(first.image, second.image) and all(same)


def plane(normal, distance=2.0, focal=FOCAL, center=CENTER) -> Sample:
    """What a camera sees of the plane n · P = -distance, with x right, y up and z towards the camera."""
    n = torch.tensor(normal) / torch.tensor(normal).norm()
    row, column = torch.meshgrid(torch.arange(HEIGHT), torch.arange(WIDTH), indexing="ij")
    ray = torch.stack([(column - center[1]) / focal, -(row - center[0]) / focal, -torch.ones(HEIGHT, WIDTH)])
    depth = -distance / (n[:, None, None] * ray).sum(dim=0)
    assert (depth > 0).all()
    normals = n[:, None, None].expand(3, HEIGHT, WIDTH).contiguous()
    return Sample(torch.rand(3, HEIGHT, WIDTH), {"depth": depth[None].float(), "normal": normals.float()})


def fitted_normal(depth, focal, center) -> torch.Tensor:
    """Normal of the plane through a depth map: 1 / Z = -(n · ray) / distance is linear in row and column."""
    row, column = torch.meshgrid(torch.arange(HEIGHT), torch.arange(WIDTH), indexing="ij")
    ray = torch.stack([(column - center[1]) / focal, -(row - center[0]) / focal, -torch.ones(HEIGHT, WIDTH)], dim=-1)
    solution = torch.linalg.lstsq(ray.reshape(-1, 3), -1 / depth.reshape(-1, 1)).solution[:, 0]
    return solution / solution.norm()


def angle_deg(first, second) -> float:
    return float(torch.rad2deg(torch.acos((first * second).sum().clamp(-1, 1))))


WALL = (0.4, 0.3, 0.8)


@pytest.mark.parametrize("window", [Window(1.2, 0, 0), Window(1.2, 5, 10), Window(1.5, 3, 21)])
def test_a_zoomed_plane_is_a_plane_with_the_same_normal_for_a_camera_of_longer_focal_length(window):
    zoomed = zoom(plane(WALL), window)
    focal = window.scale * FOCAL
    center = [
        window.scale * (axis - first + 0.5) - 0.5 for axis, first in zip(CENTER, (window.top, window.left), strict=True)
    ]
    normal = zoomed.targets["normal"][:, 0, 0]
    torch.testing.assert_close(normal, plane(WALL).targets["normal"][:, 0, 0])
    assert angle_deg(fitted_normal(zoomed.targets["depth"], focal, center), normal) < 0.5


def test_seen_by_the_old_camera_a_zoomed_plane_leans_as_the_docstring_says():
    window = Window(1.5, 5, 10)
    zoomed = zoom(plane(WALL), window)
    center = [1.5 * (axis - first + 0.5) - 0.5 for axis, first in zip(CENTER, (window.top, window.left), strict=True)]
    squeezed = torch.tensor([WALL[0], WALL[1], 1.5 * WALL[2]])
    assert angle_deg(fitted_normal(zoomed.targets["depth"], FOCAL, center), squeezed / squeezed.norm()) < 0.5
    assert angle_deg(squeezed / squeezed.norm(), zoomed.targets["normal"][:, 0, 0]) > 5


@pytest.mark.parametrize("window", [Window(1.2, 5, 10), Window(1.5, 10, 0)])
def test_every_target_shows_the_place_that_the_image_shows(window):
    rows, columns = torch.meshgrid(torch.arange(HEIGHT), torch.arange(WIDTH), indexing="ij")
    places = torch.stack([rows, columns, rows]) / 64
    depth = (rows * WIDTH + columns).float()[None] + 1
    zoomed = zoom(Sample(places, {"semantic": rows * WIDTH + columns, "depth": depth}), window)
    at = zoomed.targets["semantic"]
    inner = (slice(1, -1), slice(1, -1))
    assert ((at // WIDTH - zoomed.image[0] * 64).abs()[inner] <= 0.51).all()
    assert ((at % WIDTH - zoomed.image[1] * 64).abs()[inner] <= 0.51).all()
    torch.testing.assert_close(zoomed.targets["depth"], (at[None] + 1) / window.scale)


def test_twice_the_size_repeats_pixels_and_halves_depth():
    depth = torch.arange(1.0, 9.0).reshape(1, 2, 4)
    zoomed = zoom(Sample(torch.zeros(3, 2, 4), {"depth": depth}), Window(2.0, 1, 2))
    assert zoomed.targets["depth"].tolist() == [[[3.5, 3.5, 4.0, 4.0], [3.5, 3.5, 4.0, 4.0]]]


def test_inverse_depth_is_multiplied_where_depth_is_divided():
    inverse = torch.arange(1.0, 9.0).reshape(1, 2, 4)
    original = Sample(torch.zeros(3, 2, 4), {"depth": inverse}, {"depth": "inverse depth"})
    zoomed = zoom(original, Window(2.0, 1, 2))
    assert zoomed.targets["depth"].tolist() == [[[14.0, 14.0, 16.0, 16.0], [14.0, 14.0, 16.0, 16.0]]]
    assert zoomed.quantities == {"depth": "inverse depth"}
    assert mirror(original).targets["depth"].tolist() == [[[4.0, 3.0, 2.0, 1.0], [8.0, 7.0, 6.0, 5.0]]]


def test_a_zoomed_plane_has_the_same_inverse_depth_whichever_way_it_is_measured():
    depth, window = plane(WALL), Window(1.5, 3, 21)
    inverse = Sample(depth.image, {"depth": 1 / depth.targets["depth"]}, {"depth": "inverse depth"})
    torch.testing.assert_close(zoom(inverse, window).targets["depth"], 1 / zoom(depth, window).targets["depth"])


def test_colors_are_mixed_by_nearness():
    image = torch.tensor([0.0, 1.0, 0.0, 0.0]).expand(3, 2, 4).contiguous()
    zoomed = zoom(Sample(image, {}), Window(2.0, 0, 0))
    assert zoomed.image[0, 0].tolist() == [0.0, 0.25, 0.75, 0.75]  # places -¼, ¼, ¾, 1¼


@given(seed=st.integers(0, 999), scale=st.floats(1.0, 3.0), place=st.tuples(st.floats(0, 1), st.floats(0, 1)))
def test_zoomed_normals_have_length_one_exactly_where_depth_is_known(seed, scale, place):
    top, left = (int(share * (side - side / scale)) for share, side in zip(place, (32, 64), strict=True))
    zoomed = zoom(sample(seed=seed), Window(scale, top, left))
    known = (zoomed.targets["depth"] > 0).float()[0]
    length = zoomed.targets["normal"].square().sum(dim=0).sqrt()
    torch.testing.assert_close(length, known)
    assert 0 <= zoomed.image.min() <= zoomed.image.max() <= 1


def test_an_unknown_neighbor_does_not_bend_a_normal():
    normal = torch.zeros(3, 4, 8)
    normal[:, :, :4] = torch.tensor([0.6, 0.0, 0.8])[:, None, None]
    zoomed = zoom(Sample(torch.zeros(3, 4, 8), {"normal": normal}), Window(1.5, 0, 1)).targets["normal"]
    known = zoomed.any(dim=0)
    torch.testing.assert_close(zoomed[:, known], torch.tensor([0.6, 0.0, 0.8])[:, None].expand(3, int(known.sum())))
    assert known[0].tolist() == [True, True, True, True, False, False, False, False]


def test_normals_that_cancel_give_way_to_the_nearest():
    normal = torch.zeros(3, 2, 4)
    normal[0] = torch.tensor([1.0, 1.0, -1.0, -1.0])
    zoomed = zoom(Sample(torch.zeros(3, 2, 4), {"normal": normal}), Window(1.6, 0, 1)).targets["normal"]
    assert set(zoomed[0].unique().tolist()) == {-1.0, 1.0}


def test_mirrored_twice_is_what_it_was():
    original = sample()
    assert not equal(mirror(original), original)
    assert equal(mirror(mirror(original)), original)


def test_a_mirrored_plane_is_a_plane_with_the_mirrored_normal():
    mirrored = mirror(plane(WALL))
    normal = mirrored.targets["normal"][:, 0, 0]
    assert normal[0] < 0
    assert angle_deg(fitted_normal(mirrored.targets["depth"], FOCAL, CENTER), normal) < 0.1


def test_zooming_by_one_changes_nothing():
    assert equal(zoom(sample(), Window(1.0, 0, 0)), sample())


@given(seed=st.integers(0, 999))
def test_one_generator_state_gives_one_result_of_the_same_size_and_types(seed):
    transform = Compose(RandomScaleCrop(), RandomFlip())
    original = sample()
    first = transform(original, np.random.default_rng(seed))
    assert equal(first, transform(original, np.random.default_rng(seed)))
    assert equal(original, sample())
    assert {name: (t.shape, t.dtype) for name, t in first.targets.items()} == {
        name: (t.shape, t.dtype) for name, t in original.targets.items()
    }


def test_scale_crop_reaches_every_scale_and_both_ends():
    height = torch.arange(32.0).reshape(1, 32, 1).expand(1, 32, 64) + 1
    generator, seen = np.random.default_rng(0), set()
    for _ in range(300):
        depth = RandomScaleCrop((1, 2))(Sample(torch.zeros(3, 32, 64), {"depth": height}), generator).targets["depth"]
        seen.add((float(depth[0, 0, 0]), float(depth[0, -1, 0])))
    assert {(1.0, 32.0), (0.5, 8.0), (8.5, 16.0)} <= seen


def test_about_half_of_the_samples_are_flipped():
    generator, original = np.random.default_rng(0), sample()
    flipped = sum(not equal(RandomFlip()(original, generator), original) for _ in range(200))
    assert 80 < flipped < 120


@pytest.mark.parametrize("window", [Window(0.9, 0, 0), Window(1.5, -1, 0), Window(1.5, 11, 0), Window(1.0, 0, 1)])
def test_a_window_outside_the_image_gets_a_sentence(window):
    with pytest.raises(ValueError, match="`window` must"):
        zoom(sample(), window)


@pytest.mark.parametrize("scales", [(), (0.5,), (1, float("nan")), (float("inf"),)])
def test_impossible_scales_get_a_sentence(scales):
    with pytest.raises(ValueError, match="`scales` must be"):
        RandomScaleCrop(scales)


def test_a_target_without_a_rule_gets_a_sentence():
    with pytest.raises(ValueError, match="`targets` must be among semantic, depth, normal, inverse depth; got flow"):
        mirror(Sample(torch.zeros(3, 2, 4), {"flow": torch.zeros(2, 2, 4)}))


def test_the_class_of_a_whole_image_stays_what_it_is():
    digit = Sample(torch.rand(3, HEIGHT, WIDTH), {"digits": torch.tensor(7)})
    for changed in (mirror(digit), zoom(digit, Window(1.5, 3, 21))):
        assert changed.targets == {"digits": torch.tensor(7)}
        assert not torch.equal(changed.image, digit.image)
