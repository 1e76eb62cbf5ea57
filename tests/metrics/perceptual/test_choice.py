from pathlib import Path

import pytest

from llcodec.errors import InputError, UnknownModelError
from llcodec.metrics.perceptual import MetricChoice, parse_metrics


def test_texts_name_metrics_and_files() -> None:
    assert parse_metrics([]) == ()
    assert parse_metrics(["lpips,dists"]) == (MetricChoice("lpips"), MetricChoice("dists"))
    assert parse_metrics(["lpips-squeeze:a.pth"]) == (MetricChoice("lpips-squeeze", Path("a.pth")),)
    both = parse_metrics(["dists:a/vgg.pth", "lpips:b.safetensors"])
    assert both == (
        MetricChoice("lpips", Path("b.safetensors")),
        MetricChoice("dists", Path("a/vgg.pth")),
    )
    assert [str(choice) for choice in both] == ["lpips:b.safetensors", "dists:vgg.pth"]
    assert str(MetricChoice("lpips")) == "lpips"


@pytest.mark.parametrize("text", ["", "fid", "lpips,", "lpips:", "LPIPS", ":a.pth"])
def test_what_is_no_metric_is_refused(text: str) -> None:
    names = "lpips, lpips-squeeze, dists or NAME:WEIGHTS"
    with pytest.raises(InputError, match=f"no metric '.*': write {names}"):
        parse_metrics([text])


def test_each_metric_is_there_once() -> None:
    with pytest.raises(InputError, match="lpips is given twice"):
        parse_metrics(["lpips", "dists,lpips:a.pth"])


def test_weights_come_from_the_cache_or_a_file(cache: Path, tmp_path: Path) -> None:
    from_cache = MetricChoice("lpips").load()
    (tmp_path / "mine.pth").write_bytes((cache / from_cache.weights).read_bytes())
    from_file = MetricChoice("lpips", tmp_path / "mine.pth").load()
    assert from_file.weights == "mine.pth"
    assert from_file.sha256 == from_cache.sha256
    assert from_file.decides == from_cache.decides  # what was measured with one is kept
    assert MetricChoice("lpips").load() is from_cache


@pytest.mark.usefixtures("cache")
def test_without_weights_a_line_says_how_to_give_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")  # nobody listens there
    monkeypatch.setenv("no_proxy", "")
    with pytest.raises(UnknownModelError, match=r"alexnet-owt.*: give a file, lpips:FILE$"):
        MetricChoice("lpips").load()
    with pytest.raises(UnknownModelError, match="no such weights"):
        MetricChoice("lpips", tmp_path / "nothing").load()
