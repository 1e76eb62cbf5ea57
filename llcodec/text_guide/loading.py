"""Find a text guide: a file of this package, or any model of open_clip."""

from pathlib import Path
from typing import Any

from llcodec._shipped import weights_folder
from llcodec.errors import InputError
from llcodec.text_guide.clip_guide import ClipGuide
from llcodec.text_guide.file import is_guide, read_guide
from llcodec.text_guide.open_clip_extra import hushed, require_open_clip
from llcodec.text_guide.prompts import Prompts
from llcodec.text_guide.view import GuideView

CLIP = "ViT-B-32/openai"  # the default if its weights are on this computer
OWN = "dusk-guide"  # the default otherwise

_WEIGHTS = ("open_clip_model.safetensors", "open_clip_pytorch_model.bin")  # names on the hub


def shipped_guides() -> dict[str, Path]:
    """Return the text guides that came with this installation, by name.

    There are none in a wheel: only a checkout and the source archive have them.
    """
    folder = weights_folder() / "guides"
    return {file.stem: file for file in sorted(folder.glob("*.safetensors"))}


def load_guide(source: str | None = None, prompts: Prompts | None = None) -> ClipGuide:
    """Return a text guide.

    ``source`` is the name of a shipped guide, the path of the file of a guide, or an open_clip
    model: ``MODEL/TAG`` (downloaded if necessary), ``MODEL/PATH`` with the path of a checkpoint,
    ``hf-hub:…`` or ``local-dir:…``. None is OpenAI's CLIP ViT-B/32 if its weights are on this
    computer, or else the shipped guide, which is not CLIP.

    Raises InputError, UnknownModelError or BrokenModelError.
    """
    open_clip = require_open_clip()
    if source is None:
        source = CLIP if has_weights(*CLIP.split("/")) else OWN
    shipped = shipped_guides()
    if source in shipped:
        return read_guide(shipped[source], prompts)
    if source.startswith(("hf-hub:", "local-dir:")):
        return _open_clip_guide(source, None, prompts or Prompts())
    model, _, weights = source.partition("/")
    if model in open_clip.list_models():
        return _open_clip_guide(model, weights, prompts or Prompts())
    if source.endswith(".safetensors") or is_guide(Path(source)):
        return read_guide(Path(source), prompts)
    if source == OWN:
        raise InputError(
            f"the text guide {OWN} does not come with the installed package: give the path of "
            f"weights/guides/{OWN}.safetensors in a checkout or in the source archive"
        )
    known = ", ".join(sorted(shipped)) or "none"
    raise InputError(f"no text guide {source!r} (shipped: {known}; or MODEL/WEIGHTS, or a file)")


def has_weights(model: str, tag: str) -> bool:
    """Return whether the weights of an open_clip model are on this computer already."""
    config = require_open_clip().get_pretrained_cfg(model, tag)
    repository, _, name = config.get("hf_hub", "").rpartition("/")
    if not repository:
        return False
    from huggingface_hub import try_to_load_from_cache

    names = (name,) if name else _WEIGHTS
    return any(isinstance(try_to_load_from_cache(repository, n), str) for n in names)


def _open_clip_guide(name: str, weights: str | None, prompts: Prompts) -> ClipGuide:
    open_clip, whole = require_open_clip(), name if weights is None else f"{name}/{weights}"
    local = weights is not None and Path(weights).is_file()
    if weights is not None and not local and not open_clip.get_pretrained_cfg(name, weights):
        tags = ", ".join(open_clip.list_pretrained_tags_by_model(name)) or "none"
        raise InputError(f"{whole}: no such weights: give a file, or a tag of {name} ({tags})")
    try:
        with hushed():
            model = _pretrained(open_clip, name, weights)
            tokenizer = open_clip.get_tokenizer(name)
    except Exception as error:  # downloads and checkpoints fail in many ways
        if local:
            raise InputError(f"{whole}: not a checkpoint of {name}, or a damaged one") from error
        raise InputError(
            f"{whole}: the weights are not on this computer and cannot be downloaded; give a "
            f"checkpoint as MODEL/PATH, or use the text guide {OWN}"
        ) from error
    called = (
        f"{name}/{Path(weights).name}" if weights else name
    )  # without the folders of this computer
    return ClipGuide(called, model, tokenizer, GuideView.of(model.visual.preprocess_cfg), prompts)


def _pretrained(open_clip: Any, name: str, weights: str | None) -> Any:
    # OpenAI's weights were trained with another activation than that in the config of their name.
    config = open_clip.get_pretrained_cfg(name, weights) if weights else {}
    return open_clip.create_model(
        name,
        weights,
        precision="fp32",
        force_quick_gelu=bool(config.get("quick_gelu", False)),
        require_pretrained=True,
        weights_only=True,
    )
