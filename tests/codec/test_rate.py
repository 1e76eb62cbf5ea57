import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llcodec.codec.rate import HIGHEST, LOWEST, search_quality
from llcodec.errors import QualityError


class Encoder:
    """Stands for a codec: sizes by a function of the quality, and a count of the calls."""

    def __init__(self, smallest: int, growth: float, bend: float) -> None:
        self.smallest, self.growth, self.bend = smallest, growth, bend
        self.tried: list[int] = []

    def size(self, quality: int) -> int:
        share = (quality - LOWEST) / (HIGHEST - LOWEST)
        return int(self.smallest * self.growth ** (share**self.bend))

    def __call__(self, quality: int) -> bytes:
        self.tried.append(quality)
        assert LOWEST <= quality <= HIGHEST
        return bytes(self.size(quality))


encoders = st.builds(Encoder, st.integers(40, 5000), st.floats(1.0, 60.0), st.floats(0.15, 6.0))


@given(encoder=encoders, share=st.floats(0, 1.3))
@settings(max_examples=200)
def test_the_file_fits_and_is_about_the_largest_that_does(encoder: Encoder, share: float) -> None:
    largest = encoder.size(HIGHEST)
    target = encoder.smallest + int(share * (largest - encoder.smallest))
    size = len(search_quality(encoder, target))
    assert size <= target
    best = max(s for q in range(LOWEST, HIGHEST + 1) if (s := encoder.size(q)) <= target)
    assert size >= min(best, 0.995 * target)
    assert len(encoder.tried) <= 45


def test_few_tries_suffice_where_sizes_grow_exponentially() -> None:
    encoder = Encoder(3000, 30.0, 1.0)
    search_quality(encoder, 20_000)
    assert len(encoder.tried) <= 6


@given(encoder=encoders, missing=st.integers(1, 100))
def test_what_is_too_small_for_quality_one_cannot_be_reached(
    encoder: Encoder, missing: int
) -> None:
    with pytest.raises(QualityError, match=f"takes {encoder.smallest} bytes"):
        search_quality(encoder, encoder.smallest - missing)


def test_the_ends_are_found_exactly() -> None:
    encoder = Encoder(100, 20.0, 1.0)
    assert len(search_quality(encoder, 100)) == 100
    assert len(search_quality(encoder, 10**9)) == encoder.size(HIGHEST)


@given(target=st.integers(100, 3000), seed=st.integers(0, 1000))
def test_sizes_that_waver_are_kept_below_the_target_all_the_same(target: int, seed: int) -> None:
    encoder = Encoder(100, 20.0, 1.0)
    wavering = [100 + (quality * 7919 + seed) % 13 for quality in range(HIGHEST + 1)]
    data = search_quality(
        lambda quality: (
            encoder(quality) + (bytes(wavering[quality] - 100) if quality > LOWEST else b"")
        ),
        target,
    )
    assert len(data) <= target
