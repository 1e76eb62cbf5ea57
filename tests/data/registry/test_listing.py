from pathlib import Path

from llcodec.data.registry.listing import Listing, Problem, Sample, joined, place


def test_the_files_of_a_sample() -> None:
    low, high = Path("low.png"), Path("high.png")
    assert Sample(low, high, "s", "train", "s").paths == (low, high)
    assert Sample(None, high, "s", "train", "s").paths == (high,)
    assert Sample(low, None, "s", "train", "s").paths == (low,)


def test_listings_are_joined_in_their_order() -> None:
    samples = [Sample(None, Path(name), name, "train", name) for name in "abc"]
    problems = [Problem(name, "missing folder") for name in "xy"]
    parts = [Listing((samples[0],), (problems[0],)), Listing((samples[1], samples[2]))]
    assert joined([*parts, Listing(problems=(problems[1],))]) == Listing(
        tuple(samples), tuple(problems)
    )
    assert joined([]) == Listing()


def test_problems_in_words() -> None:
    assert str(Problem("low/1.png", "no partner in high")) == "low/1.png: no partner in high"


def test_places_are_reported_below_the_root() -> None:
    assert place(Path("/data/lol/low/1.png"), Path("/data/lol")) == "low/1.png"
    assert place(Path("/elsewhere/1.png"), Path("/data/lol")) == "/elsewhere/1.png"
