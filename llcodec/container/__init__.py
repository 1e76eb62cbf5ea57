"""The ``.llc`` file: signature, chunks, header, limits.

Converts bytes to a :class:`Container` and back; streams, alpha and tone are not interpreted.
``docs/format.md`` specifies the format to the byte.

Internal: names may change from one release to the next.

>>> from llcodec import container
>>> header = container.Header(
...     width=3, height=2, quality_units=1024, model_name="fast", model_hash=bytes(8)
... )
>>> file = container.Container(header=header, tiles=(container.Tile(0, b"stream"),))
>>> container.unpack(container.pack(file)) == file
True
"""

from llcodec._metadata import Metadata, Note, Resolution
from llcodec._signature import SIGNATURE
from llcodec.container.contents import Container, RawChunk, Tile
from llcodec.container.flat_area import FlatArea
from llcodec.container.header import Header, to_quality_units
from llcodec.container.limits import DEFAULT_LIMITS, Limits
from llcodec.container.reading import ChunkInfo, list_chunks, read_header, unpack
from llcodec.container.salvage import Salvage, unpack_damaged
from llcodec.container.signature import FORMAT_VERSION, read_version
from llcodec.container.writing import pack

__all__ = [
    "DEFAULT_LIMITS",
    "FORMAT_VERSION",
    "SIGNATURE",
    "ChunkInfo",
    "Container",
    "FlatArea",
    "Header",
    "Limits",
    "Metadata",
    "Note",
    "RawChunk",
    "Resolution",
    "Salvage",
    "Tile",
    "list_chunks",
    "pack",
    "read_header",
    "read_version",
    "to_quality_units",
    "unpack",
    "unpack_damaged",
]
