from collections.abc import Callable

import pytest
import torch

from llcodec.nets.joint import JointModel
from llcodec.training.precision import compile_parts, transforms_in

CPU = torch.device("cpu")


def product(precision: str) -> torch.dtype:
    with transforms_in(precision, CPU):
        return torch.mm(torch.ones(2, 2), torch.ones(2, 2)).dtype


def test_precision_is_as_asked() -> None:
    assert product("float32") == torch.float32
    assert product("bfloat16") == torch.bfloat16


@pytest.mark.parametrize("amx", [True, False])
@pytest.mark.parametrize("avx", [True, False])
def test_auto_is_lower_only_where_it_is_faster(
    monkeypatch: pytest.MonkeyPatch, amx: bool, avx: bool
) -> None:
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: amx)
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: avx)
    assert product("auto") == (torch.bfloat16 if amx or avx else torch.float32)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of what torch.compile imports
def test_compiling_keeps_names_and_marks_parts(tiny_model: Callable[[], JointModel]) -> None:
    """Compiled is what is called the first time; here nothing is, so no compiler is needed."""
    model = tiny_model()
    names = list(model.state_dict())
    compile_parts(model)
    assert list(model.state_dict()) == names
    assert model.g_s._compiled_call_impl is not None
    assert model.tone is not None
    assert model.tone._compiled_call_impl is None
