/**
 * Numbers that every encoder and decoder share: those of `llcodec/_bitstream.py`, which a test
 * compares. `docs/format.md` explains each of them.
 */

export const QUALITY_UNITS = 256;
export const MIN_QUALITY = 1;
export const MAX_QUALITY = 8;
export const HASH_LENGTH = 8;
export const MAX_NAME_LENGTH = 32;
export const TILE_SIZE_STEP = 64;
export const MAX_TILE_SIZE_FIELD = 65472;
export const TONE_COUNT = 15;
export const LOCAL_TONE_COUNT = 43;
export const TONE_GAIN_UNITS = 2048;
export const TONE_GAMMA_UNITS = 4096;
export const TONE_MATRIX_UNITS = 4096;
export const TONE_TOE_UNITS = 65536;
export const TONE_KNEE_UNITS = 32768;
export const TONE_GRID_ROWS = 4;
export const TONE_GRID_COLUMNS = 6;
export const TONE_GRID_UNITS = 32;
export const TONE_GRID_LIMIT = 127;
export const TONE_FLOOR = 1e-4;
export const TONE_KNEE = 0.1;
export const STRIDE = 16;
export const HYPER_STRIDE = 4;
export const LATENT_UNIT_BITS = 6;
export const LATENT_UNITS = 64;
export const CONTEXT_KERNEL = 5;
export const WAVEFRONT_SLOPE = 3;
export const SCALE_LEVELS = 64;
export const TABLE_BITS = 24;
export const ESCAPE_BITS = 16;
export const WORD_BYTES = 4;
export const LEAKY_SLOPE_NUMERATOR = 655;
export const LEAKY_SLOPE_DENOMINATOR = 65536;
export const EXACT_LIMIT = 2 ** 45;
export const MAGNITUDE_BITS = 16;
export const MEAN_BITS = 14;
export const MEAN_LIMIT = 2 ** 20;
export const LUMA_WEIGHTS = [0.299, 0.587, 0.114];
