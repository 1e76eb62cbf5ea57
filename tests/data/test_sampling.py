from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
import torch

from llcodec.data.camera_curve import srgb_to_light
from llcodec.data.pairs import Pair
from llcodec.data.sampling import Batch, CropSampler, Mix, Sources, gather_sources
from llcodec.errors import InputError
from llcodec.nets.constants import THUMBNAIL_SIZE

NAMES = [field.name for field in fields(Batch)]


def coded(height: int, width: int, blue: int) -> np.ndarray:
    """Pixels that tell where they are: row, column, and which picture."""
    rows, columns = np.mgrid[:height, :width]
    return np.stack((rows, columns, np.full_like(rows, blue)), 2).astype(np.uint8)


def pair(name: str, height: int = 60, width: int = 80) -> Pair:
    high = coded(height, width, 200)
    return Pair(name, high // 4, high)


@pytest.fixture(scope="module")
def sources() -> Sources:
    return gather_sources([pair("a"), pair("b", 48, 50)], [coded(64, 70, 120), coded(50, 90, 130)])


def sampler(sources: Sources, mix: Mix, seed: int = 0) -> CropSampler:
    return CropSampler(sources, mix, np.random.default_rng(seed))


def equal(a: Batch, b: Batch) -> bool:
    return all(torch.equal(getattr(a, n), getattr(b, n)) for n in NAMES)


def test_thumbnails_are_of_whole_pictures(sources: Sources) -> None:
    assert len(sources.pairs) == len(sources.pair_thumbnails) == 2
    low, high = sources.pair_thumbnails[0]
    assert low.shape == high.shape == (*THUMBNAIL_SIZE, 3)
    assert high.mean() == pytest.approx(sources.pairs[0].high.mean() / 255, rel=1e-3)


@pytest.mark.parametrize("mix", [Mix(1, 0), Mix(0, 1), Mix(0, 0), Mix(0, 0, 1), Mix()])
@pytest.mark.parametrize("size", [16, 64])
def test_shapes_and_ranges(sources: Sources, mix: Mix, size: int) -> None:
    batch = sampler(sources, mix).crops(5, size)
    assert batch.low.shape == batch.high.shape == (5, 3, size, size)
    assert batch.low_thumbnail.shape == batch.high_thumbnail.shape == (5, 3, *THUMBNAIL_SIZE)
    for tensor in (getattr(batch, name) for name in NAMES):
        assert tensor.dtype == torch.float32
        # Crops that are larger than their picture reach beyond its end.
        assert tensor.min() >= (-1 if tensor is batch.places else 0)
        assert tensor.max() <= (2 if tensor is batch.places else 1)


def test_batches_repeat_from_a_seed_and_continue_from_a_state(sources: Sources) -> None:
    one, two = sampler(sources, Mix(), 3), sampler(sources, Mix(), 3)
    assert equal(one.crops(6, 16), two.crops(6, 16))
    two.rng.bit_generator.state = one.rng.bit_generator.state
    assert equal(one.crops(6, 16), two.crops(6, 16))
    assert not equal(one.crops(6, 16), sampler(sources, Mix(), 4).crops(6, 16))


def test_dark_and_bright_crops_show_the_same_place(sources: Sources) -> None:
    """The jitter scales the dark one; where it is a quarter, no pixel is off by a row."""
    batch = sampler(sources, Mix(1, 0)).crops(12, 32)
    for low, high in zip(batch.low, batch.high, strict=True):
        expected = high / 4
        factor = float((low * expected).sum() / expected.square().sum())
        assert 0.6 < factor < 1.4
        assert (low - factor * expected).abs().max() < 3 / 255


def test_the_thumbnail_is_jittered_as_its_crop_is(sources: Sources) -> None:
    batch = sampler(sources, Mix(1, 0)).crops(12, 40)
    small = torch.from_numpy(sources.pair_thumbnails[0][0]).permute(2, 0, 1)
    other = torch.from_numpy(sources.pair_thumbnails[1][0]).permute(2, 0, 1)
    for low, high, mine in zip(batch.low, batch.high, batch.low_thumbnail, strict=True):
        factor = float(low[2].mean() / (high[2].mean() / 4))
        errors = [float((mine - factor * t).abs().max()) for t in (small, other)]
        assert min(errors) < 0.01


def test_shares_of_the_mix(sources: Sources) -> None:
    """Blue tells the kind: pairs have 200 in the bright one; pictures as they are do not change."""
    batch = sampler(sources, Mix(pairs=0.5, darkened=0.3)).crops(600, 8)
    pairs = (batch.high[:, 2, 0, 0] * 255).round() == 200
    same = (batch.low == batch.high).flatten(1).all(1)
    assert float(pairs.float().mean()) == pytest.approx(0.5, abs=0.07)
    assert float((same & ~pairs).float().mean()) == pytest.approx(0.2, abs=0.06)
    darkened = ~pairs & ~same
    assert (batch.low[darkened].mean((1, 2, 3)) < batch.high[darkened].mean((1, 2, 3))).all()
    lit = sampler(sources, Mix(pairs=0.2, darkened=0.1, lit=0.4)).crops(300, 8)
    same = (lit.low == lit.high).flatten(1).all(1)
    assert float(same.float().mean()) == pytest.approx(0.3, abs=0.08)


def test_lit_pictures_are_wanted_at_half_the_contrast_of_their_light() -> None:
    """In stops, a grey wall that lamps light varies twice as much as it should come out."""
    wall = gather_sources([], [np.full((60, 90, 3), 150, np.uint8)])
    batch = sampler(wall, Mix(0, 0, 1)).thumbnails(30)
    low, high = (srgb_to_light(t.numpy()).mean(1).reshape(30, -1) for t in (batch.low, batch.high))
    assert (low <= high + 1e-3).all()
    stops = [np.log2(np.quantile(t, 0.99, 1) / np.quantile(t, 0.01, 1)) for t in (low, high)]
    clear = stops[0] > 2
    assert clear.sum() > 10
    assert (stops[1][clear] < 0.8 * stops[0][clear]).all()
    assert (stops[1][clear] > 0.2 * stops[0][clear]).all()


def test_lamps_shine_on_a_crop_as_on_its_thumbnail(sources: Sources) -> None:
    """What is noise-free keeps its place: the brighter the crop, the brighter its thumbnail."""
    whole = gather_sources([], [np.full((64, 96, 3), 200, np.uint8)])
    batch = sampler(whole, Mix(0, 0, 1)).crops(40, 64)
    crops, small = (t.mean((1, 2, 3)).numpy() for t in (batch.high, batch.high_thumbnail))
    assert np.corrcoef(crops, small)[0, 1] > 0.8


def test_lamps_light_as_much_of_a_square_picture_as_of_its_thumbnail() -> None:
    square = gather_sources([], [np.full((96, 96, 3), 200, np.uint8)])
    batch = sampler(square, Mix(0, 0, 1)).crops(20, 96)
    crops, small = (t.mean((1, 2, 3)) for t in (batch.high, batch.high_thumbnail))
    assert (crops - small).abs().max() < 0.005


def test_crops_come_from_everywhere_in_all_eight_orientations(sources: Sources) -> None:
    crops = (sampler(sources, Mix(0, 0)).photographs(400, 8) * 255).round()
    assert crops.shape == (400, 3, 8, 8)
    corners = {
        tuple((c[:2, 0, 1] - c[:2, 0, 0]).tolist() + (c[:2, 1, 0] - c[:2, 0, 0]).tolist())
        for c in crops
    }
    assert len(corners) == 8
    assert crops[:, 0].min() == 0
    assert crops[:, 0].max() == 63
    assert crops[:, 1].max() == 89


def test_pictures_smaller_than_a_crop_are_mirrored() -> None:
    small = gather_sources([pair("s", 5, 7)], [coded(3, 2, 9)])
    batch = sampler(small, Mix(0.5, 0)).crops(20, 16)
    assert batch.high.shape == (20, 3, 16, 16)
    assert set((batch.high[:, 2] * 255).round().flatten().tolist()) <= {9.0, 200.0}
    assert (batch.high[:, 0] * 255).max() <= 6


def test_what_a_mix_needs_and_has_not_is_an_input_error() -> None:
    with pytest.raises(InputError, match="photographs"):
        sampler(gather_sources([pair("a")], []), Mix(0.1, 0.5)).crops(30, 8)
    with pytest.raises(InputError, match="pairs"):
        sampler(gather_sources([], [coded(9, 9, 1)]), Mix()).crops(30, 8)


def test_thumbnail_batches_are_whole_pictures(sources: Sources) -> None:
    batch = sampler(sources, Mix()).thumbnails(7)
    assert (
        batch.low.shape == batch.high.shape == batch.low_thumbnail.shape == (7, 3, *THUMBNAIL_SIZE)
    )
    pairs = sampler(sources, Mix(1, 0)).thumbnails(4)
    assert torch.equal(pairs.low, pairs.low_thumbnail)
    assert torch.equal(pairs.high, pairs.high_thumbnail)
    assert (pairs.low.mean((1, 2, 3)) < pairs.high.mean((1, 2, 3))).all()


def test_a_part_of_a_batch_is_that_part_of_the_whole(sources: Sources) -> None:
    whole, part = sampler(sources, Mix(), 5), sampler(sources, Mix(), 5)
    assert torch.equal(whole.crops(6, 16).low[2:4], part.crops(6, 16, slice(2, 4)).low)
    assert torch.equal(whole.photographs(4, 16)[1:2], part.photographs(4, 16, slice(1, 2)))
    assert equal(whole.crops(2, 16), part.crops(2, 16))  # both generators have moved alike


def test_pairs_of_some_folders_are_drawn_less_often() -> None:
    rare = [replace(pair(f"r{n}", 12, 12), source="rare") for n in range(3)]
    bright = [replace(p, high=coded(12, 12, 100), low=coded(12, 12, 100) // 4) for p in rare]
    mixed = gather_sources([*bright, replace(pair("often", 12, 12), source="often")], [])
    batch = sampler(mixed, Mix(1, 0, 0, {"rare": 0.1})).crops(800, 8)
    share = ((batch.high[:, 2, 0, 0] * 255).round() == 100).float().mean()
    assert float(share) == pytest.approx(0.3 / 1.3, abs=0.05)
    never = sampler(mixed, Mix(1, 0, 0, {"rare": 0.0})).crops(100, 8)
    assert ((never.high[:, 2] * 255).round() == 200).all()


def test_pairs_that_all_weigh_nothing_are_refused_where_they_are_drawn() -> None:
    all_zero = Mix(0.5, 0.1, weights={"folder": 0.0})
    source = [replace(pair("a"), source="folder")]
    with pytest.raises(InputError, match="all pairs the weight 0"):
        sampler(gather_sources(source, []), all_zero)
    sampler(gather_sources([*source, pair("b")], []), all_zero)
    sampler(gather_sources([], []), all_zero)
    sampler(gather_sources(source, []), replace(all_zero, pairs=0.0))


@pytest.mark.parametrize(
    "shares", [(-0.1, 0, 0), (0.5, -0.2, 0), (1.1, 0, 0), (0.6, 0.3, 0.2), (np.nan, 0, 0)]
)
def test_shares_that_do_not_make_a_whole_are_refused(shares: tuple[float, float, float]) -> None:
    with pytest.raises(InputError, match="shares of a mix"):
        Mix(*shares)


def test_shares_may_make_one_but_for_rounding() -> None:
    mix = Mix(0.56, 0.33, 0.11)
    assert mix.pairs + mix.darkened + mix.lit > 1


@pytest.mark.parametrize("weight", [-1.0, np.inf, np.nan])
def test_weights_that_cannot_be_drawn_by_are_refused(weight: float) -> None:
    with pytest.raises(InputError, match="weights of a mix"):
        Mix(weights={"folder": weight})


def test_without_jitter_dark_halves_are_as_they_are(sources: Sources) -> None:
    plain = sampler(sources, Mix(1, 0, jitter=False)).crops(20, 16)
    assert torch.equal((plain.high * 255).round() // 4, (plain.low * 255).round())
    jittered = sampler(sources, Mix(1, 0)).crops(20, 16)
    assert not torch.equal((jittered.high * 255).round() // 4, (jittered.low * 255).round())


def test_without_quarter_turns_rows_stay_rows(sources: Sources) -> None:
    def columns_vary_along_rows(mix: Mix) -> list[bool]:
        crops = sampler(sources, mix).photographs(20, 16)
        return (crops[:, 1].diff(dim=-1).abs() > 0).all((1, 2)).tolist()

    assert all(columns_vary_along_rows(Mix(turns=False)))
    assert not all(columns_vary_along_rows(Mix()))


def test_places_say_where_pixels_of_a_crop_lie() -> None:
    """The picture holds its own coordinates; every orientation, shrunk or not."""
    height, width = 60, 80
    ramp = np.zeros((height, width, 3), np.uint8)
    ramp[..., 0] = np.round((np.arange(width) + 0.5) * 255 / width)
    ramp[..., 1] = np.round((np.arange(height) + 0.5) * 255 / height)[:, None]
    whole = gather_sources([], [ramp])
    for mix in (Mix(0, 0), Mix(0, 0, shrunk=1.0)):
        batch = sampler(whole, mix).crops(60, 24)
        places = batch.places.permute(0, 3, 1, 2)
        error = (batch.low[:, :2] - (places + 1) / 2)[..., 1:-1, 1:-1]  # resampling ends there
        assert float(error.abs().max()) < (0.004 if mix.shrunk == 0 else 0.02)
    thumbnails = sampler(whole, Mix(0, 0)).thumbnails(1)
    assert float((thumbnails.low[:, 0] - (thumbnails.places[..., 0] + 1) / 2).abs().max()) < 0.01


def test_scenes_are_drawn_as_often_whatever_pairs_they_have() -> None:
    bright = coded(60, 80, 200)
    shared = [Pair(str(n), coded(60, 80, 10), bright, "a", "1") for n in range(9)]
    lone_one = Pair("one", coded(60, 80, 90), coded(60, 80, 210), "a", "2")
    mixed = gather_sources([*shared, lone_one], [])
    for by_scene, expected in ((False, 0.1), (True, 0.5)):
        mix = Mix(1, 0, jitter=False, by_scene=by_scene)
        lone = sampler(mixed, mix).crops(600, 8).low[:, 2, 0, 0] > 0.2
        assert abs(float(lone.float().mean()) - expected) < 0.08


def test_fused_targets_and_their_thumbnails() -> None:
    low, high = np.full((60, 80, 3), 150, np.uint8), np.full((60, 80, 3), 255, np.uint8)
    lamp = Pair("lamp", low, high)
    plain, fused = (gather_sources([lamp], [], fused=fused) for fused in (0.0, 1.0))
    assert float(sampler(plain, Mix(1, 0)).crops(4, 16).high.min()) == 1
    batch = sampler(fused, Mix(1, 0)).crops(4, 16)
    assert float((batch.high - 150 / 255).abs().max()) < 0.01
    assert float((batch.high_thumbnail - 150 / 255).abs().max()) < 0.01


def test_some_dark_crops_were_stored_as_jpeg(sources: Sources) -> None:
    for mix in (Mix(1, 0, jitter=False), Mix(0, 1)):
        plain, coded_ = (
            sampler(sources, replace(mix, jpeg=share)).crops(12, 32) for share in (0.0, 1.0)
        )
        assert torch.equal(plain.high[0], coded_.high[0])
        assert 0 < float((plain.low[0] - coded_.low[0]).abs().mean()) < 0.1


def test_exposures_of_darkened_photographs(sources: Sources) -> None:
    def level(mix: Mix) -> float:
        batch = sampler(sources, mix).crops(60, 16)
        return float((batch.low.mean((1, 2, 3)) / batch.high.mean((1, 2, 3))).median())

    usual = level(Mix(0, 1))
    darker, brighter = (level(Mix(0, 1, exposures=e)) for e in ((1 / 100, 1 / 90), (0.9, 1.0)))
    assert darker < usual < brighter


@pytest.mark.parametrize(
    "wrong",
    [{"jpeg": 1.2}, {"shrunk": -0.1}, {"exposures": (0, 0.5)}, {"exposures": (0.5, 0.1)}],
)
def test_shares_and_exposures_out_of_range_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        Mix(**wrong)
