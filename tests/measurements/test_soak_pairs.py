"""Random pairs, and whether what is wrong with one is noticed."""

from dataclasses import replace

import numpy as np
import pytest

from llcodec.codec.codec import Codec
from llcodec.engine.torch_transforms import TorchTransforms
from measurements.soak_pairs import LONGEST, TILES, Checker, Pair, random_pair


def pair(number: int) -> Pair:
    return random_pair(np.random.default_rng([1, number]))


@pytest.fixture(scope="module")
def checker() -> Checker:
    return Checker("fast")


def test_pairs_are_of_every_kind_and_size() -> None:
    pairs = [pair(number) for number in range(300)]
    kinds = {kind for each in pairs for kind in each.kinds}
    names = {"alpha", "16 bits", "grey", "several tiles", "metadata", "a single row or column"}
    assert kinds == names
    sides = [side for each in pairs for side in (each.picture.width, each.picture.height)]
    assert (min(sides), max(sides) > 450, max(sides) <= LONGEST) == (1, True, True)
    assert all(1 <= each.quality <= 8 and 0 <= each.brightness <= 1 for each in pairs)
    assert {each.tile_size for each in pairs} == set(TILES)


def test_equal_seeds_make_equal_pairs() -> None:
    first, again = pair(3), pair(3)
    assert np.array_equal(first.picture.pixels, again.picture.pixels)
    assert (first.quality, first.picture.metadata) == (again.quality, again.picture.metadata)


def test_nothing_is_wrong(checker: Checker) -> None:
    for number in range(6):
        assert checker.problems(pair(number)) == []


def test_a_decoder_that_comes_to_something_else_is_noticed() -> None:
    checker = Checker("fast")
    checker._codec = Codec("fast", engine="torch", device="cpu")
    assert isinstance(checker._codec.transforms, TorchTransforms)
    path = checker._codec.transforms.model.linear_synthesis
    assert path is not None
    path.weight.mul_(1.5)  # not what the encoder's latents say
    problems = checker.problems(replace(pair(0), brightness=1.0))
    assert "pixels" in problems
