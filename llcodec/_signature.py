"""How ``.llc`` files are recognised. It imports nothing, so that everything can import it."""

from typing import Final

# As in PNG: a byte above 127 shows 7-bit transfers, the line ends show text-mode transfers,
# and \x1a stops an accidental listing on old systems.
SIGNATURE: Final = b"\x89LLC\r\n\x1a\n"
"""The eight bytes that every ``.llc`` file starts with."""

MIME_TYPE: Final = "image/x-llc"
"""The type of ``.llc`` files; it is not registered."""
