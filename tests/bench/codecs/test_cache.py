"""Kept runs, of the stand-in for VTM: it notes how often it ran."""

import json
import time
from pathlib import Path

import numpy as np
import pytest

from llcodec._arrays import Pixels
from llcodec.bench.codecs.cache import (
    CachedCodec,
    Timed,
    TimesItself,
    decode_timed,
    encode_timed,
    timed,
)
from llcodec.bench.codecs.pillow import jpeg
from llcodec.bench.codecs.vtm import VtmCodec, find_vtm
from llcodec.bench.interfaces import CodecSettings
from llcodec.bench.machine import conditions_here
from llcodec.errors import OutputError, QualityError


class Remembering:
    """A codec that knows how long it once took."""

    name = "remembering"
    qualities = (1.0,)

    def settings(self) -> CodecSettings:
        return jpeg().settings()

    def encode(self, pixels: Pixels, quality: float) -> bytes:
        return jpeg().encode(pixels, quality)

    def decode(self, data: bytes) -> Pixels:
        return jpeg().decode(data)

    def encode_timed(self, pixels: Pixels, quality: float) -> Timed[bytes]:
        return Timed(self.encode(pixels, quality), 100.0)

    def decode_timed(self, data: bytes) -> Timed[Pixels]:
        return Timed(self.decode(data), 200.0)


def test_seconds_are_those_of_the_call() -> None:
    slow = timed(lambda: time.sleep(0.05))
    assert 0.05 <= slow.seconds < 5
    assert timed(lambda: 7).value == 7
    assert slow.conditions is None  # those of here and now


def test_codecs_are_timed_from_outside(photo: Pixels) -> None:
    coded = encode_timed(jpeg(), photo, 50)
    assert coded.value == jpeg().encode(photo, 50)
    assert 0 < coded.seconds < 5
    back = decode_timed(jpeg(), coded.value)
    np.testing.assert_array_equal(back.value, jpeg().decode(coded.value))
    assert 0 < back.seconds < 5


def test_codecs_that_know_better_are_believed(photo: Pixels) -> None:
    coded = encode_timed(Remembering(), photo, 50)
    assert coded.seconds == 100
    assert decode_timed(Remembering(), coded.value).seconds == 200


def count(vtm: Path) -> int:
    runs = vtm / "bin" / "runs.txt"
    return len(runs.read_text().splitlines()) if runs.is_file() else 0


def cached(vtm: Path, folder: Path, depth: int = 8) -> CachedCodec:
    return CachedCodec(VtmCodec(find_vtm(vtm), depth), folder)  # type: ignore[arg-type]


def test_runs_are_made_once(vtm_folder: Path, photo: Pixels, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    first = cached(vtm_folder, folder)
    data = first.encode_timed(photo, 32)
    back = first.decode_timed(data.value)
    assert count(vtm_folder) == 2
    again = cached(vtm_folder, folder)
    assert again.encode_timed(photo, 32) == data  # the seconds of the first run, too
    kept = again.decode_timed(data.value)
    np.testing.assert_array_equal(kept.value, back.value)
    assert kept.seconds == back.seconds
    assert count(vtm_folder) == 2
    assert again.encode(photo, 32) == VtmCodec(find_vtm(vtm_folder)).encode(photo, 32)


def test_times_keep_their_conditions(vtm_folder: Path, photo: Pixels, tmp_path: Path) -> None:
    codec = VtmCodec(find_vtm(vtm_folder))
    first = CachedCodec(codec, tmp_path, jobs=3)
    coded = first.encode_timed(photo, 32)
    decoded = first.decode_timed(coded.value)
    assert coded.conditions == decoded.conditions == conditions_here(3)
    again = CachedCodec(codec, tmp_path)
    assert again.encode_timed(photo, 32).conditions == conditions_here(3)
    assert again.decode_timed(coded.value).conditions == conditions_here(3)
    for run in tmp_path.rglob("*.run"):  # as they were kept without conditions
        head, _, data = run.read_bytes().partition(b"\n")
        facts = json.loads(head)
        del facts["conditions"]
        run.write_bytes(json.dumps(facts).encode() + b"\n" + data)
    assert again.encode_timed(photo, 32).conditions == conditions_here(1)


def test_it_is_the_codec_that_it_keeps(vtm_folder: Path, photo: Pixels, tmp_path: Path) -> None:
    codec = cached(vtm_folder, tmp_path)
    assert (codec.name, codec.qualities) == (codec.codec.name, codec.codec.qualities)
    assert codec.settings() == codec.codec.settings()
    assert isinstance(codec, TimesItself)
    coded = encode_timed(codec, photo, 47)
    assert encode_timed(codec, photo, 47.0).seconds == coded.seconds
    np.testing.assert_array_equal(
        decode_timed(codec, coded.value).value, codec.codec.decode(coded.value)
    )


def test_whatever_changes_the_file_makes_it_again(
    vtm_folder: Path, photo: Pixels, tmp_path: Path
) -> None:
    cached(vtm_folder, tmp_path).encode(photo, 32)
    other = photo.copy()
    other[0, 0, 0] ^= 1
    cached(vtm_folder, tmp_path).encode(other, 32)
    cached(vtm_folder, tmp_path).encode(photo.reshape(192, 128, 3), 32)
    cached(vtm_folder, tmp_path).encode(photo, 33)
    cached(vtm_folder, tmp_path, 10).encode(photo, 32)
    assert count(vtm_folder) == 5
    for name in ("bin/EncoderAppStatic", "cfg/encoder_intra_vtm.cfg"):
        file = vtm_folder / name
        file.write_text(file.read_text() + "\n# built anew\n")
        cached(vtm_folder, tmp_path).encode(photo, 32)
    assert count(vtm_folder) == 7
    assert len(list(tmp_path.rglob("*.run"))) == 7


@pytest.mark.parametrize("damage", [b"", b"\n", b"{}\nrest", b'{"sha256": 1}\n', b"[1]\nx"])
def test_damaged_runs_are_made_again(
    vtm_folder: Path, photo: Pixels, tmp_path: Path, damage: bytes
) -> None:
    folder = tmp_path / "kept"
    codec = cached(vtm_folder, folder)
    data = codec.encode(photo, 32)
    (run,) = folder.rglob("*.run")
    run.write_bytes(damage)
    assert codec.encode(photo, 32) == data
    whole = run.read_bytes()
    run.write_bytes(whole[:-1])
    assert codec.encode(photo, 32) == data
    assert run.read_bytes().endswith(data)
    assert count(vtm_folder) == 3


def test_failures_are_not_kept(vtm_folder: Path, photo: Pixels, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    with pytest.raises(QualityError):
        cached(vtm_folder, folder).encode(photo, 99)
    assert not folder.exists()


def test_folders_that_cannot_be_written(vtm_folder: Path, photo: Pixels, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        cached(vtm_folder, tmp_path / "file").encode(photo, 32)
