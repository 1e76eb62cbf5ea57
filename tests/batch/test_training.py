"""``llc train`` from shards in an object store."""

import json
from pathlib import Path

import numpy as np
import pytest

from tests.batch.conftest import Llc, Server
from tests.conftest import photograph
from tests.shards import write_photographs

pytestmark = [pytest.mark.scale, pytest.mark.extra("moto"), pytest.mark.extra("webdataset")]

TINY = """
preset = "base"
[model]
widths = [8, 8, 8, 16]
latents = 16
hyper_latents = 8
hyper_hidden = 8
hyper_features = 12
context_features = 12
entropy_hidden = [16]
condition = 8
[plain]
steps = 3
batch = 2
crop = 64
precision = "float32"
"""


@pytest.mark.filterwarnings("ignore")
def test_a_codec_is_trained_from_s3(llc: Llc, refusing_s3: Server, tmp_path: Path) -> None:
    """The same as from a disk, though every twentieth request is refused."""
    import s3fs

    pictures = [np.asarray(photograph(seed)) for seed in range(6)]
    local = write_photographs(tmp_path / "dark", pictures)
    fs = s3fs.S3FileSystem(key="key", secret="secret", endpoint_url=refusing_s3.url)
    fs.mkdir("dark")
    fs.put(str(tmp_path / "dark") + "/", "dark/", recursive=True)
    (tmp_path / "tiny.toml").write_text(TINY)
    for place, out in ((local, "local"), ("s3://dark/shard-{000..002}.tar", "remote")):
        words = ["--data", place, "--shuffle-buffer", 4, "--recipe", tmp_path / "tiny.toml"]
        words += ["-o", tmp_path / out, "--threads", 1, "--device", "cpu"]
        done = llc("train", "codec", *words, **refusing_s3.environment)
        assert done.code == 0, done.err
    rows = [(tmp_path / out / "plain/log.jsonl").read_text() for out in ("local", "remote")]
    one, two = ([json.loads(line) for line in text.splitlines()] for text in rows)
    assert [row["loss"] for row in one] == [row["loss"] for row in two] != []
