"""Files of text guides: round trips, and what is refused."""

import json
import struct
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from llcodec.errors import BrokenModelError, UnknownModelError
from llcodec.text_guide.clip_guide import ClipGuide
from llcodec.text_guide.file import GuideCard, is_guide, read_card, read_guide, write_guide
from llcodec.text_guide.prompts import Prompts
from llcodec.text_guide.shape import GuideShape, first_merges, tokenizer_of

pytestmark = pytest.mark.extra("open_clip")


@pytest.fixture(scope="module")
def written(
    tmp_path_factory: pytest.TempPathFactory, tiny_shape: GuideShape
) -> tuple[Path, ClipGuide]:
    """A file, and the guide that went into it."""
    torch.manual_seed(0)
    model, merges = tiny_shape.build(), first_merges(tiny_shape.merges)
    card = GuideCard("tiny", tiny_shape, merges, Prompts("dark", "bright"), {"data": "none"})
    path = tmp_path_factory.mktemp("guides") / "deep" / "tiny.safetensors"
    write_guide(path, model, card)
    guide = ClipGuide(
        "tiny", model, tokenizer_of(merges, tiny_shape.context), card.view, card.prompts
    )
    return path, guide


def pictures() -> torch.Tensor:
    return torch.rand(2, 3, 40, 48, generator=torch.manual_seed(1))


def test_a_guide_survives_its_file(written: tuple[Path, ClipGuide]) -> None:
    path, guide = written
    again = read_guide(path)
    assert (again.name, again.prompts) == ("tiny", Prompts("dark", "bright"))
    torch.testing.assert_close(
        again.cosines(pictures()), guide.cosines(pictures()), atol=5e-3, rtol=0
    )  # half precision
    assert read_card(path).notes == {"data": "none"}
    assert is_guide(path)
    assert path.stat().st_mode & 0o777 == 0o644


def test_reading_leaves_random_numbers_as_they_are(written: tuple[Path, ClipGuide]) -> None:
    before = torch.get_rng_state()
    read_guide(written[0])
    assert torch.equal(torch.get_rng_state(), before)


def test_prompts_can_be_others_than_the_files(written: tuple[Path, ClipGuide]) -> None:
    path, guide = written
    other = read_guide(path, Prompts("night", "day"))
    assert other.prompts == Prompts("night", "day")
    wanted = guide.with_prompts(other.prompts).cosines(pictures())
    torch.testing.assert_close(other.cosines(pictures()), wanted, atol=5e-3, rtol=0)


def test_a_missing_file_is_reported() -> None:
    with pytest.raises(UnknownModelError, match="no such weight file"):
        read_guide(Path("none.safetensors"))


@pytest.mark.parametrize("keep", [0, 7, 200, 5000, -1])
def test_truncated_files_are_refused(
    written: tuple[Path, ClipGuide], tmp_path: Path, keep: int
) -> None:
    path = tmp_path / "cut.safetensors"
    path.write_bytes(written[0].read_bytes()[:keep])
    with pytest.raises(BrokenModelError, match=r"cut\.safetensors"):
        read_guide(path)
    assert is_guide(path) == (keep < 0)  # it looks at the card alone


def damaged(path: Path, out: Path, change: dict[str, object], tensors: bool = True) -> Path:
    """Write a copy whose card has changed keys, and perhaps weights that are no numbers."""
    from safetensors.torch import load_file

    with path.open("rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        card = json.loads(json.loads(file.read(length))["__metadata__"]["llcodec"])
    state = load_file(path)
    if not tensors:
        state["positional_embedding"][0, 0] = torch.nan
    save_file(state, out, {"llcodec": json.dumps(card | change)})
    return out


@pytest.mark.parametrize(
    "change",
    [
        {"format": "llcodec-text-guide-9"},
        {"model": {}},
        {"model": GuideShape().open_clip_config()},
        {"tokenizer": {"merges": "a b"}},
        {"tokenizer": {"merges": "\n".join(["x"] * 510)}},  # as many as there are
        {"prompts": {"low": "a", "middle": "b"}},
        {"notes": []},
    ],
)
def test_changed_cards_are_refused(
    written: tuple[Path, ClipGuide], tmp_path: Path, change: dict[str, object]
) -> None:
    path = damaged(written[0], tmp_path / "changed.safetensors", change)
    with pytest.raises(BrokenModelError, match=r"changed\.safetensors"):
        read_guide(path)


def test_weights_that_are_no_numbers_are_refused(
    written: tuple[Path, ClipGuide], tmp_path: Path
) -> None:
    path = damaged(written[0], tmp_path / "nan.safetensors", {}, tensors=False)
    with pytest.raises(BrokenModelError, match=r"nan.*not finite"):
        read_guide(path)


def test_weights_of_the_codec_are_no_guide() -> None:
    path = Path(__file__).parents[2] / "weights" / "fast.safetensors"
    assert not is_guide(path)
    with pytest.raises(BrokenModelError, match="of the family codec, not text-guide"):
        read_guide(path)
