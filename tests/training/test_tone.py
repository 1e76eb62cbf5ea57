import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from llcodec.data.sampling import Draws, Mix, Sources
from llcodec.errors import InputError
from llcodec.nets.blocks import luma
from llcodec.nets.tone import apply_tone
from llcodec.nets.tone_networks import ToneNetwork
from llcodec.training.tone import ToneRecipe, tone_loss, tone_psnr, train_tone, with_mean_of

RECIPE = ToneRecipe(steps=60, batch=4, validate_every=20)


def test_loss_is_absolute_error_and_the_logarithm_of_the_square() -> None:
    high = torch.zeros(2, 3, 2, 2)
    bright = high.clone()
    bright[0] = 0.2
    logs = (math.log(0.04 + 1e-4) + math.log(1e-4)) / 2
    assert float(tone_loss(bright, high)) == pytest.approx(0.1 + 0.15 * logs, rel=1e-4)
    assert float(tone_loss(high, high)) == pytest.approx(0.15 * math.log(1e-4), rel=1e-4)


def test_a_share_of_the_loss_does_not_mind_brightness() -> None:
    high = torch.rand(2, 3, 4, 4) * 0.5
    least = 0.15 * math.log(1e-4)
    assert float(tone_loss(0.5 * high, high, 1.0)) == pytest.approx(least, abs=1e-3)
    flat = 0.5 * high + 0.1
    apart = [float(tone_loss(flat, high, share)) for share in (0.0, 0.25, 1.0)]
    assert apart[2] > least + 0.1
    assert apart[1] == pytest.approx(0.75 * apart[0] + 0.25 * apart[2], rel=1e-5)


def test_pictures_get_the_mean_of_their_targets() -> None:
    target, picture = torch.rand(2, 2, 3, 4, 4) * 0.5 + 0.25
    scaled = with_mean_of(target, picture)
    means = (luma(x).mean((2, 3)) for x in (scaled, target))
    torch.testing.assert_close(*means)
    torch.testing.assert_close(
        scaled / picture, (scaled / picture)[:, :1, :1, :1].expand_as(scaled)
    )
    black = torch.zeros_like(picture)
    assert torch.equal(with_mean_of(target, black), black)


@torch.no_grad()
def test_psnr_is_that_of_thumbnails(sources: Sources) -> None:
    """Targets that are off by a hundredth from what the network makes are at 40 dB."""
    network = ToneNetwork()
    targets = []
    for low, _ in sources.pair_thumbnails:
        x = torch.from_numpy(low).permute(2, 0, 1)[None]
        bright = apply_tone(x, network(x)).clamp(0, 1)[0].permute(1, 2, 0).numpy()
        targets.append((low, bright + np.float32(0.01)))
    near = replace(sources, pair_thumbnails=tuple(targets))
    assert tone_psnr(network, near) == pytest.approx(40, abs=0.01)
    assert tone_psnr(network, near, mean_given=True) > 40.1
    assert tone_psnr(network, sources) < 30


def test_training_improves_on_the_rule_it_starts_as(sources: Sources, tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = ToneNetwork()
    start = tone_psnr(network, sources)
    draws, rng = Draws(sources, Mix(0.8, 0.1)), np.random.default_rng(0)
    best = train_tone(network, draws, rng, [sources], RECIPE, tmp_path / "log.jsonl")
    assert best is not None
    score = tone_psnr(best, sources)
    assert score > start + 1
    log = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [row["step"] for row in log] == [20, 40, 60]
    assert score == pytest.approx(max(row["val_psnr"][0] for row in log), abs=1e-3)
    assert all(math.isfinite(row["loss"]) for row in log)


def test_training_repeats_from_its_seeds(sources: Sources, tmp_path: Path) -> None:
    ends = []
    for _ in range(2):
        torch.manual_seed(1)
        draws, rng = Draws(sources, Mix()), np.random.default_rng(1)
        recipe = replace(RECIPE, steps=4, validate_every=4)
        log = tmp_path / "log.jsonl"
        trained = train_tone(ToneNetwork(), draws, rng, [sources], recipe, log)
        assert trained is not None
        ends.append(trained.state_dict())
    assert all(torch.equal(ends[0][k], ends[1][k]) for k in ends[0])


def test_checkpoints_are_chosen_by_both_scores(sources: Sources, tmp_path: Path) -> None:
    torch.manual_seed(0)
    draws, rng = Draws(sources, Mix(0.8, 0.1)), np.random.default_rng(0)
    recipe, log = replace(RECIPE, steps=2, mean_given=0.25), tmp_path / "log.jsonl"
    best = train_tone(ToneNetwork(), draws, rng, [sources], recipe, log)
    assert best is not None
    plain, given = (tone_psnr(best, sources, mean_given=share) for share in (False, True))
    (score,) = json.loads(log.read_text())["val_psnr"]
    assert score == pytest.approx(0.75 * plain + 0.25 * given, abs=1e-3)
    with pytest.raises(InputError, match="mean_given"):
        replace(RECIPE, mean_given=1.5)


def test_without_validation_the_last_state_is_kept(sources: Sources, tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = ToneNetwork()
    draws, rng = Draws(sources, Mix(0.8, 0.1)), np.random.default_rng(0)
    recipe = replace(RECIPE, steps=3, validate_every=2)
    best = train_tone(network, draws, rng, [], recipe, tmp_path / "log.jsonl")
    assert best is not None
    assert all(torch.equal(best.state_dict()[k], v) for k, v in network.state_dict().items())
    log = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [row["val_psnr"] for row in log] == [[], []]


def test_a_stopped_training_gives_nothing(sources: Sources, tmp_path: Path) -> None:
    draws, rng = Draws(sources, Mix(0.8, 0.1)), np.random.default_rng(0)
    asked = iter([False, True])
    recipe = replace(RECIPE, steps=3, validate_every=1)
    log = tmp_path / "log.jsonl"
    stopped = train_tone(
        ToneNetwork(), draws, rng, [sources], recipe, log, stopped=lambda: next(asked)
    )
    assert stopped is None
    assert len(log.read_text().splitlines()) == 2
