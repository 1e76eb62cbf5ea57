import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from llcodec._cards import read_card
from llcodec._shipped import shipped_codecs, shipped_looks
from llcodec.bench.codecs.cache import CachedCodec
from llcodec.bench.codecs.llc import LlcLadder
from llcodec.bench.codecs.registry import CodecOptions, codec_of, is_codec, known_codecs
from llcodec.bench.codecs.vtm import VtmCodec
from llcodec.bench.codecs.vvc import VvcCodec
from llcodec.codec.models import DEFAULT_MODEL
from llcodec.errors import InputError, UnknownModelError

NAMES = (
    *("jpeg", "jpeg444", "webp", "avif", "avif420", "png"),
    *("jxl", "heic", "heic444", "vvc", "vvc-fast"),
)


@pytest.mark.parametrize("name", NAMES)
def test_names_are_those_of_the_codecs(name: str, need_codec: Callable[[str], None]) -> None:
    assert name in known_codecs()
    assert is_codec(name)
    need_codec(name)
    assert codec_of(name).name == name


def test_vtm_takes_its_folder_from_the_options(vtm_folder: Path, tmp_path: Path) -> None:
    eight, ten = (codec_of(name, CodecOptions(vtm_folder)) for name in ("vtm", "vtm-10bit"))
    assert isinstance(eight, VtmCodec)
    assert (eight.name, ten.name) == ("vtm", "vtm-10bit")
    kept = codec_of("vtm", CodecOptions(vtm_folder, tmp_path))
    assert isinstance(kept, CachedCodec)
    assert kept.folder == tmp_path


def test_programs_have_the_time_that_the_options_give(
    vtm_folder: Path, need_codec: Callable[[str], None]
) -> None:
    options = CodecOptions(vtm_folder, timeout=7.0)
    for name in ("vtm", "vtm-10bit"):
        vtm = codec_of(name, options)
        assert isinstance(vtm, VtmCodec)
        assert vtm.timeout == 7.0
    need_codec("vvc")
    for name in ("vvc", "vvc-fast"):
        vvc = codec_of(name, options)
        assert isinstance(vvc, VvcCodec)
        assert vvc.timeout == 7.0


def test_slow_codecs_are_kept_and_quick_ones_are_not(tmp_path: Path) -> None:
    options = CodecOptions(cache=tmp_path)
    assert isinstance(codec_of("avif", options), CachedCodec)
    assert not isinstance(codec_of("jpeg", options), CachedCodec)


def test_our_own_codecs_by_name_and_by_path() -> None:
    assert codec_of("joint").name == "joint"
    path = shipped_codecs()["fast"]
    assert codec_of(f"joint:{path}").name == "joint"
    assert codec_of(f"llc:{path}").name == "llc-fast"
    assert codec_of(f"llc:{path}").settings().parameters["model"] == "fast"


def test_our_own_codecs_may_have_a_look(tmp_path: Path) -> None:
    path = shipped_codecs()["fast"]
    for spec in ("joint,detail=0", f"joint:{path},detail=0", f"llc:{path},detail=0"):
        assert is_codec(spec)
        assert "detail" not in codec_of(spec).settings().parameters
    with pytest.raises(UnknownModelError, match=r"none\.safetensors"):
        codec_of("joint,detail=1,look=none.safetensors")
    for settings, message in (
        ("detail=much", r"known: .*joint\[:PATH\]\[,detail=D\[,look=FILE\]\]"),
        ("detail=2", "detail must be from 0 to 1"),
        ("detail=0,detail=1", "unknown codec"),
        ("look=x", "unknown codec"),
        ("detail=0,look=none.safetensors", "a look needs a detail above 0"),
        ("detail=1,look=", "unknown codec"),
    ):
        with pytest.raises(InputError, match=message):
            codec_of(f"joint,{settings}")
    assert not is_codec("jpeg,detail=1")
    with pytest.raises(UnknownModelError, match="x,detail=1/none"):  # a path, as before
        codec_of("joint:x,detail=1/none.safetensors")
    (tmp_path / "rates").mkdir()
    with pytest.raises(InputError, match="a look belongs to one model"):
        codec_of(f"joint:{tmp_path / 'rates'},detail=1")


def test_the_default_model_has_a_look() -> None:
    for spec in ("joint,detail=1", f"llc:{DEFAULT_MODEL},detail=0.5"):
        parameters = codec_of(spec).settings().parameters
        assert parameters["look"] == f"{DEFAULT_MODEL}-look"
        look = shipped_looks()[f"{DEFAULT_MODEL}-look"]
        assert parameters["SHA-256 of the look"] == read_card(look).sha256


def test_a_folder_of_our_own_weights_is_one_codec(tmp_path: Path) -> None:
    folder = tmp_path / "eight.rates"
    folder.mkdir()
    for name in ("a", "b"):
        shutil.copy(shipped_codecs()["fast"], folder / f"{name}.safetensors")
    for spec, name in ((f"joint:{folder}", "joint"), (f"llc:{folder}", "llc-eight.rates")):
        codec = codec_of(spec)
        assert isinstance(codec, LlcLadder)
        assert (codec.name, codec.qualities) == (name, (1.0, 2.0))


def test_a_folder_that_is_called_like_a_shipped_model_does_not_hide_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / DEFAULT_MODEL).mkdir()
    assert codec_of("joint").settings().parameters["model"] == DEFAULT_MODEL


def test_base_is_there_as_soon_as_it_ships() -> None:
    if "base" in shipped_codecs():
        assert codec_of("base").settings().parameters["brightens"] is False
    else:
        with pytest.raises(UnknownModelError, match="base"):
            codec_of("base")


@pytest.mark.parametrize("spec", ["", "gif", "jpeg:50", "llc", "llc:", "JPEG", "base:x", ":x"])
def test_unknown_names_are_answered_with_the_known(spec: str) -> None:
    assert not is_codec(spec)
    with pytest.raises(InputError, match="unknown codec") as caught:
        codec_of(spec)
    for name in known_codecs():
        assert name in str(caught.value)


def test_models_of_compressai_are_known_even_where_it_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert "cheng2020-anchor[:PATH]" in known_codecs()
    monkeypatch.setitem(sys.modules, "compressai.zoo.image", None)
    with pytest.raises(InputError, match=r'pip install "llcodec\[compressai\]"'):
        codec_of("cheng2020-anchor")


def test_pytorch_is_left_alone_by_codecs_that_need_none() -> None:
    code = (
        "import sys; from llcodec.bench.codecs.registry import codec_of;"
        "codec_of('jpeg'); sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("name", ["tcm", "elic2022"])
def test_networks_without_published_weights_need_a_path(name: str) -> None:
    assert f"{name}:PATH" in known_codecs()
    assert is_codec(f"{name}:weights.pth")
    assert not is_codec(name)
