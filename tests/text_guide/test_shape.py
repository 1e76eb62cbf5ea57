from dataclasses import replace

import pytest

from llcodec.errors import InputError
from llcodec.text_guide.shape import GuideShape, first_merges, tokenizer_of


def test_configs_tell_their_shapes() -> None:
    shape = GuideShape(image_size=64, layers=2, context=20, embedding=96)
    assert GuideShape.of(shape.open_clip_config()) == shape


@pytest.mark.parametrize(
    ("tower", "key", "value"),
    [
        ("text_cfg", "hf_model_name", "somebody/model"),
        ("vision_cfg", "timm_model_name", "resnet18"),
        ("vision_cfg", "head_width", 64),
        ("text_cfg", "width", 10**9),
    ],
)
def test_configs_of_other_models_are_refused(tower: str, key: str, value: object) -> None:
    config = GuideShape().open_clip_config()
    config[tower][key] = value
    with pytest.raises(InputError):
        GuideShape.of(config)


@pytest.mark.parametrize(
    "change",
    [{"image_size": 100}, {"width": 200}, {"layers": 0}, {"vocabulary": 514}, {"layers": 1.5}],
)
def test_what_cannot_be_built_is_refused(change: dict[str, int]) -> None:
    with pytest.raises(InputError):
        replace(GuideShape(), **change)


@pytest.mark.extra("open_clip")
def test_both_towers_end_in_vectors_of_one_length() -> None:
    shape = GuideShape(
        image_size=32, patch=8, width=32, layers=1, text_width=32, text_layers=2, embedding=24
    )
    model = shape.build()
    tokens = tokenizer_of(first_merges(shape.merges), shape.context)(["a photo", "dark"])
    assert tokens.shape == (2, shape.context)
    assert model.encode_text(tokens).shape == (2, 24)
    assert len(model.transformer.resblocks) == 2


@pytest.mark.extra("open_clip")
def test_fewer_merges_cut_words_into_more_pieces_and_lose_none() -> None:
    """The first token ends no text; the last one stands for the end of it and is the largest."""
    few, many = (tokenizer_of(first_merges(count), 32) for count in (500, 8000))
    text = "an overexposed low-light photograph"
    assert few.vocab_size == 512 + 500 + 2
    assert len(few.encode(text)) > len(many.encode(text))
    assert few.decode(few.encode(text)).replace(" ", "") == text.replace(" ", "")
    assert int(few([text]).max()) == few.vocab_size - 1
