"""What lies between bytes and latents needs no PyTorch."""

import subprocess
import sys

MODULES = ("llcodec.container", "llcodec.imaging", "llcodec.entropy.latent_coder")


def test_no_pytorch_is_imported() -> None:
    ask = f"import sys, {', '.join(MODULES)}; print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert "'llcodec.entropy.walk'" in done.stdout
    assert "'torch'" not in done.stdout
