import io
import json
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import llcodec
from llcodec import container, errors
from llcodec._shipped import shipped_file
from llcodec.codec.models import DEFAULT_MODEL
from tests.conftest import Ship

NAMES = {
    *("Codec", "Enhancer", "Info", "Picture", "Target", "__version__"),
    *("encode", "decode", "enhance", "inspect"),
    *("from_pil", "read_picture", "to_pil", "write_picture"),
    *("LlcError", "InputError", "UnreadableImageError", "TooManyPixelsError", "QualityError"),
    "MissingLibraryError",
    *("FormatError", "NotAnLlcFileError", "TruncatedError", "CorruptError", "UnsupportedError"),
    *("ModelError", "UnknownModelError", "WrongModelError", "BrokenModelError"),
    *("OutputError", "OutputExistsError"),
}

UNTYPED: Any = llcodec


def make_image(width: int = 16, height: int = 16) -> Image.Image:
    pixels = np.random.default_rng(0).integers(0, 60, (height, width, 3), np.uint8)
    return Image.fromarray(pixels)


@pytest.fixture(scope="module")
def sample() -> bytes:
    return llcodec.encode(make_image())


def test_the_public_names() -> None:
    assert set(llcodec.__all__) == NAMES
    assert set(dir(llcodec)) >= NAMES
    for name in NAMES:
        assert getattr(llcodec, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = llcodec.nothing


def test_every_error_is_public() -> None:
    own = [v for v in vars(errors).values() if isinstance(v, type)]
    assert {error.__name__ for error in own} <= NAMES


def test_importing_it_is_cheap() -> None:
    code = "import json, sys, llcodec; llcodec.inspect; print(json.dumps(sorted(sys.modules)))"
    root = Path(__file__).resolve().parents[1]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, check=True)
    assert not {"torch", "numpy", "PIL", "typer"} & set(json.loads(done.stdout))


def test_a_picture_and_back(sample: bytes) -> None:
    image = llcodec.decode(sample)
    assert (image.size, image.mode) == ((16, 16), "RGB")
    dark = llcodec.decode(sample, brightness=0)
    assert np.asarray(dark).mean() < np.asarray(image).mean()


def test_images_pictures_and_paths_are_the_same(tmp_path: Path, sample: bytes) -> None:
    path = tmp_path / "dark.png"
    make_image().save(path)
    assert llcodec.encode(path) == llcodec.encode(str(path)) == sample
    assert llcodec.encode(llcodec.from_pil(make_image())) == sample


def test_bytes_file_objects_and_arrays_are_the_same(sample: bytes) -> None:
    file = io.BytesIO()
    make_image().save(file, "PNG")
    data = file.getvalue()
    assert llcodec.encode(data) == llcodec.encode(bytearray(data)) == sample
    assert llcodec.encode(io.BytesIO(data)) == sample
    pixels = np.asarray(make_image())
    assert llcodec.encode(pixels) == llcodec.encode(pixels[::-1][::-1]) == sample
    bright = llcodec.enhance(pixels)
    assert bright.tobytes() == llcodec.enhance(io.BytesIO(data)).tobytes()


def test_arrays_of_sixteen_bits_keep_them() -> None:
    pixels = np.full((16, 16, 3), 1000, np.uint16)
    header = llcodec.inspect(llcodec.encode(pixels)).header
    assert header.sixteen_bit
    assert llcodec.encode(pixels.byteswap().view(pixels.dtype.newbyteorder())) == llcodec.encode(
        pixels
    )


@pytest.mark.parametrize(
    ("shape", "message"),
    [((16, 16), "H×W×3 .RGB., not 16×16"), ((3, 16, 16), "not 3×16×16"), ((0, 9, 3), "not 0×9×3")],
)
def test_arrays_of_other_shapes_are_refused(shape: tuple[int, ...], message: str) -> None:
    with pytest.raises(llcodec.InputError, match=message):
        llcodec.encode(np.zeros(shape, np.uint8))


def test_llc_files_come_by_path_as_bytes_or_as_an_object(sample: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.llc"
    path.write_bytes(sample)
    expected = llcodec.decode(sample).tobytes()
    for each in (path, str(path), bytearray(sample), memoryview(sample), io.BytesIO(sample)):
        assert llcodec.decode(each).tobytes() == expected
    for each in (path, str(path), memoryview(sample), io.BytesIO(sample)):
        assert llcodec.inspect(each) == llcodec.inspect(sample)


def test_errors_name_the_file_of_a_path(sample: bytes, tmp_path: Path) -> None:
    for call in (llcodec.encode, llcodec.enhance, llcodec.decode, llcodec.inspect):
        for missing in (tmp_path / "none.png", str(tmp_path / "none.png")):
            with pytest.raises(llcodec.InputError) as caught:
                call(missing)
            line = f"{tmp_path}/none.png: cannot be read: No such file or directory"
            assert str(caught.value) == line
    damaged = tmp_path / "a.llc"
    damaged.write_bytes(sample[:-1])
    with pytest.raises(llcodec.TruncatedError, match=f"^{damaged}: the file ends"):
        llcodec.decode(damaged)
    with pytest.raises(llcodec.TruncatedError, match=f"^{damaged}: the file ends"):
        llcodec.inspect(damaged)
    with pytest.raises(llcodec.UnreadableImageError, match=f"^{damaged}: is an .llc file already"):
        llcodec.encode(damaged)
    with pytest.raises(llcodec.TruncatedError, match=r"^the file ends"):
        llcodec.decode(sample[:-1])
    whole = tmp_path / "whole.llc"
    whole.write_bytes(sample)
    with pytest.raises(llcodec.InputError, match=r"^brightness must be"):
        llcodec.decode(whole, brightness=3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: UNTYPED.encode(3), "an image must be given as .* not as int"),
        (lambda: UNTYPED.encode(None), "not as NoneType"),
        (lambda: UNTYPED.encode(io.StringIO("text")), "must be binary"),
        (lambda: UNTYPED.encode(np.zeros((9, 9, 3))), "uint8 .* not float64"),
        (lambda: UNTYPED.encode(make_image(), "high"), "quality must be a number, not str"),
        (lambda: UNTYPED.encode(make_image(), True), "quality must be a number, not bool"),
        (lambda: UNTYPED.encode(make_image(), target_size=[1]), "target_size must be a number"),
        (lambda: UNTYPED.encode(make_image(), target_bpp="1"), "target_bpp must be a number"),
        (lambda: UNTYPED.encode(make_image(), model=3), "model must be a name or a path, not int"),
        (lambda: UNTYPED.decode(3), "an .llc file must be given as .* not as int"),
        (lambda: UNTYPED.decode(io.StringIO("text")), "must be binary"),
        (lambda: UNTYPED.inspect(None), "not as NoneType"),
        (lambda: UNTYPED.enhance(make_image(), strength="1"), "strength must be a number"),
    ],
)
def test_wrong_types_are_reported_in_words(call: Callable[[], object], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        call()


def test_a_brightness_that_is_no_number(sample: bytes) -> None:
    with pytest.raises(TypeError, match="brightness must be a number, not str"):
        llcodec.decode(sample, brightness="1")  # type: ignore[arg-type]


def test_models_may_be_paths(sample: bytes) -> None:
    file = shipped_file(DEFAULT_MODEL)
    assert llcodec.encode(make_image(), model=file) == sample
    assert llcodec.decode(sample, model=file).tobytes() == llcodec.decode(sample).tobytes()


def test_targets_take_the_place_of_the_quality() -> None:
    image = make_image(48, 32)
    by_size = llcodec.encode(image, target_size=1200)
    assert len(by_size) <= 1200
    assert by_size == llcodec.encode(image, target_bpp=6.25)
    assert by_size == llcodec.encode(image, target_size="1.2kB")
    with pytest.raises(llcodec.QualityError, match="is not a size such as"):
        llcodec.encode(image, target_size="small")
    with pytest.raises(llcodec.QualityError, match="must be finite"):
        llcodec.encode(image, target_size=float("inf"))  # type: ignore[arg-type]
    with pytest.raises(llcodec.QualityError, match="give one"):
        llcodec.encode(image, target_size=1200, target_bpp=1.0)
    with pytest.raises(llcodec.QualityError, match="from 1 to 8"):
        llcodec.encode(image, 8.5)


def test_metadata_is_kept_unless_stripped() -> None:
    image = make_image()
    exif = Image.Exif()
    exif[0x010E] = "a description"
    image.info["exif"] = exif.tobytes()
    assert llcodec.decode(llcodec.encode(image)).getexif()[0x010E] == "a description"
    assert not llcodec.decode(llcodec.encode(image, strip=True)).getexif()


def test_the_limit_on_pixels(sample: bytes) -> None:
    with pytest.raises(llcodec.TooManyPixelsError):
        llcodec.encode(make_image(), max_pixels=255)
    with pytest.raises(llcodec.TooManyPixelsError):
        llcodec.decode(sample, max_pixels=255)
    assert llcodec.decode(sample, max_pixels=256).size == (16, 16)


def test_inspect() -> None:
    sample = llcodec.encode(make_image(), model="fast")
    info = llcodec.inspect(sample)
    assert (info.version, info.size) == ((1, 0), len(sample))
    assert info.bpp == 8 * len(sample) / 256
    assert info.overhead == len(sample) - len(container.unpack(sample).tiles[0].stream)
    assert info.overhead == 112  # as docs/format.md says
    assert [chunk.type for chunk in info.chunks] == ["HEAD", "TILE", "DONE"]


def test_a_model_is_loaded_once() -> None:
    from llcodec._api import load_codec

    before = load_codec.cache_info().currsize
    llcodec.encode(make_image())
    llcodec.encode(make_image())
    assert load_codec.cache_info().currsize == max(before, 1)


def test_threads_may_share_the_functions(sample: bytes) -> None:
    results: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: results.append(llcodec.encode(make_image())))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [sample] * 4


def test_a_codec_of_ones_own(sample: bytes) -> None:
    from llcodec._api import load_codec

    codec = load_codec(DEFAULT_MODEL, "auto")
    assert isinstance(codec, llcodec.Codec)
    picture = codec.decode(sample)
    assert np.array_equal(picture.pixels, np.asarray(llcodec.decode(sample)))
    assert codec.encode(llcodec.from_pil(make_image()), llcodec.Target(4.0)) == sample


def changed(sample: bytes, **changes: Any) -> bytes:
    file = container.unpack(sample)
    return container.pack(replace(file, header=replace(file.header, **changes)))


def test_a_file_says_which_model_it_needs(sample: bytes) -> None:
    with pytest.raises(llcodec.WrongModelError, match=f"needs the model {DEFAULT_MODEL} 0{{16}}"):
        llcodec.decode(changed(sample, model_hash=bytes(8)))
    with pytest.raises(llcodec.UnknownModelError, match="'other'"):
        llcodec.decode(changed(sample, model_name="other"))


def test_a_file_of_a_model_that_is_not_installed_says_what_to_install(
    sample: bytes, tmp_path: Path, ship: Ship
) -> None:
    ship(tmp_path)
    with pytest.raises(llcodec.UnknownModelError, match=r"'fast-2' .*llcodec\[models\]"):
        llcodec.decode(changed(sample, model_name="fast-2"))


def test_a_file_cannot_name_a_weight_file_to_load(
    sample: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.safetensors").write_bytes(b"never read")
    with pytest.raises(llcodec.UnknownModelError, match="does not ship"):
        llcodec.decode(changed(sample, model_name="x.safetensors"))


@pytest.fixture(scope="module")
def nerco(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The weight file of an untrained NeRCo."""
    from llcodec.nerco.model import NercoModel
    from llcodec.nerco.presets import COMPACT
    from llcodec.nerco.torch_engine import nerco_file
    from llcodec.nerco.weights import write_nerco

    path = tmp_path_factory.mktemp("nerco") / "own.safetensors"
    write_nerco(path, nerco_file("own", NercoModel(COMPACT, degrader=False)))
    return str(path)


def test_enhancing_needs_no_file_in_between(nerco: str, tmp_path: Path) -> None:
    image = make_image(40, 30)
    for model in ("joint", nerco):
        bright = llcodec.enhance(image, model=model, device="cpu")
        assert (bright.size, bright.mode) == ((40, 30), "RGB")
        half = llcodec.enhance(image, model=model, strength=0.5)
        means = [np.asarray(shown).mean() for shown in (image, half, bright)]
        assert means == sorted(means)
        same = llcodec.enhance(image, model=model, strength=0)
        assert np.array_equal(np.asarray(same), np.asarray(image))
    image.save(tmp_path / "dark.png")
    by_path = llcodec.enhance(tmp_path / "dark.png")
    assert by_path.tobytes() == llcodec.enhance(llcodec.from_pil(image)).tobytes()
    assert by_path.tobytes() == llcodec.enhance(image, model=DEFAULT_MODEL).tobytes()


def test_an_enhancer_of_ones_own_keeps_sixteen_bits(nerco: str) -> None:
    from llcodec._api import load_enhancer

    enhancer = llcodec.Enhancer(nerco)
    deep = llcodec.Picture(np.full((9, 9, 3), 1000, np.uint16))
    assert enhancer.enhance(deep).pixels.dtype == np.uint16
    assert load_enhancer(nerco, "auto") is load_enhancer(nerco, "auto")


def test_what_enhancing_refuses() -> None:
    image = make_image()
    with pytest.raises(llcodec.TooManyPixelsError):
        llcodec.enhance(image, max_pixels=255)
    with pytest.raises(llcodec.InputError, match="strength"):
        llcodec.enhance(image, strength=1.5)
    with pytest.raises(llcodec.UnknownModelError, match="joint, nerco, nerco-2, nerco-3, snr-a"):
        llcodec.enhance(image, model="nothing")


def test_metadata_outlive_enhancing() -> None:
    image = make_image()
    exif = Image.Exif()
    exif[0x010E] = "a description"
    image.info["exif"] = exif.tobytes()
    assert llcodec.enhance(image).getexif()[0x010E] == "a description"
