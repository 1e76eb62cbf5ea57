"""What is read unless the user asks for more: the limits that keep memory bounded.

They protect the reader and have no meaning for a file; ``docs/format.md`` lists those of ``.llc``
files. This module imports nothing, so that everything can import it.
"""

MAX_PIXELS = 100_000_000
"""Width × height of a picture."""

MAX_INPUT_BYTES = 1 << 30
"""The longest file that is read into memory, unless ``max_pixels`` asks for more."""

MAX_TILE_SIZE = 4096
"""Width and height in pixels of a tile that lies within the picture. Bounds the cost of a tile."""
