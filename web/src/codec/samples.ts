/** From values to samples. */

import type { Header } from "../container/header.ts";
import { luma } from "../tone/srgb.ts";

/** Samples over their whole range: 0 … 255 or 0 … 65535. */
export type Samples = Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer>;

/**
 * Return values …×3 as samples: clamped to 0 … 1 and rounded; NaN becomes 0.
 *
 * Grey pictures get the luma in all three channels.
 */
export function toSamples(values: Float32Array, { grey, sixteenBit }: Header): Samples {
  const white = sixteenBit ? 65535 : 255;
  const samples = sixteenBit ? new Uint16Array(values.length) : new Uint8Array(values.length);
  for (let at = 0; at < values.length; at += 3) {
    const shared = grey ? luma(values[at], values[at + 1], values[at + 2]) : 0;
    for (let c = 0; c < 3; c++) {
      const value = grey ? shared : values[at + c];
      samples[at + c] = value > 0 ? Math.round(Math.min(value, 1) * white) : 0;
    }
  }
  return samples;
}
