/** PNG files, compared. */

import { decode as decodePng } from "fast-png";

/** Samples of a picture, with as many channels as its file has. */
export interface Samples {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly depth: number;
  readonly data: ArrayLike<number>;
}

/** Return the samples of a PNG file. */
export function samplesOf(png: Uint8Array): Samples {
  const { width, height, channels, depth, data } = decodePng(png);
  return { width, height, channels, depth, data };
}

/** Return the largest difference in levels of 8 bits; Infinity where the shape or alpha differs. */
export function distance(one: Samples, other: Samples): number {
  const same = (["width", "height", "channels", "depth"] as const).every(
    (k) => one[k] === other[k],
  );
  if (!same) return Infinity;
  const alpha = one.channels % 2 === 0;
  let worst = 0;
  for (let at = 0; at < one.data.length; at++) {
    const difference = Math.abs(one.data[at] - other.data[at]);
    if (difference && alpha && at % one.channels === one.channels - 1) return Infinity;
    worst = Math.max(worst, difference);
  }
  return one.depth === 16 ? worst / 257 : worst;
}

/** Return a part: left, top, width and height. */
export function partOf(samples: Samples, [left, top, width, height]: readonly number[]): Samples {
  const { channels } = samples;
  const data = new Uint16Array(width * height * channels);
  for (let row = 0; row < height; row++) {
    for (let at = 0; at < width * channels; at++) {
      const from = ((top + row) * samples.width + left) * channels + at;
      data[row * width * channels + at] = samples.data[from];
    }
  }
  return { ...samples, width, height, data };
}
