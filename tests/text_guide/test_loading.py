"""Finding text guides: shipped ones, files, and open_clip models by name and checkpoint."""

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from llcodec.data.darkening import Darkening, darken
from llcodec.data.pairs import read_pixels
from llcodec.engine.tensors import to_tensor
from llcodec.errors import InputError, UnknownModelError
from llcodec.text_guide import open_clip_extra
from llcodec.text_guide.file import read_card
from llcodec.text_guide.loading import OWN, load_guide, shipped_guides
from llcodec.text_guide.open_clip_extra import require_open_clip
from llcodec.text_guide.prompts import Prompts


def exposed(share: float) -> Darkening:
    """The same picture with that share of its light, and nothing else changed."""
    return Darkening(share, (1, 1, 1), 0, 0, 0)


EXAMPLES = Path(__file__).parents[2] / "examples"
TINY_CLIP = {
    "embed_dim": 16,
    "vision_cfg": {
        "image_size": 32,
        "layers": 1,
        "width": 64,
        "patch_size": 16,
    },
    "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 16, "heads": 1, "layers": 1},
}


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No network, and no weights that somebody fetched before."""
    require_open_clip()
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def tiny_clip(tmp_path: Path) -> str:
    """The name of a small model that open_clip knows."""
    config = tmp_path / "tiny-clip-for-tests.json"
    config.write_text(json.dumps(TINY_CLIP))
    require_open_clip().add_model_config(config)
    return config.stem


@pytest.mark.extra("open_clip")
@pytest.mark.usefixtures("offline")
def test_the_guide_that_ships_is_the_default_where_clip_is_not() -> None:
    guide = load_guide()
    assert guide.name == OWN
    assert guide.prompts == Prompts("low-light image", "high-light image")


@pytest.mark.extra("open_clip")
def test_the_guide_that_ships_tells_dark_from_bright() -> None:
    guide = load_guide(OWN)
    shot = read_pixels(EXAMPLES / "fern.jpg")[::4, ::4].astype(np.float32) / np.float32(255)
    low, high = (
        to_tensor((darken(shot, exposed(share), None) * 255).round().astype("uint8"))
        for share in (1 / 4, 8)
    )
    with torch.no_grad():
        (to_low, from_high), (from_low, to_high) = (
            guide.cosines(v)[0].tolist() for v in (low, high)
        )
    assert to_low > from_low
    assert to_high > from_high
    assert float(guide.lightness(high)) > 0 > float(guide.lightness(low))


@pytest.mark.extra("open_clip")
def test_shipped_guides_have_cards_and_are_small() -> None:
    guides = shipped_guides()
    assert OWN in guides
    for name, path in guides.items():
        card = read_card(path)
        assert card.name == name
        assert {"data", "recipe"} <= set(card.notes)
        assert "not CLIP" in card.notes["kind"]
        assert path.stat().st_size < 20e6


@pytest.mark.extra("open_clip")
@pytest.mark.parametrize("suffix", [".pt", ".safetensors"])
def test_a_checkpoint_of_any_model_is_read(tiny_clip: str, tmp_path: Path, suffix: str) -> None:
    from safetensors.torch import save_file

    model = require_open_clip().create_model(tiny_clip)
    path = tmp_path / f"weights{suffix}"
    if suffix == ".pt":
        torch.save(model.state_dict(), path)
    else:
        save_file(model.state_dict(), path)
    guide = load_guide(f"{tiny_clip}/{path}", Prompts("night", "day"))
    images = torch.rand(2, 3, 32, 32, generator=torch.manual_seed(0))
    with torch.no_grad():
        wanted = model.encode_image(guide.view(images), normalize=True)
        text = model.encode_text(require_open_clip().get_tokenizer(tiny_clip)(["night", "day"]))
        wanted = wanted @ torch.nn.functional.normalize(text, dim=1).T
    torch.testing.assert_close(guide.cosines(images), wanted)
    assert guide.name == f"{tiny_clip}/weights{suffix}"
    assert guide.view.mean == pytest.approx((0.48145466, 0.4578275, 0.40821073))  # CLIP's own


@pytest.mark.extra("open_clip")
def test_a_checkpoint_with_code_in_it_is_refused(
    tiny_clip: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "pickled.pt"
    torch.save({"state_dict": Path("anything")}, path)
    with pytest.raises(InputError, match="not a checkpoint of"):
        load_guide(f"{tiny_clip}/{path}")
    assert capfd.readouterr() == ("", "")


@pytest.mark.extra("open_clip")
@pytest.mark.usefixtures("offline")
def test_weights_that_cannot_be_fetched_are_reported_in_one_line(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(InputError) as caught:
        load_guide("ViT-B-32/openai")
    message = str(caught.value)
    assert message.startswith("ViT-B-32/openai: ")
    assert OWN in message
    assert "\n" not in message
    assert capfd.readouterr() == ("", "")


@pytest.mark.extra("open_clip")
@pytest.mark.parametrize(
    ("source", "output"),
    [
        ("ViT-B-32", "openai"),
        ("ViT-B-32/no-such-tag", "openai"),
        ("ViT-B-32/none.pt", "openai"),
        ("no-such-model/openai", "no text guide"),
        ("twilight", f"shipped: {OWN}"),
        ("local-dir:none", "cannot be downloaded"),
    ],
)
def test_what_is_not_there_is_reported(source: str, output: str) -> None:
    with pytest.raises(InputError, match=output):
        load_guide(source)


@pytest.mark.extra("open_clip")
def test_a_missing_file_is_reported() -> None:
    with pytest.raises(UnknownModelError, match="no such weight file"):
        load_guide("none.safetensors")


def test_the_extra_is_named_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(open_clip_extra, "importlib", SimpleNamespace(import_module=missing))
    with pytest.raises(InputError, match=r"llcodec\[clip\]"):
        load_guide(OWN)


@pytest.mark.extra("open_clip")
@pytest.mark.usefixtures("offline")
def test_where_the_own_guide_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("llcodec.text_guide.loading.shipped_guides", dict)
    for source in (None, OWN):
        with pytest.raises(InputError, match=rf"weights/guides/{OWN}\.safetensors in a checkout"):
            load_guide(source)
