"""What results say of the machine."""

from dataclasses import replace
from datetime import UTC, datetime

import torch

from llcodec import __version__
from llcodec.bench.machine import Conditions, conditions_here, machine


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


ONE = Conditions("2026-02-01", "a quick one", 1, 2, "3.0")


def test_they_are_those_of_the_processes_that_measure() -> None:
    alone, together = conditions_here(1), conditions_here(8)
    assert (alone.jobs, alone.threads) == (1, torch.get_num_threads())
    assert (together.jobs, together.threads) == (8, 1)
    assert alone.torch == torch.__version__
    assert alone.processor
    assert alone.date == datetime.now(UTC).date().isoformat()


def test_only_the_date_does_not_matter() -> None:
    assert ONE.comparable(replace(ONE, date="2020-01-01"))
    others = ({"processor": "x"}, {"jobs": 2}, {"threads": 1}, {"torch": "2.9"})
    assert not any(ONE.comparable(replace(ONE, **other)) for other in others)


def test_they_are_reported_in_words_and_by_date() -> None:
    assert str(ONE) == "a quick one, 1 job, 2 threads, PyTorch 3.0, 2026-02-01"
    assert "8 jobs, 1 thread," in str(replace(ONE, jobs=8, threads=1))
    earlier = replace(ONE, date="2026-01-31", processor="b")
    assert sorted((ONE, earlier)) == [earlier, ONE]
