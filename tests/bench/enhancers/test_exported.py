"""Padding, tiles and what is recorded, with networks that are functions."""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from scipy.ndimage import uniform_filter

from llcodec._arrays import Pixels
from llcodec.bench.enhancers.exported import (
    ExportedEnhancer,
    ExportedFile,
    LoadedNetwork,
    Planes,
    exported_file,
)
from llcodec.errors import InputError, UnknownModelError

Run = Callable[[Planes], object]


@pytest.fixture(scope="module")
def dark() -> Pixels:
    return np.random.default_rng(0).integers(0, 100, (53, 90, 3), dtype=np.uint8)


def enhancer(
    tmp_path: Path,
    run: Run,
    multiple: int = 1,
    tile: int | None = None,
    sides: tuple[int, int] | None = None,
) -> ExportedEnhancer:
    path = tmp_path / "net.onnx"
    path.write_bytes(b"weights")
    loaded = LoadedNetwork(run, {"lib": "1"}, sides)
    return ExportedEnhancer("onnx", ExportedFile(path, multiple, tile), lambda *_: loaded)


def double(planes: Planes) -> Planes:
    return 2 * planes


def blur(planes: Planes) -> Planes:
    """Averages over 3×3, and repeats edges."""
    return np.asarray(uniform_filter(planes, (1, 1, 3, 3), mode="nearest"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a.onnx", ExportedFile(Path("a.onnx"))),
        ("a,b.onnx,multiple=8", ExportedFile(Path("a,b.onnx"), 8)),
        ("a.pt2,tile=64,multiple=32", ExportedFile(Path("a.pt2"), 32, 64)),
        ("a,tile=x.pt", ExportedFile(Path("a,tile=x.pt"))),
    ],
)
def test_what_a_text_says(text: str, expected: ExportedFile) -> None:
    assert exported_file(text) == expected


@pytest.mark.parametrize("text", ["a,multiple=0", "a,tile=8,tile=8", "a,multiple=32,tile=48"])
def test_settings_that_cannot_be(text: str) -> None:
    with pytest.raises(InputError, match="settings of"):
        exported_file(text)


def test_planes_are_rgb_from_0_to_1(tmp_path: Path, dark: Pixels) -> None:
    seen = []

    def look(planes: Planes) -> Planes:
        seen.append(planes)
        return double(planes)

    np.testing.assert_array_equal(enhancer(tmp_path, look).enhance(dark), 2 * dark)
    (planes,) = seen
    assert planes.dtype == np.float32
    assert planes.flags.c_contiguous
    np.testing.assert_allclose(planes[0].transpose(1, 2, 0) * 255, dark, atol=1e-4)


def test_values_out_of_range_are_clipped(tmp_path: Path, dark: Pixels) -> None:
    assert enhancer(tmp_path, lambda p: p + 9).enhance(dark).min() == 255
    assert enhancer(tmp_path, lambda p: p - 9).enhance(dark).max() == 0


def test_sides_are_padded_with_edges_to_multiples(tmp_path: Path, dark: Pixels) -> None:
    shapes = []

    def look(planes: Planes) -> Planes:
        shapes.append(planes.shape)
        assert (planes[..., 53:, :] == planes[..., 52:53, :]).all()
        assert (planes[..., 90:] == planes[..., 89:90]).all()
        return double(planes)

    np.testing.assert_array_equal(enhancer(tmp_path, look, multiple=16).enhance(dark), 2 * dark)
    assert shapes == [(1, 3, 64, 96)]


@pytest.mark.parametrize("tile", [8, 16, 40, 64, 100])
def test_tiles_of_a_local_network_make_the_whole_picture(
    tmp_path: Path, dark: Pixels, tile: int
) -> None:
    largest = 0

    def look(planes: Planes) -> Planes:
        nonlocal largest
        largest = max(largest, *planes.shape[2:])
        return blur(planes)

    made = enhancer(tmp_path, look, tile=tile).enhance(dark)
    np.testing.assert_array_equal(made, enhancer(tmp_path, blur).enhance(dark))
    assert largest <= tile


def test_networks_of_one_size_get_it_always(tmp_path: Path, dark: Pixels) -> None:
    shapes = set()

    def look(planes: Planes) -> Planes:
        shapes.add(planes.shape)
        return blur(planes)

    made = enhancer(tmp_path, look, sides=(32, 48)).enhance(dark)
    assert shapes == {(1, 3, 32, 48)}
    np.testing.assert_array_equal(made, enhancer(tmp_path, blur).enhance(dark))
    with pytest.raises(InputError, match="takes pictures of 48×32 pixels only"):
        enhancer(tmp_path, look, tile=32, sides=(32, 48))


@pytest.mark.parametrize(
    ("run", "message"),
    [
        (lambda p: p[..., ::2, ::2], r"output of .* for 90×53 pixels has the shape 1×3×27×45"),
        (lambda p: p * np.float32(np.nan), r"output of .* for 90×53 pixels is not finite"),
        (lambda p: p[0, 9], r"failed with 90×53 pixels \(IndexError.*net\.onnx,multiple=32"),
    ],
)
def test_what_goes_wrong_is_reported(tmp_path: Path, dark: Pixels, run: Run, message: str) -> None:
    with pytest.raises(InputError, match=message):
        enhancer(tmp_path, run).enhance(dark)


def test_settings_name_file_checksum_and_cutting(tmp_path: Path) -> None:
    settings = enhancer(tmp_path, double, multiple=8, tile=64).settings()
    assert settings.versions == {"lib": "1", "SHA-256": sha256(b"weights").hexdigest()}
    assert settings.parameters == {
        "file": "net.onnx",
        "multiple": 8,
        "tiles": "64×64",
        "padding": "edges repeated",
        "device": "cpu",
    }
    assert settings.training_hours is None
    assert enhancer(tmp_path, double, sides=(4, 6)).settings().parameters["tiles"] == "6×4"


def test_files_that_are_not_there(tmp_path: Path) -> None:
    loaded = LoadedNetwork(double, {})
    with pytest.raises(UnknownModelError, match="No such file"):
        ExportedEnhancer("onnx", ExportedFile(tmp_path / "none.onnx"), lambda *_: loaded)
