import io
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageFile, UnidentifiedImageError

import llcodec
import llcodec.pillow
from llcodec import _api, container, errors
from llcodec._limits import MAX_PIXELS
from llcodec._metadata import Resolution
from llcodec.codec.models import DEFAULT_MODEL

ROOT = Path(__file__).parents[1]
SIGNATURE = container.SIGNATURE
XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>"


def dark(
    width: int, height: int, channels: int = 3, seed: int = 0, dtype: type[Any] = np.uint8
) -> NDArray[Any]:
    """Return dark waves with a little noise."""
    rows, columns = np.mgrid[:height, :width]
    waves = 30 + 20 * np.sin(rows / 40) * np.cos(columns / 50)
    noise = np.random.default_rng(seed).integers(0, 6, (height, width, channels))
    samples: NDArray[Any] = (waves[..., None] + noise).astype(dtype)
    return samples


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The .llc file of a picture of 320×200 with metadata, in tiles of 64."""
    exif = Image.Exif()
    exif[0x010F] = "Camera"
    picture = llcodec.from_pil(Image.fromarray(dark(320, 200)))
    metadata = replace(
        picture.metadata, exif=exif.tobytes()[6:], xmp=XMP, resolution=Resolution.from_dpi(300, 300)
    )
    data = llcodec.Codec().encode(replace(picture, metadata=metadata), tile_size=64)
    path = tmp_path_factory.mktemp("pillow") / "dark.llc"
    path.write_bytes(data)
    return path


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make loading a network an error."""

    def load(*_arguments: object) -> None:
        raise AssertionError("a network was loaded")

    monkeypatch.setattr(_api, "load_codec", load)


@pytest.fixture
def load_truncated() -> Iterator[None]:
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    yield
    ImageFile.LOAD_TRUNCATED_IMAGES = False


def altered(data: bytes, position: int) -> bytes:
    return data[:position] + bytes([data[position] ^ 255]) + data[position + 1 :]


def header_of(**values: Any) -> bytes:
    """Return the start of a file with such a header, and no tile."""
    header = container.Header(quality_units=1024, model_name="fast", model_hash=bytes(8), **values)
    tiles = tuple(container.Tile(0, b"") for _ in range(header.tile_count))
    limits = container.Limits(max_pixels=header.pixels)
    return container.pack(container.Container(header, tiles), limits)


def test_it_is_registered() -> None:
    assert Image.registered_extensions()[".llc"] == "LLC"
    assert Image.MIME["LLC"] == "image/x-llc"
    assert {"LLC"} <= set(Image.OPEN) & set(Image.SAVE)


@pytest.mark.usefixtures("no_network")
def test_opening_loads_no_network(file: Path) -> None:
    with Image.open(file) as image:
        assert (image.format, image.size, image.mode) == ("LLC", (320, 200), "RGB")
        assert image.get_format_mimetype() == "image/x-llc"
        assert image.getexif()[0x010F] == "Camera"
        assert image.info["xmp"] == XMP
        assert image.info["dpi"] == pytest.approx((300, 300), abs=0.02)
        assert (image.info["quality"], image.info["model"]) == (4.0, DEFAULT_MODEL)
        image.verify()


@pytest.mark.parametrize(
    ("channels", "dtype", "mode"),
    [
        ("L", np.uint8, "L"),
        ("L", np.uint16, "I;16"),
        ("LA", np.uint8, "LA"),
        ("LA", np.uint16, "LA"),
        ("RGB", np.uint16, "RGB"),
        ("RGBA", np.uint8, "RGBA"),
        ("RGBA", np.uint16, "RGBA"),
    ],
)
def test_every_mode(channels: str, dtype: type[np.uint8 | np.uint16], mode: str) -> None:
    pixels = np.repeat(dark(40, 24, 1, dtype=dtype), 3, 2)
    alpha = dark(40, 24, 1, seed=1, dtype=dtype)[..., 0]
    picture = llcodec.Picture(pixels, alpha if "A" in channels else None, grey="L" in channels)
    data = llcodec.encode(picture)
    image = Image.open(io.BytesIO(data))
    assert (image.mode, image.size) == (mode, (40, 24))
    assert image.tobytes() == llcodec.decode(data).tobytes()
    assert (image.mode, image.size) == (mode, (40, 24))


def test_it_is_what_decode_returns(file: Path) -> None:
    expected = llcodec.decode(file)
    with Image.open(file) as image:
        image.load()
        assert image.copy().tobytes() == expected.tobytes()
        first = image.load()
        assert image.load() is not None
        assert first is not None
    assert image.tobytes() == expected.tobytes()  # loaded images outlive their files
    assert pickle.loads(pickle.dumps(image)).tobytes() == expected.tobytes()
    with file.open("rb") as stream:
        from_stream = Image.open(stream)
        assert from_stream.convert("L").tobytes() == expected.convert("L").tobytes()
        assert not stream.closed
    assert expected.info == {k: v for k, v in image.info.items() if k not in ("quality", "model")}


def test_a_closed_image_is_not_decoded(file: Path) -> None:
    for loaded in (False, True):
        image = Image.open(file)
        if loaded:
            image.load()
        image.close()
        with pytest.raises(ValueError, match="closed"):
            image.load()


@pytest.mark.parametrize(
    ("asked", "size"),
    [
        ((80, 50), (80, 50)),
        ((41, 20), (80, 50)),
        ((40, 25), (40, 25)),
        ((5, 5), (20, 12)),
        ((1, 1), (20, 12)),
    ],
)
def test_draft_decodes_a_smaller_image(
    file: Path, asked: tuple[int, int], size: tuple[int, int]
) -> None:
    codec, whole = llcodec.Codec(), llcodec.decode(file)
    with Image.open(file) as image:
        assert image.draft(None, asked) == ("RGB", (0, 0, *size))
        assert image.size == size
        assert image.tobytes() == codec.decode_small(file.read_bytes(), size[0]).pixels.tobytes()
        assert image.size == size
        assert image.draft(None, (1, 1)) is None
    difference = np.abs(
        np.asarray(image, float) - np.asarray(whole.resize(size, Image.Resampling.BOX), float)
    )
    assert difference.mean() < 4


@pytest.mark.parametrize("asked", [(81, 50), (80, 51), (320, 200), (1000, 1), None])
def test_draft_changes_nothing_above_a_quarter(file: Path, asked: tuple[int, int] | None) -> None:
    with Image.open(file) as image:
        assert image.draft("L", asked) is None
        assert (image.size, image.mode) == ((320, 200), "RGB")


def test_thumbnails_are_decoded_small(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    small = llcodec.Codec.decode_small

    def decode_small(codec: llcodec.Codec, data: bytes, most: int, **rest: Any) -> Any:
        calls.append(most)
        return small(codec, data, most, **rest)

    monkeypatch.setattr(llcodec.Codec, "decode_small", decode_small)
    with Image.open(file) as image:
        image.thumbnail((24, 24))
    assert (image.size, calls) == ((24, 15), [80])


def test_saving_encodes(tmp_path: Path) -> None:
    image = Image.fromarray(dark(64, 48))
    image.save(tmp_path / "a.llc")
    assert (tmp_path / "a.llc").read_bytes() == llcodec.encode(image)
    stream = io.BytesIO()
    image.save(stream, "LLC", quality=2.5, optimize=True)  # Pillow ignores options of others
    assert stream.getvalue() == llcodec.encode(image, 2.5)
    image.save(tmp_path / "b.llc", target_size="600B", model="base", engine="onnx", device="cpu")
    assert (tmp_path / "b.llc").read_bytes() == llcodec.encode(image, target_size=600, model="base")
    with Image.open(tmp_path / "a.llc") as written:
        written.save(tmp_path / "a.llc", quality=1)  # over itself
    assert llcodec.inspect(tmp_path / "a.llc").header.quality == 1


def test_saving_keeps_metadata_unless_other_is_given(tmp_path: Path, file: Path) -> None:
    other = Image.Exif()
    other[0x010F], other[0x0112] = "Other", 6
    path = tmp_path / "a.llc"

    def saved(**options: Any) -> Image.Image:
        with Image.open(file) as image:
            image.save(path, **options)
        with Image.open(path) as image:
            return image

    kept = saved()
    assert kept.getexif()[0x010F] == "Camera"
    assert kept.info["xmp"] == XMP
    assert kept.info["dpi"] == pytest.approx((300, 300), abs=0.02)
    for exif in (other, other.tobytes()):
        given = saved(exif=exif, xmp=b"<y/>", dpi=(72, 72))
        assert (given.getexif()[0x010F], given.getexif()[0x0112]) == ("Other", 1)
        assert given.info["xmp"] == b"<y/>"
        assert given.info["dpi"] == pytest.approx((72, 72), abs=0.02)
        assert given.size == (320, 200)
    assert not {"exif", "xmp", "dpi"} & set(saved(exif=b"", xmp=None, dpi=None).info)
    assert not {"exif", "xmp", "dpi"} & set(saved(strip=True).info)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"quality": 85}, ValueError, "quality must be from 1 to 8, not 85"),
        ({"quality": "high"}, TypeError, "quality must be a number"),
        ({"target_size": 1}, ValueError, "byte"),
        ({"target_size": 900, "target_bpp": 1}, ValueError, "give one of"),
        ({"model": "jiont"}, ValueError, "jiont"),
        ({"max_pixels": 10}, ValueError, "above the limit of 10"),
    ],
)
def test_wrong_options_leave_no_file(
    tmp_path: Path, options: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        Image.fromarray(dark(16, 16)).save(tmp_path / "a.llc", **options)
    assert list(tmp_path.iterdir()) == []


def test_damaged_headers_are_unidentified(file: Path) -> None:
    data = file.read_bytes()
    for bad in (data[:8], data[:40], altered(data, 20), data[:8] + b"\x09" + data[9:]):
        with pytest.raises(UnidentifiedImageError) as caught:
            Image.open(io.BytesIO(bad))
        assert isinstance(caught.value.__cause__, errors.FormatError)
    with pytest.raises(UnidentifiedImageError, match="cannot identify"):
        Image.open(io.BytesIO(data[:7]))


@pytest.mark.parametrize("damage", [lambda d: d[:-1], lambda d: altered(d, len(d) // 2)])
def test_damaged_files_are_os_errors_when_they_are_loaded(
    file: Path, damage: Callable[[bytes], bytes]
) -> None:
    data = damage(file.read_bytes())
    with pytest.raises(errors.FormatError) as expected:
        llcodec.decode(data)
    for size in (None, (10, 10)):
        image = Image.open(io.BytesIO(data))
        assert image.size == (320, 200)
        image.draft(None, size)
        for _ in range(2):
            with pytest.raises(OSError, match="--salvage") as caught:
                image.load()
            assert str(caught.value) == str(expected.value)
    with pytest.raises(OSError, match="--salvage"):
        Image.open(io.BytesIO(data)).verify()


@pytest.mark.usefixtures("load_truncated")
@pytest.mark.parametrize("size", [None, (20, 12)])
def test_truncated_files_are_loaded_as_far_as_they_go_on_request(
    file: Path, size: tuple[int, int] | None
) -> None:
    data = file.read_bytes()
    image = Image.open(io.BytesIO(data[: len(data) * 2 // 3]))
    image.draft(None, size)
    pixels = np.asarray(image)
    whole = np.asarray(llcodec.decode(data).resize(image.size, Image.Resampling.LANCZOS), float)
    assert pixels.shape == ((200, 320, 3) if size is None else (12, 20, 3))
    top = len(pixels) // 8
    assert np.abs(pixels[:top] - whole[:top]).mean() < 4
    assert pixels[-1, -1].tolist() == [128, 128, 128]


def test_huge_images_are_decompression_bombs(monkeypatch: pytest.MonkeyPatch) -> None:
    huge = header_of(width=MAX_PIXELS // 4096 + 1, height=4096, tile_size=4096)
    with pytest.raises(Image.DecompressionBombError, match="100000000"):
        Image.open(io.BytesIO(huge))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 2 * MAX_PIXELS)
    assert Image.open(io.BytesIO(huge)).height == 4096
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", None)
    assert Image.open(io.BytesIO(huge)).height == 4096
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    with pytest.raises(Image.DecompressionBombError):
        Image.open(io.BytesIO(header_of(width=64, height=64)))


def test_a_missing_model_is_an_os_error() -> None:
    image = Image.open(io.BytesIO(header_of(width=64, height=64)))
    with pytest.raises(OSError, match="needs the model fast") as caught:
        image.load()
    assert isinstance(caught.value.__cause__, errors.WrongModelError)


def test_a_file_is_no_input_of_encode(file: Path) -> None:
    with pytest.raises(errors.UnreadableImageError):
        llcodec.encode(file)
    with Image.open(file) as image:
        assert llcodec.encode(image) == llcodec.encode(image.copy())


# A thumbnailer that knows Pillow alone.
THUMBNAILER = """
import sys
from pathlib import Path
from PIL import Image, UnidentifiedImageError

suffixes = Image.registered_extensions()
for path in sorted(Path(sys.argv[1]).rglob("*")):
    if path.suffix.lower() not in suffixes:
        continue
    try:
        with Image.open(path) as image:
            image.thumbnail((48, 48))
            image.convert("RGB").save(path.with_suffix(".jpg"))
    except OSError as error:
        print(type(error).__name__, path.name)
"""


def test_a_program_that_knows_pillow_alone(tmp_path: Path, file: Path) -> None:
    (tmp_path / "a.llc").write_bytes(file.read_bytes())
    (tmp_path / "b.llc").write_bytes(file.read_bytes()[:-40])
    (tmp_path / "c.llc").write_bytes(file.read_bytes()[:20])
    (tmp_path / "d.llc").write_bytes(b"; ModuleID = 'd.ll'")
    done = subprocess.run(
        [sys.executable, "-c", f"import llcodec.pillow\n{THUMBNAILER}", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    told = ["OSError b.llc", "UnidentifiedImageError c.llc", "UnidentifiedImageError d.llc"]
    assert done.stdout.splitlines() == told
    assert done.stderr == ""
    assert [path.name for path in tmp_path.glob("*.jpg")] == ["a.jpg"]
    with Image.open(tmp_path / "a.jpg") as image:
        assert image.size == (48, 30)


@pytest.mark.extra("torchvision")
def test_a_data_set_of_torchvision(tmp_path: Path, file: Path) -> None:
    from llcodec._torchvision import import_torchvision

    import_torchvision()
    from torchvision.datasets import ImageFolder

    for name in ("day", "night"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.llc").write_bytes(file.read_bytes())
    images = ImageFolder(
        str(tmp_path),
        is_valid_file=lambda path: Path(path).suffix in Image.registered_extensions(),
    )
    assert [label for _, label in images] == [0, 1]
    assert images[1][0].tobytes() == llcodec.decode(file).tobytes()


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize(
    "path", sorted((ROOT / "tests/golden/v1/broken").glob("*.llc")), ids=lambda path: path.stem
)
def test_broken_files_are_errors_that_programs_expect(path: Path) -> None:
    with pytest.raises((OSError, Image.DecompressionBombError)) as caught, Image.open(path) as it:
        it.load()
    assert isinstance(caught.value.__cause__, errors.LlcError) or path.read_bytes()[:8] != SIGNATURE
