"""Record the job of a manifest, and refuse to resume it with other options."""

import json
from dataclasses import asdict
from pathlib import PurePath
from typing import Any, Final

from llcodec._operations import Decoding, Encoding
from llcodec._version import __version__
from llcodec.batch.tasks import Settings
from llcodec.codec.codec import DEFAULT_QUALITY
from llcodec.codec.encoder import TILE_SIZE
from llcodec.codec.models import DEFAULT_MODEL
from llcodec.errors import InputError, OutputError
from llcodec.imaging.formats import format_for
from llcodec.imaging.writing import DEFAULT_QUALITIES
from llcodec.stores.store import joined, open_store

_NAME: Final = "job.json"


def describe(folder: str, source: str, settings: Settings) -> None:
    """Write the source and options of a job into the folder of its manifest.

    Raises:
        OutputError: when it cannot be written.
    """
    store, path = open_store(joined(folder, _NAME))
    about = {"llcodec": __version__, "source": source, **_facts(settings)}
    store.write(path, json.dumps(about, indent=1).encode() + b"\n", overwrite=True)


def check_same(folder: str, settings: Settings) -> None:
    """Check that the manifest in a folder is of a job with the same options.

    Raises:
        InputError: when it is not, or cannot be read.
    """
    store, path = open_store(joined(folder, _NAME))
    if store.find(path) is None:
        return
    new = json.loads(json.dumps(_facts(settings)))
    try:
        stored = json.loads(store.read(path))
        old = _with_defaults({name: stored[name] for name in new})
    except (ValueError, KeyError, TypeError, OutputError) as error:
        raise InputError(f"{store.url(path)} is damaged: remove it to continue") from error
    if old != new:
        raise InputError(
            f"{folder} is the manifest of a job with other options ({_difference(old, new)}): "
            "give the same options, or another --manifest"
        )


def _facts(settings: Settings) -> dict[str, Any]:
    """Return what must be the same when a job is resumed."""
    options = asdict(settings.operation)
    for name in ("device", "max_pixels"):  # they do not change what a good output is
        options.pop(name, None)
    return _with_defaults(
        {
            "operation": type(settings.operation).__name__,
            "options": options,
            "format": settings.format,
            "keep_suffix": settings.keep_suffix,
        }
    )


def _with_defaults(facts: dict[str, Any]) -> dict[str, Any]:
    """Return the facts of a job with the values that None stands for.

    A default is the same whether it was given or not. Jobs of earlier versions recorded None.
    """
    options, defaults = dict(facts["options"]), dict[str, Any]()
    if facts["operation"] == Encoding.__name__:
        defaults = {"model": DEFAULT_MODEL, "tile_size": TILE_SIZE}
        if options["target_size"] is None and options["target_bpp"] is None:
            defaults["quality"] = DEFAULT_QUALITY
    format = facts["format"]
    if format is None and facts["operation"] == Decoding.__name__:
        format = "png"
    if format is not None:
        name = format_for(format)
        format = PurePath(format).name.lower().removeprefix(".")
        defaults["output_quality"] = DEFAULT_QUALITIES.get(name)
    for name, value in defaults.items():
        if options.get(name, value) is None:
            options[name] = value
    return {**facts, "options": options, "format": format}


def _difference(old: dict[str, Any], new: dict[str, Any]) -> str:
    before, now = ({**facts, **facts["options"], "options": None} for facts in (old, new))
    names = sorted(name for name in {*before, *now} if before.get(name) != now.get(name))
    return ", ".join(f"{name}: {before.get(name)}, not {now.get(name)}" for name in names)
