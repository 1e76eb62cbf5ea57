"""Default limits on what is read, which keep memory bounded.

They protect the reader and do not affect the meaning of a file; ``docs/format.md`` lists those of
``.llc`` files. This module imports nothing, so that everything can import it.
"""

MAX_PIXELS = 100_000_000
"""Width × height of a picture."""

MAX_INPUT_BYTES = 1 << 30
"""The longest file that is read into memory, unless a larger ``max_pixels`` allows more."""

MAX_TILE_SIZE = 4096
"""Width and height in pixels of a tile that lies within the picture. Bounds the cost of a tile."""
