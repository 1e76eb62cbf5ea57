/** The latents of windows, gathered from tiles. */

import { LATENT_UNITS, MAX_QUALITY, MIN_QUALITY, QUALITY_UNITS, STRIDE } from "../bitstream.ts";
import { type Header, tileBox } from "../container/header.ts";
import { tilesOf, type Window } from "./windows.ts";

/** Latents without gain, as the synthesis transform takes them. */
export interface Latents {
  /** M×height×width. */
  readonly values: Float32Array;
  readonly height: number;
  readonly width: number;
}

/**
 * Return the inverse gains of the latents at a quality in 1/256.
 *
 * @param logInverse - 8×M natural logarithms, for the qualities 1 to 8; null for a model of one rate.
 */
export function inverseGains(
  logInverse: Float32Array | null,
  qualityUnits: number,
  latents: number,
): Float32Array {
  if (!logInverse) return new Float32Array(latents).fill(1);
  const position = qualityUnits / QUALITY_UNITS - MIN_QUALITY;
  const low = Math.min(Math.floor(position), MAX_QUALITY - MIN_QUALITY - 1);
  const share = position - low;
  return Float32Array.from({ length: latents }, (_, channel) => {
    const [below, above] = [low, low + 1].map((row) => logInverse[row * latents + channel]);
    return Math.exp(below * (1 - share) + above * share);
  });
}

/**
 * Return the latents of a window with its halo.
 *
 * @param tiles - the latents of each tile in 1/64, M×h×w, by its number.
 * @param gains - inverse gains, M.
 */
export function gather(
  window: Window,
  header: Header,
  tiles: ReadonlyMap<number, Int32Array>,
  gains: Float32Array,
): Latents {
  const { rows, columns } = window;
  const [height, width] = [rows, columns].map((span) => span.outerStop - span.outerStart);
  const values = new Float32Array(gains.length * height * width);
  for (const number of tilesOf(window, header)) {
    const box = tileBox(header, number);
    const [top, left] = [box.y / STRIDE, box.x / STRIDE];
    const [tileRows, tileColumns] = [box.height, box.width].map((n) => Math.ceil(n / STRIDE));
    const latents = tiles.get(number);
    if (!latents) throw new Error(`tile ${number} has not been decoded`);
    const first = Math.max(left, columns.outerStart);
    const last = Math.min(left + tileColumns, columns.outerStop);
    for (let channel = 0; channel < gains.length; channel++) {
      const factor = gains[channel] / LATENT_UNITS;
      for (let row = Math.max(top, rows.outerStart); row < rows.outerStop; row++) {
        if (row >= top + tileRows) break;
        let from = (channel * tileRows + row - top) * tileColumns + first - left;
        let to = (channel * height + row - rows.outerStart) * width + first - columns.outerStart;
        for (let column = first; column < last; column++) values[to++] = latents[from++] * factor;
      }
    }
  }
  return { values, height, width };
}
