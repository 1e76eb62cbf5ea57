"""The recipes of published networks, and the table that shows them."""

import re
from pathlib import Path

import pytest

from llcodec.errors import InputError
from measurements.peers.recipes import SEEN, find_recipe, recipes

ROOT = Path(__file__).parents[3]
TABLE = (ROOT / "measurements" / "peers" / "README.md").read_text("utf-8")
SETS = ("lol", "sice", "stacks", "kodak")


@pytest.mark.parametrize("name", recipes())
def test_recipes_say_where_a_network_comes_from_and_what_it_saw(name: str) -> None:
    recipe = find_recipe(name)
    assert re.fullmatch(r"[\w-]+/[\w-]+", recipe.repository)
    assert re.fullmatch(r"[0-9a-f]{40}", recipe.commit)
    assert all((recipe.paper, recipe.licence, recipe.trained_on, recipe.weights))
    assert all(re.fullmatch(r"[0-9a-f]{64}", digest) for digest in recipe.weights.values())
    assert tuple(recipe.seen) == SETS
    assert set(recipe.seen.values()) <= set(SEEN)


@pytest.mark.parametrize("name", recipes())
def test_the_table_says_the_same(name: str) -> None:
    recipe = find_recipe(name)
    [row] = [line for line in TABLE.splitlines() if line.startswith(f"| `{name}` |")]
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert cells[1] == recipe.paper
    assert cells[2] == f"{recipe.repository}, {recipe.commit[:7]}"
    assert cells[3] == recipe.licence
    assert cells[4] == recipe.trained_on
    assert tuple(cells[5:]) == tuple(recipe.seen[name] for name in SETS)


def test_an_unknown_name_is_answered_with_the_known() -> None:
    with pytest.raises(InputError, match="'retinexnet'; known are iat-lol-v1, "):
        find_recipe("retinexnet")
