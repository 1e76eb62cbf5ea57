import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from llcodec.errors import InputError
from measurements.peers.summary import main, rows_of

NAMES = ("psnr-rgb", "psnr-gt-mean-rgb", "psnr-fitted-rgb", "ssim-rgb", "ms-ssim-db-rgb", "niqe")


def store(
    folder: Path,
    spec: str,
    psnr: list[float],
    file: str = "",
    measured: Mapping[str, list[float]] | None = None,
) -> None:
    folder.mkdir(exist_ok=True)
    results: dict[str, object] = {name: psnr for name in NAMES}
    results |= {"loe": [None] * len(psnr), **(measured or {})}
    results |= {"quality": list(range(1, len(psnr) + 1)), "bpp": [n / 100 for n in psnr]}
    parts = {"before": {"parameters": {"file": file} if file else {}}, "after": {"parameters": {}}}
    stored = {"description": spec, "results": results, "meta": {"pipeline": parts}}
    (folder / f"{len(list(folder.iterdir()))}.json").write_text(json.dumps(stored))


def test_tables_go_from_the_best_down(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "lol"
    store(folder, "joint", [19, 21.126])
    store(folder, "enhance:onnx:iat-lol-v1.onnx", [20], "iat-lol-v1.onnx")
    store(folder, "enhance:none", [8])
    main([str(tmp_path)])
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == ["## lol", "", lines[2]]
    assert [line.split(" | ")[0] for line in lines[4:8]] == [
        "| `joint, quality 2`",
        "| `enhance:onnx:iat-lol-v1.onnx`",
        "| `joint, quality 1`",
        "| `enhance:none`",
    ]
    best, peer = (line.strip("| ").split(" | ") for line in lines[4:6])
    assert best[1:4] == ["0.211", "21.13", "21.13"]
    assert (peer[1], peer[-1]) == ("—", "pairs")


@pytest.mark.parametrize(
    ("name", "title"),
    [("lpips", "LPIPS (AlexNet)"), ("lpips-squeeze", "LPIPS (SqueezeNet)"), ("dists", "DISTS")],
)
def test_distances_have_a_column_where_they_were_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, title: str
) -> None:
    store(tmp_path / "lol", "enhance:none", [8])
    main([str(tmp_path)])
    assert title not in capsys.readouterr().out
    store(tmp_path / "lol", "enhance:nerco", [20], measured={name: [0.2468]})
    main([str(tmp_path)])
    head, _, best, other = capsys.readouterr().out.splitlines()[2:6]
    column = head.split(" | ").index(title)
    assert [row.split(" | ")[column].strip() for row in (best, other)] == ["0.247", ""]


def test_what_is_no_result_is_reported(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no folder of results"):
        main([str(tmp_path)])
    (tmp_path / "lol").mkdir()
    with pytest.raises(InputError, match="no results of llc bench"):
        rows_of(tmp_path / "lol")
    (tmp_path / "lol" / "it.json").write_text("[]")
    with pytest.raises(InputError, match=r"it\.json: not a result"):
        rows_of(tmp_path / "lol")
