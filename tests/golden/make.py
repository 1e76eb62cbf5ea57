"""Make the golden files of a format version: small files and what they must always decode to.

    python -m tests.golden.make v2

Golden files of a released version are never made again: this script refuses to touch a folder that
is there. What later versions of llcodec must decode are the committed files; that this script would
write others by then does not matter. Everything comes from seeds.

``measurements/golden.py`` says what a folder holds.
"""

import argparse
import io
import json
import sys
from pathlib import Path
from typing import Any

import torch

import llcodec
from llcodec.codec.codec import Codec, Target
from llcodec.imaging import Picture, read_picture, write_picture
from measurements.golden import EXPECTED, distance, facts
from tests.golden.golden_broken import Broken, broken_files, source
from tests.golden.golden_forged import of_a_later_minor_version, with_escapes, without_tone
from tests.golden.golden_models import SERIAL, TINY, make_models
from tests.golden.golden_pictures import cases, smooth_picture

Entry = dict[str, Any]


def main() -> int:
    """Run the script."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("version", help="the name of the folder, such as v1")
    parser.add_argument("--into", type=Path, default=Path(__file__).parent)
    options = parser.parse_args()
    folder = options.into / options.version
    if folder.exists():
        print(f"{folder} is there already: golden files are not made twice", file=sys.stderr)
        return 1
    folder.mkdir(parents=True)
    torch.set_num_threads(1)
    make(folder)
    return 0


def make(folder: Path) -> None:
    """Fill an empty folder."""
    models = make_models(folder)
    codecs = {name: Codec(str(folder / file), device="cpu") for name, file in models.items()}
    files: dict[str, Entry] = {}
    for case in cases(TINY, SERIAL):
        codec = codecs[case.model]
        data = codec.encode(case.picture, Target(case.quality), tile_size=case.tile_size)
        entry = {"what": case.what, "model": case.model}
        files[f"{case.name}.llc"] = entry | _write(folder, case.name, data, codec, case.as_shot)
    tiny = codecs[TINY]
    later = of_a_later_minor_version((folder / "metadata.llc").read_bytes())
    for name, what, data in (
        ("later", "version 1.7, with unknown chunks", later),
        ("toneless", "no tone numbers", without_tone(tiny)),
        ("escapes", "symbols outside the tables", with_escapes(tiny)),
    ):
        entry = {"what": what, "model": TINY}
        files[f"{name}.llc"] = entry | _write(folder, name, data, tiny)
    # Latents thousands of times too large: rounding of floats is levels of pixels by then.
    (folder / files["escapes.llc"].pop("pixels")).unlink()
    metadata = read_metadata(tiny, folder)
    picture = Picture(smooth_picture(70, 150, 60, white=80), metadata=metadata)
    (folder / "broken").mkdir()
    broken = dict(_write_broken(folder, item) for item in broken_files(source(tiny, picture), tiny))
    expected = {
        "made_with": {"llcodec": llcodec.__version__, "torch": torch.__version__},
        "models": models,
        "files": files,
        "broken": broken,
    }
    (folder / EXPECTED).write_text(json.dumps(expected, indent=1, ensure_ascii=False) + "\n")


def read_metadata(codec: Codec, folder: Path) -> llcodec.imaging.Metadata:
    """Return the metadata of the golden file that has all of them."""
    return codec.decode((folder / "metadata.llc").read_bytes()).metadata


def _write(folder: Path, name: str, data: bytes, codec: Codec, as_shot: bool = False) -> Entry:
    """Write a file and its pixels, and return what is expected of it."""
    (folder / f"{name}.llc").write_bytes(data)
    entry: Entry = {"pixels": _write_png(folder / f"{name}.png", codec.decode(data))}
    if as_shot:
        dark = codec.decode(data, brightness=0)
        entry["as_shot"] = _write_png(folder / f"{name}.as-shot.png", dark)
    return entry | {"exactly": facts(data, codec.file.coder())}


def _write_png(path: Path, picture: Picture) -> str:
    """Write pixels and alpha without metadata, so that no profile changes them."""
    bare = Picture(picture.pixels, picture.alpha, picture.grey)
    out = io.BytesIO()
    write_picture(bare, out, format="PNG")
    if distance(read_picture(out.getvalue()), bare) != 0:
        raise AssertionError(f"{path.name} does not hold the pixels that it was given")
    path.write_bytes(out.getvalue())
    return path.name


def _write_broken(folder: Path, item: Broken) -> tuple[str, Entry]:
    name = f"broken/{item.name}.llc"
    (folder / name).write_bytes(item.data)
    return name, {"what": item.what, "model": TINY, "error": item.error}


if __name__ == "__main__":
    sys.exit(main())
