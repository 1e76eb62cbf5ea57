"""What the comparison of engines measures; how fast they are belongs to its committed result."""

import numpy as np

from measurements.engines import Jobs, codec_jobs, cpu_seconds, dark, enhancer_jobs, measure


def test_both_engines_do_the_same() -> None:
    jobs = codec_jobs("base", 32, 48) | enhancer_jobs(16, 32)
    assert len(jobs) == 9
    for name, (onnx, pytorch) in jobs.items():
        mine, theirs = onnx(), pytorch()
        if isinstance(mine, np.ndarray) and isinstance(theirs, np.ndarray):
            np.testing.assert_allclose(mine, theirs, atol=1e-3, err_msg=name)
        else:
            assert mine == theirs, name


def test_the_picture_is_dark_and_seeded() -> None:
    assert dark(30, 40).shape == (30, 40, 3)
    assert 0.05 < dark(30, 40).mean() < 0.2
    assert np.array_equal(dark(30, 40), dark(30, 40))


def test_medians_are_of_all_runs_but_the_first() -> None:
    calls: list[str] = []
    jobs: Jobs = {"wait": (lambda: calls.append("onnx"), lambda: calls.append("torch"))}
    found = measure(jobs, 3)
    assert calls == ["onnx", "torch"] * 4
    assert set(found["wait"]) == {"onnx", "torch", "ratio"}
    assert cpu_seconds(lambda: sum(range(100_000))) > 0
