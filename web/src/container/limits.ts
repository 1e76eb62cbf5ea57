/** Limits on what a reader accepts, each checked before the memory that it bounds is allocated. */

const MEBIBYTE = 1 << 20;

export interface Limits {
  /** Width times height of the picture, in pixels. */
  readonly maxPixels: number;
  /** Bytes of one metadata item after decompression. */
  readonly maxMetadata: number;
  /** Bytes of the `ALPH` payload as stored. */
  readonly maxAlpha: number;
  /** How many unknown ancillary chunks one file may have. */
  readonly maxUnknown: number;
}

export const DEFAULT_LIMITS: Limits = {
  maxPixels: 100_000_000,
  maxMetadata: 16 * MEBIBYTE,
  maxAlpha: 256 * MEBIBYTE,
  maxUnknown: 1024,
};

/** Width and height in pixels of a tile that lies within the picture, at most. */
export const MAX_TILE_SIZE = 4096;
