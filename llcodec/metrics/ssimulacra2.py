"""SSIMULACRA2 with the library of that name.

J. Sneyers, https://github.com/cloudinary/ssimulacra2: structural similarity in the XYB colour space
at six scales, fitted to opinions of people on compressed images.
"""

from io import BytesIO

from PIL import Image

from llcodec._arrays import Pixels


def ssimulacra2(picture: Pixels, reference: Pixels) -> float:
    """Return the SSIMULACRA2 of H×W×3 8-bit pictures of at least 8×8 pixels.

    100 for equal pictures; people see no difference at 90, little at 70, much at 30. It can be
    below 0.
    """
    from ssimulacra2 import compute_ssimulacra2

    return float(compute_ssimulacra2(_file(reference), _file(picture)))


def _file(pixels: Pixels) -> BytesIO:
    """Return a file of pixels: the library reads nothing else."""
    file = BytesIO()
    Image.fromarray(pixels).save(file, "BMP")
    file.seek(0)
    return file
