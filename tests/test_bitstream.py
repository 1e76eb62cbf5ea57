"""The numbers of ``llcodec._bitstream`` are those of ``docs/format.md``."""

import ast
import re
from pathlib import Path

import pytest

from llcodec import _bitstream, _limits

_ROOT = Path(__file__).parent.parent
# Lines are joined, so that a sentence is found wherever it breaks.
_TEXT = " ".join((_ROOT / "docs" / "format.md").read_text("utf-8").split())

# The names of numbers, and the place in the document that says what they are.
_PLACES = (
    (
        ("QUALITY_UNITS", "MIN_QUALITY", "MAX_QUALITY"),
        r"\| quality \| u16 \| [0-9]+ to [0-9]+ \| in 1/(\d+): (\d+)\.0 to (\d+)\.0 \|",
    ),
    (
        ("TILE_SIZE_STEP", "MAX_TILE_SIZE_FIELD"),
        r"\| tile size \| u16 \| [0-9]+ to (?P<MAX_TILE_SIZE_FIELD>\d+), "
        r"a multiple of (?P<TILE_SIZE_STEP>\d+) \|",
    ),
    (("HASH_LENGTH",), r"first (\d+) bytes of the SHA-256 of the weight file"),
    (("MAX_NAME_LENGTH",), r"\| name length \| u8 \| 1 to (\d+) \|"),
    (
        ("TONE_COUNT", "LOCAL_TONE_COUNT"),
        r"\| tone count \| u8 \| version 1: 0 or (\d+); version 2: (\d+) \|",
    ),
    (("TONE_GAIN_UNITS",), r"gain of red, green, blue \| 2\^\(number / (\d+)\)"),
    (("TONE_GAMMA_UNITS",), r"gamma of red, green, blue \| 2\^\(number / (\d+)\)"),
    (("TONE_MATRIX_UNITS",), r"M, row by row \| number / (\d+)"),
    (("TONE_LIMIT",), r"\| toe of red, green, blue \(i16\) \| 0 to (\d+) \|"),
    (("TONE_TOE_UNITS",), r"\| toe of red, green, blue \(i16\) \| [^|]+ \| number / (\d+) \|"),
    (("TONE_KNEE_UNITS",), r"\| knee \(i16\) \| [^|]+ \| number / (\d+) \|"),
    (
        ("TONE_GRID_ROWS", "TONE_GRID_COLUMNS", "TONE_GRID_LIMIT", "TONE_GRID_UNITS"),
        r"\| exposures of (\d+) rows of (\d+) cells, row by row \(i8\) \| [^|]+ to (\d+) "
        r"\| 2\^\(number / (\d+)\) \|",
    ),
    (("TONE_FLOOR",), r"max\(gain · x, ([0-9.]+)\)\^gamma"),
    (("TONE_FLOOR",), r"t = u² / max\(u \+ toe, ([0-9.]+)\)"),
    (("TONE_FLOOR",), r"v = max\(t, ([0-9.]+)\)\^gamma"),
    (("TONE_KNEE",), r"above v becomes 0\.9 \+ ([0-9.]+) · o / \(1 \+ o\)"),
    (("STRIDE",), r"M channels at 1/(\d+) of the tile's width and height"),
    (("HYPER_STRIDE",), r"Z channels of hyper-latents at ⌈h/(\d+)⌉×⌈w/\1⌉"),
    (("LATENT_UNITS",), r"and a mean µ \(in 1/(\d+)\) for each of the M channels"),
    (("CONTEXT_KERNEL",), r"for checkerboard models those of the (\d+)×\1 square"),
    (("WAVEFRONT_SLOPE",), r"one group for each value of column \+ (\d+)·row"),
    (
        ("SCALE_LEVELS", "SCALE_MIN", "SCALE_MAX"),
        r"the (\d+) scale tables, for standard deviations from ([0-9.]+) to (\d+) ",
    ),
    (("TABLE_BITS",), r"32-bit words and (\d+)-bit probabilities"),
    (("TABLE_BITS",), r"\(f sums to 2\^(\d+)\)"),
    (("ESCAPE_BITS",), r"under the uniform distribution over 2\^(\d+)"),
    (
        ("LEAKY_SLOPE_NUMERATOR", "LEAKY_SLOPE_DENOMINATOR"),
        r"leaky\(v\) = ⌊v · (\d+) / (\d+)⌋",
    ),
    (("MAGNITUDE_BITS",), r"at the file's quality as a multiple of 2\^−(\d+)"),
    (("MEAN_BITS",), r"as multiples of 2\^−(\d+) magnitudes"),
    (("LINEAR_KERNEL", "STRIDE"), r"a transposed convolution, kernel (\d+), stride (\d+)"),
)
# Numbers that the document writes as powers of two, or that follow from others.
_POWERS = (
    ("ESCAPE_OFFSET", r"which is the symbol v − 2\^(\d+)"),
    ("EXACT_LIMIT", r"No sum exceeds 2\^(\d+)"),
    ("MEAN_LIMIT", r"/ 2\^24⌋, clamped to ± 2\^(\d+)"),
    ("TABLE_TOTAL", r"\(f sums to 2\^(\d+)\)"),
)
_DERIVED = {"QUALITY_LEVELS", "LATENT_UNIT_BITS", "LUMA_WEIGHTS", "WORD_BYTES"}


def _found(pattern: str) -> re.Match[str]:
    matches = list(re.finditer(pattern, _TEXT))
    assert len(matches) == 1, f"{pattern} is there {len(matches)} times"
    return matches[0]


@pytest.mark.parametrize(("names", "pattern"), _PLACES)
def test_numbers_are_those_of_the_document(names: tuple[str, ...], pattern: str) -> None:
    match = _found(pattern)
    texts = match.groupdict() or dict(zip(names, match.groups(), strict=True))
    assert set(texts) == set(names)
    assert {name: getattr(_bitstream, name) for name in names} == {
        name: float(text) for name, text in texts.items()
    }


@pytest.mark.parametrize(("name", "pattern"), _POWERS)
def test_powers_of_two_are_those_of_the_document(name: str, pattern: str) -> None:
    assert getattr(_bitstream, name) == 2 ** int(_found(pattern)[1])


def test_luma_is_that_of_the_document() -> None:
    match = _found(r"take the luma ([0-9.]+) R \+ ([0-9.]+) G \+ ([0-9.]+) B\.")
    assert tuple(map(float, match.groups())) == _bitstream.LUMA_WEIGHTS


def test_words_are_those_of_the_document() -> None:
    assert int(_found(r"64-bit state, (\d+)-bit words")[1]) == 8 * _bitstream.WORD_BYTES


def test_what_follows_from_other_numbers() -> None:
    qualities = _found(r"Others store them for the qualities (\d+) to (\d+), interpolated")
    assert int(qualities[2]) - int(qualities[1]) + 1 == _bitstream.QUALITY_LEVELS
    assert 2**_bitstream.LATENT_UNIT_BITS == _bitstream.LATENT_UNITS
    assert _bitstream.STRIDE * _bitstream.HYPER_STRIDE == _bitstream.TILE_SIZE_STEP
    assert int(_found(r"scale index k \(0 to (\d+)\)")[1]) == _bitstream.SCALE_LEVELS - 1
    cells = _bitstream.TONE_GRID_ROWS * _bitstream.TONE_GRID_COLUMNS
    assert _bitstream.TONE_COUNT + 3 + 1 + cells == _bitstream.LOCAL_TONE_COUNT
    layout = _found(r"of (\d+), (\d+) × i16 and (\d+) × i8")
    count = _bitstream.LOCAL_TONE_COUNT
    assert [int(n) for n in layout.groups()] == [count, count - cells, cells]
    shift = _bitstream.MAGNITUDE_BITS - _bitstream.LATENT_UNIT_BITS
    assert int(_found(r"v · 2\^\((\d+) \+ n\)")[1]) == shift
    rounded = _found(r"µ = ⌊\(a · m \+ 2\^(\d+)\) / 2\^(\d+)⌋")
    assert [int(n) for n in rounded.groups()] == [shift + _bitstream.MEAN_BITS - k for k in (1, 0)]
    fields = _found(r"\| quality \| u16 \| (\d+) to (\d+) \|")
    lowest, highest = _bitstream.MIN_QUALITY, _bitstream.MAX_QUALITY
    assert int(fields[1]) == lowest * _bitstream.QUALITY_UNITS
    assert int(fields[2]) == highest * _bitstream.QUALITY_UNITS


def test_every_number_is_compared() -> None:
    compared = {name for names, _ in _PLACES for name in names}
    compared |= {name for name, _ in _POWERS} | _DERIVED
    assert compared == {name for name in vars(_bitstream) if name.isupper()}


def test_limits_are_those_of_the_document() -> None:
    pixels = _found(r"\| width × height \| ([0-9,]+) pixels \|")
    assert int(pixels[1].replace(",", "")) == _limits.MAX_PIXELS
    tile = _found(r"tile that lies within the picture \| (\d+) pixels each \|")
    assert int(tile[1]) == _limits.MAX_TILE_SIZE


@pytest.mark.parametrize("module", [_bitstream, _limits])
def test_they_import_nothing(module: object) -> None:
    path = getattr(module, "__file__", None)
    assert path is not None
    nodes = ast.walk(ast.parse(Path(path).read_text("utf-8")))
    assert not [node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)]
