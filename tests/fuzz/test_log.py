"""What is read out of the fuzzer's words."""

from types import ModuleType

CLEAN = """\
#584	DONE   cov: 78 ft: 302 corp: 32/9522b lim: 4096 exec/s: 18 rss: 325Mb
Done 584 runs in 31 second(s)
stat::number_of_executed_units: 584
stat::average_exec_per_sec:     18
stat::slowest_unit_time_sec:    2
stat::peak_rss_mb:              325
"""
RAISED = """\
 === Uncaught Python exception: ===
AssertionError: two headers
Traceback (most recent call last):
  File "/somewhere/fuzz/bounds.py", line 22, in measured
    one_input(data)
  File "/somewhere/llcodec/container/reading.py", line 31, in unpack
    expect(header == left.header, "two headers")

==123== ERROR: libFuzzer: fuzz target exited
artifact_prefix='found/'; Test unit written to found/crash-0123
stat::number_of_executed_units: 41
"""
SLOW = """\
==123== ERROR: libFuzzer: timeout after 121 seconds
Test unit written to found/timeout-0123
"""


def test_a_clean_run(fuzz: dict[str, ModuleType]) -> None:
    run = fuzz["log"].read_log(CLEAN)
    assert (run.executions, run.slowest, run.peak_mb) == (584, 2, 325)
    assert run.crash is None
    assert run.input is None


def test_an_exception_is_named_with_its_place_in_the_project(fuzz: dict[str, ModuleType]) -> None:
    run = fuzz["log"].read_log(RAISED)
    assert run.crash == "AssertionError: two headers (llcodec/container/reading.py:31)"
    assert run.input == "found/crash-0123"
    assert run.executions == 41


def test_what_the_fuzzer_itself_ends(fuzz: dict[str, ModuleType]) -> None:
    run = fuzz["log"].read_log(SLOW)
    assert run.crash == "timeout after 121 seconds"
    assert run.input == "found/timeout-0123"
