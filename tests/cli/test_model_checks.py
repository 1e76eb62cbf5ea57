from pathlib import Path

import pytest
import torch

from llcodec._shipped import shipped_file
from llcodec.cli._model_checks import try_out
from llcodec.errors import BrokenModelError, UnknownModelError
from llcodec.nerco.torch_engine import nerco_file, nerco_model
from llcodec.nerco.weights import read_nerco, write_nerco


def test_both_kinds_are_tried(nerco: Path) -> None:
    tried = try_out(shipped_file("fast"))
    assert (tried["model"], tried["kind"], len(tried["hash"])) == ("fast", "codec", 16)
    tried = try_out(nerco)
    assert (tried["model"], tried["kind"]) == ("tiny-nerco", "enhancer")
    assert tried["hash"] == read_nerco(nerco).sha256[:16]


def test_an_enhancer_that_does_not_brighten_is_found(nerco: Path, tmp_path: Path) -> None:
    model = nerco_model(read_nerco(nerco))
    torch.nn.init.constant_(model.g_h.net.global_shift.bias, -5.0)  # type: ignore[union-attr,arg-type]
    write_nerco(tmp_path / "dark.safetensors", nerco_file("dark", model))
    with pytest.raises(BrokenModelError, match="does not brighten a dark image"):
        try_out(tmp_path / "dark.safetensors")


def test_other_files_are_no_models(tmp_path: Path) -> None:
    with pytest.raises(UnknownModelError):
        try_out(tmp_path / "none")
    (tmp_path / "a").write_bytes(b"nothing")
    with pytest.raises(BrokenModelError, match="not a weight file"):
        try_out(tmp_path / "a")
