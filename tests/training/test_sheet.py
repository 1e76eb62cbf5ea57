from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from llcodec.data.pairs import Pair
from llcodec.engine.tensors import to_tensor
from llcodec.nets.joint import JointModel
from llcodec.training.sheet import draw_sheet


def test_a_row_holds_input_qualities_and_target(
    tiny_model: Callable[[], JointModel], pairs: list[Pair], tmp_path: Path
) -> None:
    pictures = [(to_tensor(p.low)[0], to_tensor(p.high)[0]) for p in pairs[:2]]
    model = tiny_model().eval()
    state = torch.get_rng_state()
    draw_sheet(model, pictures, (2.0, 7.0), True, tmp_path / "sheets" / "a.png")
    assert torch.equal(state, torch.get_rng_state())
    with Image.open(tmp_path / "sheets" / "a.png") as sheet:
        assert sheet.size == (4 * 300, 2 * 240)
        pixels = np.asarray(sheet).astype(float)
    low, made, best, target = (pixels[:240, n * 300 : (n + 1) * 300] for n in range(4))
    wanted = np.asarray(Image.fromarray(pairs[0].high).resize((300, 240), Image.Resampling.LANCZOS))
    assert np.abs(target - wanted).max() == 0
    assert low.mean() < target.mean() / 2
    assert np.abs(best - target).mean() < np.abs(low - target).mean()
    assert np.abs(made - best).mean() > 0
    assert list((tmp_path / "sheets").iterdir()) == [tmp_path / "sheets" / "a.png"]
