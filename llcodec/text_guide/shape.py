"""The small open_clip model of a text guide: its shape, and a tokenizer of few tokens."""

import gzip
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from llcodec.errors import InputError
from llcodec.text_guide.open_clip_extra import require_open_clip

_BYTES, _ENDS = 512, 2  # tokens of single bytes (inside and at the end of words), and of text ends
_HEAD = 32  # width of an attention head
_LARGEST = 65536


@dataclass(frozen=True)
class GuideShape:
    """Sizes of both towers: a vision transformer, and a text transformer over few tokens.

    ``image_size`` and ``patch`` are in pixels, ``context`` is the largest number of tokens of a
    text, and ``embedding`` is the length of the output vectors of both towers.
    """

    image_size: int = 96
    patch: int = 16
    width: int = 192
    layers: int = 4
    context: int = 32
    vocabulary: int = 8192
    text_width: int = 128
    text_layers: int = 2
    embedding: int = 128

    def __post_init__(self) -> None:
        """Raise InputError for sizes that cannot be built."""
        if not all(type(v) is int and 0 < v <= _LARGEST for v in asdict(self).values()):
            raise InputError("sizes of a text guide must be integers above 0")
        if self.image_size % self.patch or self.width % _HEAD or self.text_width % _HEAD:
            raise InputError(
                f"image_size must be a multiple of patch, and widths multiples of {_HEAD}"
            )
        if self.vocabulary <= _BYTES + _ENDS:
            raise InputError(f"a vocabulary has more than {_BYTES + _ENDS} tokens")

    @property
    def merges(self) -> int:
        """The number of merges of byte pairs in the tokenizer."""
        return self.vocabulary - _BYTES - _ENDS

    def open_clip_config(self) -> dict[str, Any]:
        """Return the model's config as open_clip reads it."""
        return {
            "embed_dim": self.embedding,
            "vision_cfg": {
                "image_size": self.image_size,
                "patch_size": self.patch,
                "width": self.width,
                "layers": self.layers,
                "head_width": _HEAD,
            },
            "text_cfg": {
                "context_length": self.context,
                "vocab_size": self.vocabulary,
                "width": self.text_width,
                "layers": self.text_layers,
                "heads": self.text_width // _HEAD,
            },
        }

    @classmethod
    def of(cls, config: dict[str, Any]) -> "GuideShape":
        """Return the shape of a config; raises InputError for any other config.

        Others are refused, so that a file cannot make open_clip download other models.
        """
        vision, text = config["vision_cfg"], config["text_cfg"]
        shape = cls(
            vision["image_size"],
            vision["patch_size"],
            vision["width"],
            vision["layers"],
            text["context_length"],
            text["vocab_size"],
            text["width"],
            text["layers"],
            config["embed_dim"],
        )
        if shape.open_clip_config() != config:
            raise InputError("the model's config is not that of a text guide")
        return shape

    def build(self) -> Any:
        """Return the open_clip model, a torch module, with random weights."""
        return require_open_clip().CLIP(**self.open_clip_config())


def first_merges(count: int) -> str:
    """Return the first ``count`` merges of CLIP's byte-pair encoding, one per line.

    These are the most frequent merges: with fewer merges, rare words have more tokens.
    """
    path = require_open_clip().tokenizer.default_bpe()
    with gzip.open(path, "rt", encoding="utf-8") as file:
        lines = file.read().split("\n")[1 : count + 1]
    return "\n".join(lines)


def tokenizer_of(merges: str, context: int) -> Any:
    """Return open_clip's tokenizer with these merges, for texts of ``context`` tokens."""
    open_clip = require_open_clip()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "merges.gz"
        with gzip.open(path, "wt", encoding="utf-8") as file:
            file.write("#version: 0.2\n" + merges)
        return open_clip.SimpleTokenizer(str(path), context_length=context)
