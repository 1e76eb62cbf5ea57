"""``--partial``: truncated images on the command line."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import llcodec

Llc = Callable[..., Any]


@pytest.fixture
def half(tmp_path: Path) -> Path:
    out = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 60, (64, 96, 3), np.uint8)).save(
        out, "PNG"
    )
    (tmp_path / "half.png").write_bytes(out.getvalue()[: len(out.getvalue()) // 2])
    return tmp_path / "half.png"


def test_without_it_a_truncated_image_is_an_error(llc: Llc, half: Path) -> None:
    for command in ("encode", "enhance"):
        result = llc(command, half)
        assert result.code == 1
        [line] = result.problems
        assert "the image is truncated or damaged" in line
    assert [path.name for path in half.parent.iterdir()] == ["half.png"]


def test_with_it_what_is_there_is_used_and_the_exit_code_says_so(llc: Llc, half: Path) -> None:
    encoded = llc("encode", half, "--partial", "--quiet")
    assert encoded.code == 3
    [line] = encoded.problems
    assert line.endswith("; what is missing is blank in the output")
    enhanced = llc("enhance", half, "--partial", "--json")
    assert enhanced.code == 3
    [problem] = json.loads(enhanced.out)["problems"]
    assert line == f"llc: {half}: {problem}"
    for picture in (
        llcodec.read_picture(half.with_name("half-enhanced.png")),
        llcodec.Codec().decode(half.with_suffix(".llc").read_bytes()),
    ):
        assert picture.pixels[:16].mean() > 60  # as bright as without the rest, which is black
        assert (picture.pixels[-16:] == 0).all()
