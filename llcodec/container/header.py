"""The contents of the ``HEAD`` chunk."""

import re
from dataclasses import dataclass
from itertools import islice
from typing import Final

from llcodec._bitstream import (
    HASH_LENGTH,
    LOCAL_TONE_COUNT,
    MAX_NAME_LENGTH,
    MAX_QUALITY,
    MAX_TILE_SIZE_FIELD,
    MIN_QUALITY,
    QUALITY_UNITS,
    TILE_SIZE_STEP,
    TONE_COUNT,
    TONE_GRID_COLUMNS,
    TONE_GRID_LIMIT,
    TONE_GRID_ROWS,
)
from llcodec.container.framing import MAX_LENGTH
from llcodec.errors import QualityError

_QUALITIES: Final = range(MIN_QUALITY * QUALITY_UNITS, MAX_QUALITY * QUALITY_UNITS + 1)
_TILE_SIZES: Final = range(TILE_SIZE_STEP, MAX_TILE_SIZE_FIELD + 1, TILE_SIZE_STEP)
_TONE_VALUES: Final = range(-(1 << 15), 1 << 15)
_TOES: Final = range(1 << 15)
_KNEES: Final = range(1, 1 << 15)
_EXPOSURES: Final = range(-TONE_GRID_LIMIT, TONE_GRID_LIMIT + 1)
# Of the numbers of a local tone curve, in their order: what, how many, and which values.
_LOCAL_TONE: Final = (
    ("a tone number", TONE_COUNT, _TONE_VALUES),
    ("a toe", 3, _TOES),
    ("the knee", 1, _KNEES),
    ("an exposure", TONE_GRID_ROWS * TONE_GRID_COLUMNS, _EXPOSURES),
)
NAME: Final = re.compile(rf"[a-z0-9][a-z0-9._-]{{0,{MAX_NAME_LENGTH - 1}}}")
"""The pattern of model names."""


@dataclass(frozen=True, slots=True)
class Header:
    """The picture's size, how it was coded, and with which model.

    Attributes:
        width: in pixels, 1 to 2^32 - 1.
        height: in pixels, 1 to 2^32 - 1.
        quality_units: quality in 1/256: 256 (quality 1) to 2048 (quality 8).
        model_name: 1 to 32 of ``a-z 0-9 . _ -``, starting with a letter or a digit.
        model_hash: the first 8 bytes of the SHA-256 of the weight file.
        tile_size: edge of a tile in pixels: a multiple of 64, 64 to 65472.
        grey: the source had one channel.
        sixteen_bit: the source had 16 bits a channel.
        has_alpha: the file has an ``ALPH`` chunk.
        tone: None, or 15 integers of -32768 to 32767: three log2 gains in 1/2048, three log2
            gammas in 1/4096, nine of the colour matrix, row by row, in 1/4096. A local curve has
            28 more: three toes in 1/65536, 0 to 32767; the knee in 1/32768, 1 to 32767; 4×6 log2
            exposures in 1/32, row by row, -127 to 127.

    Raises:
        ValueError: when a value is out of its range.
    """

    width: int
    height: int
    quality_units: int
    model_name: str
    model_hash: bytes
    tile_size: int = 512
    grey: bool = False
    sixteen_bit: bool = False
    has_alpha: bool = False
    tone: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        _check_size("width", self.width)
        _check_size("height", self.height)
        _check_in("quality in 1/256", self.quality_units, _QUALITIES)
        if self.tile_size not in _TILE_SIZES:
            raise ValueError(
                f"tile size must be a multiple of 64 from 64 to 65472, not {self.tile_size}"
            )
        _check_name(self.model_name)
        if len(self.model_hash) != HASH_LENGTH:
            raise ValueError(f"model hash must have 8 bytes, not {len(self.model_hash)}")
        _check_tone(self.tone)

    @property
    def has_local_tone(self) -> bool:
        """Whether the tone curve changes over the picture."""
        return self.tone is not None and len(self.tone) == LOCAL_TONE_COUNT

    @property
    def quality(self) -> float:
        """Quality, 1.0 to 8.0."""
        return self.quality_units / QUALITY_UNITS

    @property
    def pixels(self) -> int:
        """Width times height."""
        return self.width * self.height

    @property
    def columns(self) -> int:
        """How many tiles lie side by side."""
        return -(-self.width // self.tile_size)

    @property
    def rows(self) -> int:
        """How many tiles lie one above the other."""
        return -(-self.height // self.tile_size)

    @property
    def tile_count(self) -> int:
        """How many tiles the picture has."""
        return self.columns * self.rows

    def tile_box(self, index: int) -> tuple[int, int, int, int]:
        """Return (x, y, width, height) in pixels of a tile, counted in raster order from 0.

        Tiles in the last column and row end where the picture ends.

        Raises:
            IndexError: when there is no such tile.
        """
        if not 0 <= index < self.tile_count:
            raise IndexError(f"tile {index} is not one of the {self.tile_count} tiles")
        row, column = divmod(index, self.columns)
        x, y = column * self.tile_size, row * self.tile_size
        return x, y, min(self.tile_size, self.width - x), min(self.tile_size, self.height - y)


def to_quality_units(quality: float) -> int:
    """Round a quality from 1.0 to 8.0 to the nearest step of 1/256 that a header can hold.

    Raises:
        QualityError: when the quality is outside 1 to 8, or not a number.
    """
    if not MIN_QUALITY <= quality <= MAX_QUALITY:
        raise QualityError(f"quality must be from 1 to 8, not {quality}")
    return round(quality * QUALITY_UNITS)


def _check_in(what: str, value: int, allowed: range) -> None:
    if value not in allowed:
        raise ValueError(f"{what} must be from {allowed[0]} to {allowed[-1]}, not {value}")


def _check_size(what: str, value: int) -> None:
    _check_in(what, value, range(1, MAX_LENGTH + 1))


def _check_name(name: str) -> None:
    if not NAME.fullmatch(name):
        raise ValueError(
            f"model name must be 1 to 32 of a-z 0-9 . _ - and start with a-z or 0-9, not {name!r}"
        )


def _check_tone(tone: tuple[int, ...] | None) -> None:
    if tone is None:
        return
    if len(tone) not in (TONE_COUNT, LOCAL_TONE_COUNT):
        raise ValueError(f"tone must have 15 or 43 numbers, not {len(tone)}")
    numbers = iter(tone)
    for what, count, allowed in _LOCAL_TONE:
        for number in islice(numbers, count):
            _check_in(what, number, allowed)
