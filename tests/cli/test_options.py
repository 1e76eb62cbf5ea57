import pytest
import torch

from llcodec.cli._options import use_threads


def test_threads_are_set_only_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(torch, "set_num_threads", asked.append)
    use_threads(None)
    use_threads(3)
    assert asked == [3]
