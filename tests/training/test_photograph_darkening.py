import numpy as np
import pytest
import torch

from llcodec._arrays import Floats
from llcodec.data.degrading import jpeg_coded
from llcodec.nerco.coordinates import coordinates, stacked
from llcodec.nerco.views import View, to_unit, view
from llcodec.nerco.windows import Area
from llcodec.training import photograph_darkening
from llcodec.training.photograph_darkening import PhotographDarkening

AREA = Area(40, 100, 48, 48)


def bright() -> View:
    generator = torch.Generator().manual_seed(0)
    picture = torch.rand(2, 3, 32, 32, generator=generator) / 2 + 0.5
    small = torch.rand(2, 3, 100, 150, generator=generator) / 2 + 0.5
    return view(picture, small, coordinates(32, 32))


def darkening(seed: int = 0) -> PhotographDarkening:
    return PhotographDarkening(np.random.default_rng(seed))


def test_the_views_are_darker_by_the_same_amount_as_their_overviews() -> None:
    dark = darkening()(bright())
    assert dark.picture.shape == (2, 3, 32, 32)
    assert dark.overview.shape == (2, 3, 100, 152)
    of_picture, of_overview = (to_unit(x).mean((1, 2, 3)) for x in (dark.picture, dark.overview))
    assert of_picture.max() < 0.7
    assert torch.allclose(of_picture, of_overview, atol=0.02)
    assert dark.coordinates.rows.shape == (1, 32)


def test_pictures_have_noise_in_whole_levels_and_overviews_have_none() -> None:
    flat = view(
        torch.full((1, 3, 32, 32), 0.8), torch.full((1, 3, 100, 150), 0.8), bright().coordinates
    )
    dark = darkening()(flat)
    levels = to_unit(dark.picture) * 255
    assert torch.allclose(levels, levels.round(), atol=1e-3)
    assert levels.std() > 0
    assert to_unit(dark.overview).std((-2, -1)).max() < 1e-6


def test_each_picture_has_its_own_amount_and_a_seed_tells_which() -> None:
    dark = darkening()(bright()).picture
    assert abs(float(dark[0].mean() - dark[1].mean())) > 1e-3
    assert torch.equal(dark, darkening()(bright()).picture)
    assert not torch.equal(dark, darkening(1)(bright()).picture)


def test_dark_pictures_may_have_been_stored_as_jpeg() -> None:
    flat = view(
        torch.full((1, 3, 32, 32), 0.8), torch.full((1, 3, 100, 150), 0.8), bright().coordinates
    )
    plain, coded = (
        PhotographDarkening(np.random.default_rng(0), jpeg=jpeg)(flat) for jpeg in (0.0, 1.0)
    )
    error = (coded.picture - plain.picture).abs()
    assert 0 < error.mean() < 0.05  # which is six levels
    assert torch.equal(plain.overview, coded.overview)


def test_a_share_was_stored_as_jpeg(monkeypatch: pytest.MonkeyPatch) -> None:
    coded = []

    def counted(picture: Floats, rng: np.random.Generator) -> Floats:
        coded.append(jpeg_coded(picture, rng))
        return coded[-1]

    monkeypatch.setattr(photograph_darkening, "jpeg_coded", counted)
    some, same = PhotographDarkening(np.random.default_rng(0), jpeg=0.5), bright()
    for _ in range(20):
        some(same)
    assert 10 <= len(coded) <= 30  # of 40


def test_each_crop_of_a_batch_has_the_light_of_its_own_place() -> None:
    areas = [Area(0, 0, 48, 48), AREA]
    whole = torch.full((2, 3, 100, 152), 0.8)
    small = torch.full((2, 3, 100, 150), 0.8)
    places = stacked([coordinates(100, 152, area) for area in areas])
    for seed in range(3):
        parts = PhotographDarkening(np.random.default_rng(seed), lit=1.0)(
            view(whole[..., :48, :48], small, places)
        )
        for part, overview, area in zip(parts.picture, parts.overview, areas, strict=True):
            rows = slice(area.top, area.top + 48)
            columns = slice(area.left, area.left + 48)
            shown = to_unit(overview[:, rows, columns])
            assert (to_unit(part) - shown).abs().mean() < 0.04


def test_lamps_light_a_crop_where_they_light_the_overview() -> None:
    """All of a picture is the crop, so that both views have the same light."""
    whole = torch.full((1, 3, 100, 152), 0.8)
    flat = view(whole, torch.full((1, 3, 100, 150), 0.8), coordinates(100, 152))
    lit = PhotographDarkening(np.random.default_rng(3), lit=1.0)(flat)
    of_picture, of_overview = to_unit(lit.picture), to_unit(lit.overview)
    assert of_overview.max() > 3 * of_overview.min()
    assert (of_picture - of_overview)[..., :140].abs().mean() < 0.02
    quarter = view(
        whole[..., :48, :48], torch.full((1, 3, 100, 150), 0.8), coordinates(100, 152, AREA)
    )
    part = to_unit(PhotographDarkening(np.random.default_rng(3), lit=1.0)(quarter).picture)
    assert (part - of_picture[..., 40:88, 100:148]).abs().mean() < 0.02


@pytest.mark.parametrize(("height", "width"), [(200, 300), (300, 200), (200, 200), (100, 400)])
def test_thumbnails_of_any_shape_have_the_light_of_their_pictures(height: int, width: int) -> None:
    flat = view(
        torch.full((1, 3, height, width), 0.8),
        torch.full((1, 3, 100, 150), 0.8),
        coordinates(height, width),
    )
    for seed in range(5):
        lit = PhotographDarkening(np.random.default_rng(seed), lit=1.0)(flat)
        shrunk = torch.nn.functional.adaptive_avg_pool2d(to_unit(lit.picture), (100, 150))
        assert (shrunk - to_unit(lit.overview)[..., :150]).abs().mean() < 0.015


def test_a_share_of_pictures_stays_as_it_is() -> None:
    view = bright()
    same = PhotographDarkening(np.random.default_rng(0), unchanged=1.0)(view)
    assert torch.allclose(same.picture, view.picture, atol=1e-6)
    assert torch.allclose(same.overview, view.overview, atol=1e-6)
    rng = np.random.default_rng(0)
    some = PhotographDarkening(rng, unchanged=0.5)
    kept = sum(
        int(torch.allclose(dark, picture, atol=1e-6))
        for _ in range(20)
        for dark, picture in zip(some(view).picture, view.picture, strict=True)
    )
    assert 10 <= kept <= 30
