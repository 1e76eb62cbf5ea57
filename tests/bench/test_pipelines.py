import re
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from llcodec._arrays import Pixels
from llcodec._shipped import shipped_codecs, shipped_enhancers
from llcodec.bench.codecs.cache import CachedCodec
from llcodec.bench.codecs.pillow import PngCodec
from llcodec.bench.enhancers.classical import Identity
from llcodec.bench.interfaces import BenchCodec, CodecSettings
from llcodec.bench.pipelines import (
    Parts,
    Pipeline,
    WarmPipeline,
    check_names,
    default_pipelines,
    name_of,
    newest,
    parts_of,
    pipeline_of,
    split_pipelines,
)
from llcodec.errors import InputError

PIXELS = np.random.default_rng(0).integers(0, 60, (32, 40, 3), dtype=np.uint8)


@pytest.mark.parametrize(
    ("spec", "order", "before", "codec", "after"),
    [
        ("plain:jpeg", "plain", "none", "jpeg", "none"),
        ("ebc:gamma+webp", "ebc", "gamma", "webp", "none"),
        ("cbe:webp+gamma", "cbe", "none", "webp", "gamma"),
        ("enhance:gamma", "enhance", "gamma", "png", "none"),
        ("joint", "joint", "none", "joint", "none"),
    ],
)
def test_pipelines_are_read(spec: str, order: str, before: str, codec: str, after: str) -> None:
    pipeline = pipeline_of(spec)
    assert (pipeline.order, pipeline.before.name) == (order, before)
    assert (pipeline.codec.name, pipeline.after.name) == (codec, after)
    record = pipeline.record()
    assert record["codec"]["name"] == codec
    assert record["before"]["name"] == before


def test_the_sender_and_the_receiver_do_what_they_should() -> None:
    early, late = pipeline_of("ebc:gamma+jpeg"), pipeline_of("cbe:jpeg+gamma")
    plain = pipeline_of("plain:jpeg")
    quality = 88
    assert late.encode(PIXELS, quality) == plain.encode(PIXELS, quality)
    data = early.encode(PIXELS, quality)
    np.testing.assert_array_equal(early.decode(data), plain.decode(data))
    for pipeline in (early, late):
        decoded = pipeline.decode(pipeline.encode(PIXELS, quality))
        assert decoded.mean() > 2 * PIXELS.mean()


@pytest.mark.parametrize(
    ("spec", "parts"),
    [
        ("joint:w.safetensors", Parts("joint", "joint:w.safetensors")),
        ("ebc:a+b+c", Parts("ebc", "c", before="a+b")),
        ("cbe:a+b+c", Parts("cbe", "a", after="b+c")),
        ("plain:a", Parts("plain", "a")),
        ("enhance:a", Parts("enhance", "png", before="a")),
        ("ebc:nerco+llc:/c++/w.st", Parts("ebc", "llc:/c++/w.st", before="nerco")),
        ("ebc:nerco:/c++/w.st+avif", Parts("ebc", "avif", before="nerco:/c++/w.st")),
        ("cbe:llc:/c++/w.st+lime", Parts("cbe", "llc:/c++/w.st", after="lime")),
        ("cbe:joint:a+b+nerco:c+d", Parts("cbe", "joint:a+b", after="nerco:c+d")),
        (
            "ebc:cmd:a+jpeg {input}+{output}+avif",
            Parts("ebc", "avif", before="cmd:a+jpeg {input}+{output}"),
        ),
    ],
)
def test_parts_are_texts_of_what_need_not_be_there(spec: str, parts: Parts) -> None:
    assert parts_of(spec) == parts


@pytest.mark.parametrize(
    ("spec", "brightens"),
    [
        ("plain:jpeg", False),
        ("cbe:jpeg+none", False),
        ("cbe:jpeg+gamma", True),
        ("enhance:gamma", True),
        ("joint", True),
        ("plain:joint", True),
        ("plain:base", False),
    ],
)
def test_what_brightens_is_reported(spec: str, brightens: bool) -> None:
    assert pipeline_of(spec).brightens is brightens


@pytest.mark.parametrize(
    "spec",
    [
        "",
        "magic",
        "ebc:gamma",
        "cbe:jpeg",
        "ebc:+jpeg",
        "cbe:+gamma",
        "plain:",
        "enhance:",
        "EBC:a+b",
    ],
)
def test_what_is_no_pipeline_is_shown_how_they_are_written(spec: str) -> None:
    with pytest.raises(InputError, match=r"ebc:ENHANCER\+CODEC"):
        pipeline_of(spec)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("plain:nothing", "unknown codec"),
        ("ebc:magic+jpeg", "unknown enhancer"),
        ("cbe:jpeg+magic", "unknown enhancer"),
    ],
)
def test_parts_that_are_not_there_are_named(spec: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        pipeline_of(spec)


def test_texts_hold_several_pipelines() -> None:
    texts = ["joint,ebc:gamma+jpeg", "cbe:jpeg+lime,joint:x.safetensors,plain:base"]
    assert split_pipelines(texts) == [
        "joint",
        "ebc:gamma+jpeg",
        "cbe:jpeg+lime",
        "joint:x.safetensors",
        "plain:base",
    ]
    assert split_pipelines(["joint", "joint"]) == ["joint"]


def test_a_look_belongs_to_the_pipeline_before_it() -> None:
    found = split_pipelines(["joint,detail=0.5,look=a.st,joint:w.st,detail=1,plain:jpeg"])
    assert found == ["joint,detail=0.5,look=a.st", "joint:w.st,detail=1", "plain:jpeg"]
    assert parts_of(found[0]) == Parts("joint", found[0])
    assert parts_of("cbe:joint,detail=1+nerco") == Parts("cbe", "joint,detail=1", after="nerco")
    assert name_of("joint,detail=1").startswith("joint-detail-1-")


def test_commands_may_hold_commas_and_plusses() -> None:
    command = "ebc:cmd:run --size 3,4 --mode a+b {input} {output}+jpeg"
    assert split_pipelines([f"joint,{command},plain:webp"]) == ["joint", command, "plain:webp"]
    pipeline = pipeline_of(command)
    assert (pipeline.before.name, pipeline.codec.name) == ("cmd-run", "jpeg")
    late = pipeline_of("cbe:jpeg+cmd:run --mode a+b {input} {output}")
    assert (late.codec.name, late.after.name) == ("jpeg", "cmd-run")


def test_texts_that_begin_with_no_pipeline() -> None:
    with pytest.raises(InputError, match="no pipeline 'what'"):
        split_pipelines(["what,joint"])


@pytest.mark.parametrize(
    ("spec", "name"),
    [
        ("joint", "joint"),
        ("ebc:nerco+avif", "ebc-nerco+avif"),
        ("cbe:cheng2020-anchor+snr-aware", "cbe-cheng2020-anchor+snr-aware"),
        ("joint:with.safetensors", "joint-with.safetensors"),
        ("plain:" + 74 * "x", "plain-" + 74 * "x"),
    ],
)
def test_short_and_clean_texts_are_names_almost_as_they_are(spec: str, name: str) -> None:
    assert name_of(spec) == name


def test_what_a_name_cannot_hold_is_told_apart_by_a_hash() -> None:
    command = f"ebc:cmd:python /data/{60 * 'long/'}enhance.py {{input}} {{output}}"
    specs = [
        *(f"{command}+avif", f"{command}+jpeg"),
        *("joint:a/b.safetensors", "joint:a_b.safetensors", "joint:a b.safetensors"),
        *("plain:" + 75 * "x", "plain:" + 76 * "x"),
        "joint:../my weights.safetensors",
    ]
    names = [name_of(spec) for spec in specs]
    assert len(set(names)) == len(specs)
    for name in names:
        assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.+-]*-[0-9a-f]{8}", name)
        assert len(name) <= 80
    assert names[-1] == "joint-..-my-weights.safetensors-" + names[-1][-8:]
    assert names == [name_of(spec) for spec in specs]


def test_pipelines_that_would_be_called_alike_are_refused() -> None:
    check_names(["joint", "plain:jpeg", "joint"])
    for one, other in (("enhance:nerco:a", "enhance:nerco-a"), ("joint:A", "joint:a")):
        with pytest.raises(InputError, match="would both have the name"):
            check_names(["joint", one, other])


def test_what_has_one_quality_has_no_others() -> None:
    many, one = pipeline_of("plain:jpeg"), pipeline_of("enhance:gamma")
    assert many.qualities_of(None) == many.codec.qualities
    assert many.qualities_of((20, 40)) == (20, 40)
    assert one.qualities_of(None) == one.qualities_of((20, 40)) == (0,)


def test_all_of_them_can_be_built() -> None:
    pytest.importorskip("skimage", reason="scikit-image is an extra")
    specs = default_pipelines()
    assert split_pipelines(specs) == list(specs)
    orders = [pipeline_of(spec).order for spec in specs]
    assert orders[0] == "joint"
    assert {"ebc", "cbe"} < set(orders)
    assert orders.count("ebc") == orders.count("cbe")


def test_what_ships_is_in_and_nothing_else() -> None:
    defaults = " ".join(default_pipelines())
    for name in ("nerco-3", "snr-aware"):
        assert (f":{name}+" in defaults) == (name in shipped_enhancers())
    assert ":nerco+" not in defaults  # nerco-3 has taken its place
    assert ":nerco-2+" not in defaults
    assert ("+base-2" in defaults) == ("base-2" in shipped_codecs())


def test_the_newest_weights_of_each_network() -> None:
    assert newest(["nerco", "nerco-2", "nerco-3", "snr-aware"]) == ["nerco-3", "snr-aware"]
    assert newest(["a-10", "a-9", "a", "b-2-3", "b-2"]) == ["a-10", "b-2-3", "b-2"]
    assert newest([]) == []


def test_what_is_not_installed_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("skimage", reason="scikit-image is an extra")
    assert any("lime" in spec for spec in default_pipelines())
    monkeypatch.setitem(sys.modules, "skimage", None)
    assert not any("lime" in spec for spec in default_pipelines())


PICTURE = np.zeros((300, 40, 3), np.uint8)


class Noting:
    """A codec that notes at which qualities it coded, and pictures of which size."""

    name = "noting"
    qualities = (1.0, 2.0, 3.0)

    def __init__(self) -> None:
        self.coded: list[float] = []
        self.shapes: list[tuple[int, ...]] = []
        self.decoded = 0

    def settings(self) -> CodecSettings:
        return PngCodec().settings()

    def encode(self, pixels: Pixels, quality: float) -> bytes:
        self.coded.append(quality)
        self.shapes.append(pixels.shape)
        return PngCodec().encode(pixels, 0)

    def decode(self, data: bytes) -> Pixels:
        self.decoded += 1
        return PngCodec().decode(data)


class Rungs(Noting):
    """One with a network for each quality."""

    def at(self, quality: float) -> None:
        pass


def warmed(codec: BenchCodec, *orders: Sequence[float]) -> None:
    warm = WarmPipeline(Pipeline("it", "plain", codec))
    for qualities in orders:
        warm.warm_up(PICTURE, qualities)


@pytest.mark.parametrize(
    ("codec", "coded"), [(Noting(), [1]), (Rungs(), [1, 2, 3])], ids=["one network", "many"]
)
def test_each_network_is_used_once(codec: Noting, coded: list[float]) -> None:
    warmed(codec, (1, 2), (2, 1), (3, 1), ())
    assert codec.coded == coded
    assert codec.decoded == len(coded)
    assert set(codec.shapes) == {(256, 40, 3)}


def test_what_is_kept_warms_nothing_up(tmp_path: Path) -> None:
    codec, folder = Noting(), tmp_path / "kept"
    for times in (1, 2):
        warmed(CachedCodec(codec, folder), (1,))
        assert (len(codec.coded), codec.decoded) == (times, times)
    assert not folder.exists()


def test_enhancers_are_warmed_up_too() -> None:
    class Enhancer(Identity):
        used = 0

        def enhance(self, pixels: Pixels) -> Pixels:
            Enhancer.used += 1
            return pixels

    warm = WarmPipeline(Pipeline("it", "ebc", Noting(), Enhancer(), Enhancer()))
    for _ in range(2):
        warm.warm_up(PICTURE, (1,))
    assert Enhancer.used == 2
