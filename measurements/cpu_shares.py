"""Measure which share of the CPU time of a file the float networks take: the part that threads do.

    python -m measurements.cpu_shares --photograph PHOTOGRAPH --out results/cpu-shares.json

The rest (reading, entropy coding, writing) is mostly done by one thread, and is what ``llc encode
--jobs`` gains on. CPU seconds are measured with one thread, because other programs on the machine
hardly change them.
"""

import argparse
import io
import json
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from PIL import Image

from llcodec._threads import announce_threads
from llcodec.bench.machine import machine
from llcodec.codec.codec import Codec
from llcodec.codec.models import DEFAULT_MODEL
from llcodec.enhancing.enhancer import Enhancer
from llcodec.imaging import Picture, read_picture, write_picture

Job = Callable[[], object]
SIZES = {"1 megapixel": (1280, 853), "12 megapixels": (4000, 3000)}


class Timed:
    """An object whose methods add up the CPU seconds of the threads that call them."""

    def __init__(self, inner: object) -> None:
        self._inner = inner
        self.seconds = 0.0

    def __getattr__(self, name: str) -> Any:
        """Return an attribute of the object, measured if it is a method."""
        found = getattr(self._inner, name)
        return self._measured(found) if callable(found) else found

    def _measured(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            start = time.thread_time()
            try:
                return method(*arguments, **options)
            finally:
                self.seconds += time.thread_time() - start

        return call


def jpeg(photograph: Path, size: tuple[int, int]) -> bytes:
    """Return a photograph at another size, as a JPEG."""
    stream = io.BytesIO()
    with Image.open(photograph) as image:
        image.convert("RGB").resize(size).save(stream, "JPEG", quality=90)
    return stream.getvalue()


def written(picture: Picture, format: str) -> None:
    """Encode a picture, and forget it."""
    write_picture(picture, io.BytesIO(), format=format)


def measure(job: Job, networks: Timed) -> dict[str, float]:
    """Return the CPU seconds of a job, and the share of the networks; the first run is a trial."""
    job()
    networks.seconds, start = 0.0, time.process_time()
    job()
    total = time.process_time() - start
    return {"seconds": round(total, 3), "networks": round(networks.seconds / total, 3)}


def shares(model: str, source: bytes) -> dict[str, dict[str, float]]:
    """Return what :func:`measure` does for each way to use a model on a JPEG."""
    codec = Codec(model, engine="onnx", device="cpu")
    enhancer = Enhancer(model, engine="onnx", device="cpu")
    network: Any = enhancer._network
    of_codec, of_enhancer = Timed(codec.transforms), Timed(network._transforms)
    codec.transforms = codec._decoder = of_codec
    network._transforms = of_enhancer
    data = codec.encode(read_picture(source))
    return {
        "encode": measure(lambda: codec.encode(read_picture(source)), of_codec),
        "decode as PNG": measure(lambda: written(codec.decode(data), "PNG"), of_codec),
        "decode as JPEG": measure(lambda: written(codec.decode(data), "JPEG"), of_codec),
        "enhance as JPEG": measure(
            lambda: written(enhancer.enhance(read_picture(source)), "JPEG"), of_enhancer
        ),
    }


def main() -> None:
    """Run the measurement of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photograph", type=Path, required=True)
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    announce_threads(1)
    result: dict[str, Any] = {
        "name": "CPU seconds of one thread for one file, and the share of the float networks",
        "command": f"python -m measurements.cpu_shares --photograph {options.photograph} "
        f"--model {options.model} --out {options.out.name}",
        "machine": machine() | {"onnxruntime": version("onnxruntime")},
        **{
            name: shares(options.model, jpeg(options.photograph, size))
            for name, size in SIZES.items()
        },
    }
    options.out.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
