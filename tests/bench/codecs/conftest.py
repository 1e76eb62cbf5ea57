"""A photograph small enough for every codec, models with few channels, a folder like VTM's."""

import stat
import sys
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from llcodec._arrays import Pixels
from llcodec.engine.tensors import to_tensor
from llcodec.nets.joint import JointModel
from llcodec.nets.presets import Preset
from llcodec.training.export import Calibration, export_model
from llcodec.training.karhunen_loeve import patch_basis, warm_start
from llcodec.training.recipe import LAMBDAS

_HERE = Path(__file__).parent
_EXAMPLE = _HERE.parents[2] / "examples" / "forest_path.jpg"

_EXTRAS = {"jxl": "pillow_jxl", "heic": "pillow_heif", "vvc": "imageio_ffmpeg"}

BuildVtm = Callable[..., Path]


def _build_vtm(folder: Path, programs: str = "bin", name: str = "{}AppStatic") -> Path:
    """Put both programs and the configuration where VTM's build leaves them."""
    (folder / programs).mkdir(parents=True, exist_ok=True)
    (folder / "cfg").mkdir(exist_ok=True)
    (folder / "cfg" / "encoder_intra_vtm.cfg").write_text("#======== File I/O ===============\n")
    for kind in ("Encoder", "Decoder"):
        program = folder / programs / name.format(kind)
        program.write_text(f"#!{sys.executable}\n{(_HERE / 'stand_in_vtm.py').read_text()}")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return folder


@pytest.fixture
def need_codec() -> Callable[[str], None]:
    """Skip what needs a codec that is an extra, or that this system has not."""

    def need(name: str) -> None:
        extra = next((extra for start, extra in _EXTRAS.items() if name.startswith(start)), None)
        if extra is not None and find_spec(extra) is None:
            pytest.skip(f"{extra} is an extra")
        if name.startswith("vvc") and sys.platform == "win32":
            pytest.skip("the ffmpeg of imageio-ffmpeg for Windows has no libvvenc")

    return need


@pytest.fixture
def build_vtm() -> BuildVtm:
    if sys.platform == "win32":
        pytest.skip("Windows starts no Python script as a program")
    return _build_vtm


@pytest.fixture
def vtm_folder(build_vtm: BuildVtm, tmp_path: Path) -> Path:
    """A folder that looks like VTM's after a build."""
    return build_vtm(tmp_path / "vtm")


@pytest.fixture(scope="session")
def photo() -> Pixels:
    """A photograph, 128×192 pixels."""
    with Image.open(_EXAMPLE) as image:
        small = image.convert("RGB").resize((192, 128), Image.Resampling.LANCZOS)
    return np.asarray(small).copy()


@pytest.fixture(scope="session")
def write_model(photo: Pixels) -> Callable[..., Path]:
    """Write a codec as training starts it: transforms of Karhunen and Loève, of one picture."""

    def write(
        preset: Preset, path: Path, seed: int = 1, notes: dict[str, str] | None = None
    ) -> Path:
        torch.manual_seed(seed)
        model = JointModel(replace(preset, name=path.stem))
        basis = patch_basis([photo], model.preset.latents, np.random.default_rng(0), patches=2000)
        with torch.no_grad():
            if preset.variable_rate:  # it knows how to start no others
                warm_start(model, *basis, LAMBDAS)
            log_gain = model.log_gain(torch.tensor([8.0]))
            y = model.eval().analyse(to_tensor(photo), None) * log_gain.exp()
        export_model(model, path.stem, Calibration([(y, log_gain)]), notes or {}, path)
        return path

    return write
