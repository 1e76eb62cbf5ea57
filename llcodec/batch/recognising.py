"""Recognise complete outputs that are in no manifest."""

from llcodec._api import limits_for, load_codec
from llcodec._operations import Encoding, Made
from llcodec.batch.tasks import Settings
from llcodec.codec.codec import DEFAULT_QUALITY
from llcodec.codec.encoder import TILE_SIZE
from llcodec.codec.models import DEFAULT_MODEL
from llcodec.container import read_header, to_quality_units, unpack
from llcodec.errors import FormatError
from llcodec.stores.store import open_store


def is_whole(target: str, settings: Settings) -> Made | None:
    """Return an ``.llc`` file that an encoder with these settings has written; None if it has not.

    It is one if the checksum of every chunk is right, and model, quality and tile size are those of
    the settings. With a target size or rate the quality is not known, and nothing is recognised.
    """
    operation = settings.operation
    if not isinstance(operation, Encoding) or operation.target_size or operation.target_bpp:
        return None
    store, path = open_store(target)
    entry = store.find(path)
    if entry is None:
        return None
    data = store.read(path, entry.size)
    try:
        limits = limits_for(operation.max_pixels)
        header = read_header(data, limits)
        unpack(data, limits)
    except FormatError:
        return None
    if (header.model_hash, header.quality_units, header.tile_size) != _wanted(operation):
        return None
    facts = {
        "bpp": round(8 * len(data) / header.pixels, 4),
        "width": header.width,
        "height": header.height,
        "quality": header.quality,
        "model": header.model_name,
    }
    return Made(data, facts, header.model_hash.hex(), 0.0)


def _wanted(operation: Encoding) -> tuple[bytes, int, int]:
    """Return model hash, quality units and tile size of an encoder's files."""
    quality = DEFAULT_QUALITY if operation.quality is None else operation.quality
    tile = TILE_SIZE if operation.tile_size is None else operation.tile_size
    codec = load_codec(operation.model or DEFAULT_MODEL, operation.device, operation.engine)
    return codec.file.short_hash, to_quality_units(quality), tile
