"""What results say of the machine."""

import torch

from llcodec import __version__
from llcodec.bench.machine import machine


def test_machine_names_versions_and_nothing_private() -> None:
    facts = machine()
    assert facts["llcodec"] == __version__
    assert facts["torch"] == torch.__version__
    assert facts["threads"] == torch.get_num_threads()
    assert set(facts) == {
        "processor",
        "instructions",
        "threads",
        "python",
        "torch",
        "llcodec",
        "date",
    }
