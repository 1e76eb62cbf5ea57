"""Trying a model out on a small dark picture: that it loads is not enough."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from llcodec.imaging import Picture

_ROWS, _COLUMNS = 72, 96
_HASH_DIGITS = 16  # of the SHA-256: the bytes that stand in every .llc header


def try_out(file: Path) -> dict[str, str]:
    """Load the model of a weight file as every use of it does, and use it once.

    Returns the model's name and kind, and the first digits of its hash. Loading a codec proves
    its bounds.

    Raises UnknownModelError, BrokenModelError.
    """
    from llcodec._cards import read_kind

    kind = read_kind(file)
    name, sha256 = _try_codec(file) if kind == "codec" else _try_enhancer(file)
    return {"model": name, "kind": kind, "hash": sha256[:_HASH_DIGITS]}


def _try_codec(file: Path) -> tuple[str, str]:
    from llcodec.codec.codec import Codec
    from llcodec.errors import BrokenModelError, LlcError

    codec, picture = Codec(str(file), device="cpu"), _picture()
    try:
        decoded = codec.decode(codec.encode(picture)).pixels
    except LlcError as error:
        raise BrokenModelError(f"cannot code a picture: {error}") from error
    if decoded.shape != picture.pixels.shape:
        raise BrokenModelError(f"decodes {_COLUMNS}x{_ROWS} pixels to another size")
    return codec.file.name, codec.file.sha256


def _try_enhancer(file: Path) -> tuple[str, str]:
    from llcodec.enhancing.enhancer import Enhancer
    from llcodec.errors import BrokenModelError

    enhancer, picture = Enhancer(str(file), device="cpu"), _picture()
    if not enhancer.enhance(picture).pixels.mean() > picture.pixels.mean():
        raise BrokenModelError("makes a dark picture no brighter")
    return enhancer.name, enhancer.sha256


def _picture() -> "Picture":
    import numpy as np

    from llcodec.imaging import Picture

    rows, columns = np.mgrid[:_ROWS, :_COLUMNS]
    return Picture(np.stack([rows // 2, columns // 2, (rows + columns) % 40], 2).astype(np.uint8))
