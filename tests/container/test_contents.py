from typing import TYPE_CHECKING

import pytest

from llcodec.container import RawChunk, Tile

if TYPE_CHECKING:
    from tests.container.conftest import MakeContainer, MakeHeader, Refuses


@pytest.mark.parametrize("checksum", [-1, 2**32])
def test_a_checksum_has_32_bits(checksum: int, refuses: "Refuses") -> None:
    with refuses(ValueError, "32 bits"):
        Tile(checksum, b"")


@pytest.mark.parametrize("kind", ["", "tex", "TeXt", "teX1", "téxt", "iCCP", "eXIF", "xMPd"])
def test_an_unknown_chunk_is_ancillary_and_not_a_known_one(kind: str, refuses: "Refuses") -> None:
    with refuses(ValueError, "unknown ancillary"):
        RawChunk(kind, b"")


def test_the_tiles_fill_the_grid(make_container: "MakeContainer", refuses: "Refuses") -> None:
    with refuses(ValueError, "6 cells, not 1"):
        make_container(tiles=(Tile(0, b""),))


@pytest.mark.parametrize(("has_alpha", "alpha"), [(True, None), (False, b"")])
def test_header_and_alpha_agree(
    make_container: "MakeContainer",
    make_header: "MakeHeader",
    refuses: "Refuses",
    has_alpha: bool,
    alpha: bytes | None,
) -> None:
    with refuses(ValueError, "alpha"):
        make_container(header=make_header(has_alpha=has_alpha), alpha=alpha)
