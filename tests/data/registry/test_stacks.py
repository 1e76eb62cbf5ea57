from collections.abc import Callable
from pathlib import Path

from llcodec.data.registry import check, find, samples
from llcodec.data.registry.stacks import STACKS

Touch = Callable[..., None]
Shown = Callable[..., list[tuple[str, ...]]]

ROWS = (
    "id,split,scene,low,high,low_luma,high_luma\n"
    "aisle_007,val,aisle,low/aisle_007.avif,high/aisle_007.avif,7.0,116.2\n"
    "cave_012,train,cave,low/cave_012.avif,high/cave_012.avif,12.1,110.0\n"
)


def test_pairs_are_those_of_the_table(tmp_path: Path, touch: Touch, shown: Shown) -> None:
    touch(
        *(f"{side}/{name}.avif" for side in ("low", "high") for name in ("aisle_007", "cave_012"))
    )
    (tmp_path / "pairs.csv").write_text(ROWS)
    assert shown(STACKS.scan(tmp_path)) == [
        ("val", "aisle", "aisle_007", "low/aisle_007.avif", "high/aisle_007.avif"),
        ("train", "cave", "cave_012", "low/cave_012.avif", "high/cave_012.avif"),
    ]


def test_the_root_may_hold_it_under_its_name(tmp_path: Path, touch: Touch) -> None:
    touch(*(f"stacks/{side}/aisle_007.avif" for side in ("low", "high")))
    (tmp_path / "stacks" / "pairs.csv").write_text("".join(ROWS.splitlines(keepends=True)[:2]))
    [sample] = samples(find("stacks"), tmp_path, "val")
    assert sample.low == tmp_path / "stacks/low/aisle_007.avif"


def test_without_a_table_it_is_reported(tmp_path: Path) -> None:
    problems = [str(problem) for problem in check(STACKS, tmp_path).problems]
    assert "pairs.csv: missing" in problems
    assert "split val: 36 pairs expected, 0 found" in problems
