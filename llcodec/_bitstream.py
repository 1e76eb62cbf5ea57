"""A change to a number in this file changes the meaning of every ``.llc`` file in the world.

These are the numbers that an encoder and every later decoder must share. ``docs/format.md``
explains each of them, and a test compares the two. The layout of the bytes (signature, chunks,
fields, flags) is defined in ``llcodec.container``; limits on what a reader accepts are in
``llcodec._limits``, and may change.

This module imports nothing, so that everything can import it.
"""

# --- Header ---------------------------------------------------------------------------------------

QUALITY_UNITS = 256
"""The header counts quality in 1/256."""

MIN_QUALITY = 1
MAX_QUALITY = 8
QUALITY_LEVELS = MAX_QUALITY - MIN_QUALITY + 1
"""The integer qualities 1 … 8, for which models of variable rate store gains and start values."""

HASH_LENGTH = 8
"""Bytes of the weight file's SHA-256 in the header."""

MAX_NAME_LENGTH = 32
"""Bytes of a model's name, at most."""

TILE_SIZE_STEP = 64
"""Tiles are a multiple of this many pixels wide and high: one hyper-latent."""

MAX_TILE_SIZE_FIELD = 65472
"""The largest tile size that the header can hold, in pixels."""

# --- Tone -----------------------------------------------------------------------------------------

TONE_COUNT = 15
"""Integers of a tone curve: 3 gains, 3 gammas, 9 of the colour matrix, row by row."""

TONE_GAIN_UNITS = 2048
"""A gain is 2^(number / 2048)."""

TONE_GAMMA_UNITS = 4096
"""A gamma is 2^(number / 4096)."""

TONE_MATRIX_UNITS = 4096
"""An element of the colour matrix is number / 4096."""

TONE_LIMIT = 2**15 - 1
"""Gains, gammas, elements of the matrix, toes and knee are written within ± this."""

TONE_TOE_UNITS = 65536
"""A toe is number / 65536."""

TONE_KNEE_UNITS = 32768
"""The knee of a local tone curve is number / 32768."""

TONE_GRID_ROWS = 4
TONE_GRID_COLUMNS = 6
TONE_GRID_UNITS = 32
TONE_GRID_LIMIT = 127
"""A local tone curve has 4×6 exposures over the picture, of 2^(number / 32), ±127 at most."""

LOCAL_TONE_COUNT = 43
"""Integers of a local tone curve: those of a global one, 3 toes, the knee, and the exposures."""

TONE_FLOOR = 1e-4
"""Values are at least this before a gamma is applied."""

TONE_KNEE = 0.1
"""The shoulder of the tone curve starts this far below white."""

# --- Latents --------------------------------------------------------------------------------------

STRIDE = 16
"""Pixels of one latent, along each axis."""

HYPER_STRIDE = 4
"""Latents of one hyper-latent, along each axis."""

LATENT_UNIT_BITS = 6
LATENT_UNITS = 2**LATENT_UNIT_BITS
"""Latents, means and scale indices are held as multiples of 1/64."""

CONTEXT_KERNEL = 5
"""The context model sees the 5×5 latents around each one, as far as they are decoded."""

WAVEFRONT_SLOPE = 3
"""In serial models, the latents of equal column + 3·row are coded together."""

# --- Entropy coding -------------------------------------------------------------------------------

SCALE_LEVELS = 64
SCALE_MIN = 0.11
SCALE_MAX = 256.0
"""The 64 scale tables stand for standard deviations from 0.11 to 256, evenly spaced in log."""

TABLE_BITS = 24
TABLE_TOTAL = 2**TABLE_BITS
"""The frequencies of a probability table sum to 2^24."""

ESCAPE_BITS = 16
ESCAPE_OFFSET = 2 ** (ESCAPE_BITS - 1)
"""An escaped symbol is a 16-bit number, less 2^15."""

WORD_BYTES = 4
"""A stream is a whole number of little-endian words of 32 bits."""

# --- Integer networks -----------------------------------------------------------------------------

LEAKY_SLOPE_NUMERATOR = 655
LEAKY_SLOPE_DENOMINATOR = 65536
"""Below zero, a leaky ReLU is ⌊655 · v / 65536⌋: 0.01 in the papers, 0.0099945 here."""

EXACT_LIMIT = 2**45
"""No sum of an integer layer may reach this, so that float64 holds it in any order of summation."""

# --- Entropy models of version 2 ------------------------------------------------------------------

MAGNITUDE_BITS = 16
"""The typical magnitudes of latents are held as multiples of 2^-16 steps."""

MEAN_BITS = 14
"""Means come out of the networks as multiples of 2^-14 typical magnitudes."""

MEAN_LIMIT = 2**20
"""Means are within ± this, in 1/64, once they are multiplied by the magnitudes."""

# --- From latents to pixels -----------------------------------------------------------------------

LINEAR_KERNEL = 32
"""Pixels a side of the kernels of the linear path, at a stride of 16."""

LUMA_WEIGHTS = (0.299, 0.587, 0.114)
"""Red, green and blue in BT.601 luma, which the decoded picture of a grey source takes."""
