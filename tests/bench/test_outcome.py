from llcodec.bench.outcome import BenchOutcome
from llcodec.bench.pictures import PictureSet
from llcodec.bench.runner import PipelineRun


def test_failures_are_the_runs_that_failed() -> None:
    good, bad = PipelineRun("a", "a", None), PipelineRun("b", "b", None, failure="broken")
    outcome = BenchOutcome(PictureSet("set", "test", ()), (good, bad), (), (), {})
    assert outcome.failures == (bad,)
