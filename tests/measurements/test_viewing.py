"""The measurement with models of human vision; they need not be installed."""

import argparse
import sys
from pathlib import Path

import numpy as np
import pytest

from llcodec._arrays import Pixels
from llcodec.codec.codec import Codec
from llcodec.codec.models import DEFAULT_MODEL
from llcodec.data.pairs import Pair
from llcodec.errors import InputError
from measurements.viewing import DETAILS, butteraugli, main, measure, measure_all, with_mean_of
from tests.conftest import photograph


def difference(picture: Pixels, reference: Pixels) -> float:
    return float(np.abs(picture.astype(float) - reference).mean())


def test_each_detail_has_a_row_of_the_same_files() -> None:
    high = photograph(1, 96, 64)
    pairs = [Pair("a", high // 4, high)]
    codecs = [(detail, Codec(detail=detail)) for detail in (0.0, 1.0)]
    base, look = measure(codecs, pairs, 4.0, (difference, lambda *_: 1.5))
    assert (base.detail, look.detail) == (0.0, 1.0)
    assert base.bpp == look.bpp > 0
    assert base.jod != look.jod
    assert base.butteraugli == look.butteraugli == 1.5


def test_the_mean_is_given() -> None:
    reference = photograph(1, 96, 64) // 2 + 40
    picture = (0.6 * reference).astype(np.uint8)
    scaled = with_mean_of(picture, reference)
    assert difference(scaled, reference) < 1 < 10 < difference(picture, reference)
    assert scaled.mean() == pytest.approx(reference.mean(), abs=0.5)


def test_the_3_norm_is_read_from_what_the_program_prints(tmp_path: Path) -> None:
    program = tmp_path / "printed"
    program.write_text("#!/bin/sh\necho 7.5\necho '3-norm: 2.25'\n")
    program.chmod(0o755)
    grey = np.zeros((4, 4, 3), np.uint8)
    assert butteraugli(str(program))(grey, grey) == 2.25
    program.write_text("#!/bin/sh\necho broken >&2\nexit 3\n")
    with pytest.raises(InputError, match="failed: broken"):
        butteraugli(str(program))(grey, grey)
    program.write_text("#!/bin/sh\necho nothing\n")
    with pytest.raises(InputError, match="printed no 3-norm"):
        butteraugli(str(program))(grey, grey)
    with pytest.raises(InputError, match="libjxl-devtools"):
        butteraugli(str(tmp_path / "none"))


def test_what_is_missing_is_named_in_a_line(
    pair_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pycvvdp", None)
    out = tmp_path / "out.json"
    with pytest.raises(SystemExit, match="pip install cvvdp") as ended:
        main(["--pairs", str(pair_folder), "--threads", "1", "--out", str(out)])
    assert "\n" not in str(ended.value.code)
    assert not out.exists()


def test_a_result_has_its_command_and_all_rows(pair_folder: Path, tmp_path: Path) -> None:
    options = argparse.Namespace(
        pairs=pair_folder,
        split="val",
        model=DEFAULT_MODEL,
        look=None,
        qualities=[4.0],
        details=DETAILS,
        out=tmp_path / "out.json",
    )
    result = measure_all(options, (difference, difference))
    assert result["command"] == (
        f"python -m measurements.viewing --pairs {pair_folder.name} --split val --qualities 4 "
        f"--model {DEFAULT_MODEL} --out out.json"
    )
    assert result["pictures"] == 1
    assert result["look"]["name"] == f"{DEFAULT_MODEL}-look"
    assert [row["detail"] for row in result["rows"]] == [0.0, 0.5, 1.0]
