/** Undo the tone curve of a header: the picture as it was shot. */

import {
  LOCAL_TONE_COUNT,
  TONE_FLOOR,
  TONE_GAIN_UNITS,
  TONE_GAMMA_UNITS,
  TONE_KNEE_UNITS,
  TONE_MATRIX_UNITS,
  TONE_TOE_UNITS,
} from "../bitstream.ts";
import { CorruptError } from "../errors.ts";
import { exposures } from "./exposures.ts";
import { inverse, transform } from "./matrix.ts";
import type { Place } from "./place.ts";
import { undoShoulder } from "./srgb.ts";

const ONE = TONE_MATRIX_UNITS;
const LEAST_SLOPE = 0.25; // of a local shoulder that is undone exactly

/** The tone numbers of no change. */
export const IDENTITY: readonly number[] = [0, 0, 0, 0, 0, 0, ONE, 0, 0, 0, ONE, 0, 0, 0, ONE];

/** The inverse of a tone curve, but for values near white. */
export interface Undoing {
  /** The colour matrix of the curve, row by row, and its inverse. */
  readonly mix: readonly number[];
  readonly unmix: readonly number[];
  /** Return by what factors the pixels of a place were exposed; null for all alike. */
  exposures(place: Place): Float32Array | null;
  /** Replace the three values at `at` by those before the curve, at an exposure. */
  undo(values: Float32Array, at: number, exposure: number): void;
}

/**
 * Return the inverse of the curve of 15 or 43 tone numbers.
 *
 * @throws CorruptError when there is none.
 */
export function undoingOf(tone: readonly number[]): Undoing {
  const mix = tone.slice(6, 15).map((number) => number / TONE_MATRIX_UNITS);
  const unmix = inverse(mix);
  if (!unmix) throw new CorruptError("the tone curve in the header cannot be inverted");
  const gain = tone.slice(0, 3).map((number) => 2 ** (number / TONE_GAIN_UNITS));
  const gamma = tone.slice(3, 6).map((number) => 2 ** (number / TONE_GAMMA_UNITS));
  const curve = { mix, unmix, gain, gamma };
  return tone.length === LOCAL_TONE_COUNT ? undoingLocal(curve, tone) : undoingGlobal(curve);
}

interface Curve {
  readonly mix: readonly number[];
  readonly unmix: readonly number[];
  readonly gain: readonly number[];
  readonly gamma: readonly number[];
}

function undoingGlobal({ mix, unmix, gain, gamma }: Curve): Undoing {
  return {
    mix,
    unmix,
    exposures: () => null,
    undo(values, at) {
      transform(unmix, values, at);
      for (let c = 0; c < 3; c++) {
        const bright = Math.max(undoShoulder(values[at + c]), TONE_FLOOR);
        values[at + c] = bright ** (1 / gamma[c]) / gain[c];
      }
    },
  };
}

function undoingLocal({ mix, unmix, gain, gamma }: Curve, tone: readonly number[]): Undoing {
  const toe = tone.slice(15, 18).map((number) => number / TONE_TOE_UNITS);
  const knee = tone[18] / TONE_KNEE_UNITS;
  const start = 1 - knee;
  const reach = gain.map((value, c) => {
    const t = value ** 2 / Math.max(value + toe[c], TONE_FLOOR);
    const white = Math.max(t, TONE_FLOOR) ** gamma[c];
    return 1 / Math.max((white - start) / knee, 1) ** 2;
  });
  // Where the slope (1 + 2o/m² + o²/m²) / (1 + o)² falls to the least; far out if nowhere.
  const exact = reach.map((each) => {
    const over = Math.sqrt(1 + (1 - LEAST_SLOPE) / Math.max(LEAST_SLOPE - each, 1e-9)) - 1;
    return (over * (1 + over * each)) / (1 + over);
  });
  // What the shoulder made into a value of a channel, and how steep its inverse is there. With y how
  // far a value lies above its start, o (1 + o / m²) / (1 + o) = y is a quadratic equation. Its root
  // is written so that nothing cancels. Where the shoulder is flat, a straight line takes the place
  // of its inverse, as in undoShoulder.
  const steepened = (value: number, c: number): readonly [number, number] => {
    const y = Math.min(1, Math.max(0, (value - start) / knee));
    const curved = Math.min(y, exact[c]);
    const rest = 1 - curved;
    const root = (2 * curved) / (rest + Math.sqrt(rest * rest + 4 * curved * reach[c]));
    const flat = (1 + root * (2 + root) * reach[c]) / (1 + root) ** 2;
    const over = root + (y - curved) / LEAST_SLOPE;
    const steepness = Math.min(1 / LEAST_SLOPE, Math.max(1, 1 / flat));
    return [y > 0 ? start + knee * over : value, steepness];
  };
  // The shoulder of each channel makes bright colours paler, and its inverse would turn small errors
  // into spots of garish colour. The steeper it is for the brightest channel of a pixel, the more the
  // other channels are scaled as that one is.
  const undoLocalShoulder = (values: Float32Array, at: number): void => {
    // What is beyond white counts as white.
    for (let c = 0; c < 3; c++) values[at + c] = Math.min(1, values[at + c]);
    const brightest = Math.max(values[at], values[at + 1], values[at + 2]);
    let [undone, steepness] = [0, 0];
    for (let c = 0; c < 3; c++) {
      const [value, steep] = steepened(brightest, c);
      undone += value / 3;
      steepness += steep / 3;
    }
    const factor = undone / Math.max(brightest, TONE_FLOOR);
    const height = (steepness - 1) / (1 / LEAST_SLOPE - 1);
    const share = height * height * (3 - 2 * height);
    for (let c = 0; c < 3; c++) {
      const [each] = steepened(values[at + c], c);
      values[at + c] = each + share * (values[at + c] * factor - each);
    }
  };
  return {
    mix,
    unmix,
    exposures: (place) => exposures(tone.slice(19), place),
    undo(values, at, exposure) {
      transform(unmix, values, at);
      undoLocalShoulder(values, at);
      for (let c = 0; c < 3; c++) {
        const t = Math.max(values[at + c], 0) ** (1 / gamma[c]);
        const u = (t + Math.sqrt(t * (t + 4 * toe[c]))) / 2;
        values[at + c] = u / gain[c] / exposure;
      }
    },
  };
}
