"""How published networks are exported, as ``recipes.toml`` lists them."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from llcodec.errors import InputError

RECIPES = Path(__file__).with_name("recipes.toml")
SEEN = ("pairs", "lows", "some", "no")
"""What a training can have seen of a set, see ``recipes.toml``."""


@dataclass(frozen=True)
class Recipe:
    """One checkpoint of a published network.

    Attributes:
        network: ``MODULE:CLASS``, of the checkout or of :mod:`measurements.peers.joined`.
        weights: SHA-256 by path below ``folder``, in the order that the network reads them.
        folder: of the checkout, from which modules are imported.
        arguments: of the class.
        result: which of several results is the picture; None if it is the only one.
        multiple: both sides of a picture have to be multiples of it.
        program: export a program of PyTorch (``.pt2``), as ONNX lacks an operator.
        paper: name, authors, place and year.
        repository: owner and name on GitHub.
        commit: the one that was run.
        licence: as the repository states it.
        needs: packages besides PyTorch that its code imports.
        trained_on: as its authors tell it.
        seen: what the training saw of each set of pictures, one of :data:`SEEN`.
    """

    network: str
    weights: Mapping[str, str]
    folder: str = "."
    arguments: Mapping[str, Any] = field(default_factory=dict)
    result: int | None = None
    multiple: int = 1
    program: bool = False
    paper: str = ""
    repository: str = ""
    commit: str = ""
    licence: str = ""
    needs: tuple[str, ...] = ()
    trained_on: str = ""
    seen: Mapping[str, str] = field(default_factory=dict)

    @property
    def suffix(self) -> str:
        """What the exported file's name ends with."""
        return ".pt2" if self.program else ".onnx"


def recipes() -> dict[str, Recipe]:
    """Return all recipes by name, in the order of the file."""
    tables = tomllib.loads(RECIPES.read_text())
    return {
        name: Recipe(**{**table, "needs": tuple(table.get("needs", ()))})
        for name, table in tables.items()
    }


def find_recipe(name: str) -> Recipe:
    """Return the recipe of a name. Raises InputError, which names all, if there is none."""
    known = recipes()
    if name not in known:
        raise InputError(f"no recipe is called {name!r}; known are {', '.join(known)}")
    return known[name]
