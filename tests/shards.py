"""Small shards, made on the fly."""

import io
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from llcodec.data.pairs import Pair

Pixels = NDArray[np.uint8]


def png(pixels: Pixels) -> bytes:
    """The file of a picture."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def write_shard(path: Path, members: Mapping[str, bytes]) -> Path:
    """Write a tar file with these members."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w") as tar:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return path


def write_photographs(folder: Path, pictures: Sequence[Pixels], per_shard: int = 2) -> str:
    """Write shards of photographs with other members between them; return their pattern."""
    for start in range(0, len(pictures), per_shard):
        members = dict[str, bytes]()
        for number in range(start, min(start + per_shard, len(pictures))):
            members[f"{number:04}.png"] = png(pictures[number])
            members[f"{number:04}.json"] = b"{}"
        write_shard(folder / f"shard-{start // per_shard:03}.tar", members)
    return f"{folder}/shard-{{000..{(len(pictures) - 1) // per_shard:03}}}.tar"


def write_pairs(folder: Path, pairs: Sequence[Pair], per_shard: int = 2) -> str:
    """Write shards of pairs; return their pattern."""
    for start in range(0, len(pairs), per_shard):
        members = dict[str, bytes]()
        for number, pair in enumerate(pairs[start : start + per_shard], start):
            members[f"{number:04}.high.png"] = png(pair.high)
            members[f"{number:04}.low.png"] = png(pair.low)
        write_shard(folder / f"pairs-{start // per_shard:03}.tar", members)
    return f"{folder}/pairs-{{000..{(len(pairs) - 1) // per_shard:03}}}.tar"
