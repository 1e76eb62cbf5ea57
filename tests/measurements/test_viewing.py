"""The measurement with models of human vision; they need not be installed."""

import argparse
from pathlib import Path

import numpy as np
import pytest

from llcodec._arrays import Pixels
from llcodec.codec.codec import Codec
from llcodec.codec.models import DEFAULT_MODEL
from llcodec.data.pairs import Pair
from llcodec.errors import InputError
from measurements.viewing import DETAILS, butteraugli, measure, measure_all
from tests.conftest import photograph


def difference(picture: Pixels, reference: Pixels) -> float:
    return float(np.abs(picture.astype(float) - reference).mean())


def test_each_detail_has_a_row_of_the_same_files() -> None:
    high = photograph(1, 96, 64)
    pairs = [Pair("a", high // 4, high)]
    codecs = [(detail, Codec(detail=detail)) for detail in (0.0, 1.0)]
    brightness: list[float] = []

    def mean_difference(picture: Pixels, reference: Pixels) -> float:
        brightness.append(abs(float(picture.mean()) - float(reference.mean())))
        return 1.5

    base, look = measure(codecs, pairs, 4.0, (difference, mean_difference))
    assert (base.detail, look.detail) == (0.0, 1.0)
    assert base.bpp == look.bpp > 0
    assert base.jod != look.jod
    assert base.butteraugli == look.butteraugli == 1.5
    assert max(brightness) < 10  # the mean is given


def test_the_3_norm_is_read_from_what_the_program_prints(tmp_path: Path) -> None:
    program = tmp_path / "printed"
    program.write_text("#!/bin/sh\necho 7.5\necho '3-norm: 2.25'\n")
    program.chmod(0o755)
    grey = np.zeros((4, 4, 3), np.uint8)
    assert butteraugli(str(program))(grey, grey) == 2.25
    program.write_text("#!/bin/sh\necho broken >&2\nexit 3\n")
    with pytest.raises(InputError, match="failed: broken"):
        butteraugli(str(program))(grey, grey)
    with pytest.raises(InputError, match="libjxl-devtools"):
        butteraugli(str(tmp_path / "none"))


def test_a_result_has_its_command_and_all_rows(pair_folder: Path, tmp_path: Path) -> None:
    options = argparse.Namespace(
        pairs=pair_folder,
        split="val",
        model=DEFAULT_MODEL,
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
    assert [row["detail"] for row in result["rows"]] == [0.0, 0.5, 1.0]
