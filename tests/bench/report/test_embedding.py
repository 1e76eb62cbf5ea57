import base64
import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from llcodec.bench.report.embedding import LADDER, Fidelity, data_uri, embed_within


def opened(uri: str) -> Image.Image:
    head, _, body = uri.partition(",")
    assert head == "data:image/webp;base64"
    return Image.open(io.BytesIO(base64.b64decode(body, validate=True)))


def lower_bound(pictures) -> int:
    """Return what all pictures take at the least fidelity."""
    uris = (
        data_uri(pixels, LADDER[-1])
        for one in pictures
        for pixels in (*one.picture.read(), *(shown.pixels() for shown in one.shown))
    )
    return sum(map(len, uris))


def test_a_data_uri_is_the_picture() -> None:
    pixels = np.full((30, 40, 3), (200, 100, 50), np.uint8)
    image = opened(data_uri(pixels, Fidelity(960, 90)))
    assert image.size == (40, 30)
    assert np.abs(np.asarray(image).astype(int) - pixels).max() < 6


@pytest.mark.parametrize(("size", "shown"), [((100, 200), (200, 100)), ((8, 800), (400, 4))])
def test_large_ones_become_smaller(size: tuple[int, int], shown: tuple[int, int]) -> None:
    pixels = np.zeros((*size, 3), np.uint8)
    assert opened(data_uri(pixels, Fidelity(400, 80))).size == shown


def test_all_versions_are_embedded(bench) -> None:
    made = embed_within(bench.showcase.pictures, 10**7)
    assert str(LADDER[0].quality) in made.how
    assert len(made.pictures) == 2
    first = made.pictures[0]
    assert (first.width, first.height) == (64, 48)
    assert list(first.made) == [result.name for result in bench.results]
    assert first.reference is not None
    source, reference = (np.asarray(opened(u)).mean() for u in (first.source, first.reference))
    assert source < reference


def test_the_limit_is_kept_by_less_fidelity_then_by_fewer_pictures(bench) -> None:
    pictures = bench.showcase.pictures
    best = sum(p.length for p in embed_within(pictures, 10**7).pictures)
    assert sum(p.length for p in embed_within(pictures, best).pictures) == best
    lower = embed_within(pictures, best - 1)
    assert len(lower.pictures) == 2
    assert sum(p.length for p in lower.pictures) < best
    assert lower.how != embed_within(pictures, best).how
    least = min(embed_within([one], 1).how for one in pictures)
    half = embed_within(pictures, lower_bound(pictures) - 1)
    assert len(half.pictures) == 1
    assert half.how == least


def test_photographs_are_their_own_references(bench) -> None:
    shown = bench.showcase.pictures[0]
    for reference in (None, shown.picture.source):
        alone = replace(shown, picture=replace(shown.picture, reference=reference))
        assert embed_within([alone], 10**7).pictures[0].reference is None
