"""The comparison of contexts, with a tiny training."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from llcodec.codec.models import find_model
from llcodec.training.starting import load_codec
from measurements import context_orders
from measurements.context_orders import Row, Training, saving, train, with_new_context


def test_the_step_size_rises_and_falls_to_zero() -> None:
    training = Training(crops=800, batch=8, learning_rate=1.0, warm_up=0.1)
    rates = [training.rate(step) for step in range(training.steps)]
    assert max(rates) == rates[9] == 1
    assert rates[0] == pytest.approx(0.1)
    assert rates[-1] == 0


@pytest.mark.parametrize("kind", ["groups", "quadtree"])
def test_only_what_codes_latents_is_trained_and_takes_fewer_bits(kind: str) -> None:
    codec = load_codec(find_model("fast-5"))
    model = with_new_context(codec, kind)
    before = {k: v.clone() for k, v in model.state_dict().items()}
    latents = 0.1 * torch.randn(4, 208, 8, 8) * codec.latent_scale[:, None, None]
    quality = torch.full((4,), 4.0)
    with torch.no_grad():
        start = model.entropy_model(latents * model.log_gain(quality).exp(), quality)[1].sum()
    train(model, latents, Training(crops=40, batch=4))
    with torch.no_grad():
        end = model.entropy_model(latents * model.log_gain(quality).exp(), quality)[1].sum()
    assert end < start
    moved = {k.partition(".")[0] for k, v in model.state_dict().items() if (v != before[k]).any()}
    assert moved == {"h_a", "h_s", "density", "grouped_context"}


def test_the_saving_is_in_percent_of_the_bits() -> None:
    rows = [Row(q, 0.1 * 2**q, 30 + 2 * q) for q in range(1, 6)]
    fewer = [Row(row.quality, 0.9 * row.bpp, row.psnr) for row in rows]
    assert saving(rows, fewer) == pytest.approx(-10, abs=0.01)
    assert saving(rows, rows[:1]) is None


def test_the_report_has_both_contexts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    for folder, side in (("photos", 256), ("kodak", 64)):
        (tmp_path / folder).mkdir()
        small = Image.fromarray(rng.integers(40, 220, (8, 8, 3), np.uint8))
        small.resize((side, side), Image.Resampling.BICUBIC).save(tmp_path / folder / "a.png")
    arguments = ["--photographs", tmp_path / "photos", "--kodak", tmp_path / "kodak"]
    arguments += ["--model", "fast-5", "--crops", "16", "--distinct", "2"]
    arguments += ["--out", tmp_path / "orders.json"]
    monkeypatch.setattr(sys, "argv", ["context_orders", *map(str, arguments)])
    context_orders.main()
    result = json.loads((tmp_path / "orders.json").read_text())
    assert result["contexts"]["groups"]["bd_rate"] == 0
    rows = result["contexts"]["quadtree"]["rows"]
    assert [row["quality"] for row in rows] == list(range(1, 9))
    assert all(row["bpp"] > 0 for row in rows)
