import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from llcodec.bench.coding_worker import main
from llcodec.bench.pipelines import pipeline_of
from llcodec.errors import InputError


@pytest.mark.parametrize("spec", ["plain:jpeg", "ebc:gamma+jpeg", "cbe:jpeg+gamma"])
def test_the_sender_writes_what_the_pipeline_does(
    spec: str, pair_root: Path, tmp_path: Path
) -> None:
    pytest.importorskip("skimage", reason="scikit-image is an extra")
    source, file = pair_root / "low" / "0.png", tmp_path / "coded"
    main(["encode", f"--pipeline={spec}", "--quality=75", "--", str(source), str(file)])
    pixels = np.asarray(Image.open(source))
    assert file.read_bytes() == pipeline_of(spec).encode(pixels, 75)
    main(["decode", f"--pipeline={spec}", "--", str(file)])


def test_a_side_loads_only_what_it_needs(pair_root: Path, tmp_path: Path) -> None:
    """An enhancer that is not there does not keep the other side from its work."""
    source, file = str(pair_root / "low" / "0.png"), str(tmp_path / "coded")
    early, late = "--pipeline=ebc:nowhere+jpeg", "--pipeline=cbe:jpeg+nowhere"
    main(["encode", late, "--quality=75", source, file])
    main(["decode", early, file])


def test_programs_have_the_time_that_is_given(pair_root: Path, tmp_path: Path) -> None:
    hang = shlex.join((sys.executable, "-c", "import time; time.sleep(60)"))
    spec = f"--pipeline=ebc:cmd:{hang} {{input}} {{output}}+jpeg"
    given = ["--timeout=0.3", "--quality=75", str(pair_root / "low" / "0.png")]
    with pytest.raises(InputError, match=r"was killed after 0\.3 seconds"):
        main(["encode", spec, *given, str(tmp_path / "coded")])


def test_no_heavy_library_is_loaded_for_a_light_codec(pair_root: Path, tmp_path: Path) -> None:
    file = tmp_path / "coded"
    code = (
        "import sys; from llcodec.bench.coding_worker import main; main(sys.argv[1:]);"
        "print(*sorted({'torch', 'skimage', 'matplotlib'} & set(sys.modules)))"
    )
    given = ["encode", "--pipeline=plain:jpeg", "--quality=75", pair_root / "low" / "0.png", file]
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, given)], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []
    assert file.stat().st_size > 100


def test_what_goes_wrong_is_one_line(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "llcodec.bench.coding_worker"]
    given = ["decode", "--pipeline=plain:jpeg", str(tmp_path / "nothing")]
    done = subprocess.run([*command, *given], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "nothing" in done.stderr
    assert len(done.stderr.splitlines()) == 1
