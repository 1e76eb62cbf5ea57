/** Scale the light of a picture that was brightened, and keep the shape of its lamps. */

import { LUMA_WEIGHTS, TONE_FLOOR, TONE_KNEE } from "../bitstream.ts";

/** The share of the height of the fixed shoulder that is undone exactly. */
const UNDONE = 0.6;
const START = 1 - TONE_KNEE;

/** Return the linear light of an sRGB-encoded value (IEC 61966-2-1). */
export function decodeSrgb(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

/** Return linear light, sRGB-encoded. */
export function encodeSrgb(light: number): number {
  return light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055;
}

/** Return the luma of three values. */
export function luma(red: number, green: number, blue: number): number {
  return LUMA_WEIGHTS[0] * red + LUMA_WEIGHTS[1] * green + LUMA_WEIGHTS[2] * blue;
}

/**
 * Return what the fixed shoulder made into a value.
 *
 * Near white an exact inverse would turn coding errors into spots of garish colour: above 0.6 of
 * its height the shoulder is replaced by a straight line, so lamps come back dimmer than they were.
 */
export function undoShoulder(value: number): number {
  const over = Math.min(1, Math.max(0, (value - START) / TONE_KNEE));
  if (over === 0) return value;
  const curved = Math.min(over, UNDONE);
  return START + TONE_KNEE * (curved / (1 - curved) + (over - curved) / (1 - UNDONE) ** 2);
}

function shoulder(value: number): number {
  const over = Math.max(value - START, 0) / TONE_KNEE;
  return Math.min(value, START + (TONE_KNEE * over) / (1 + over));
}

/**
 * Give the three values at `at` of `values` `factor` times as much light, below the shoulder.
 *
 * Lamps keep their shape, and white stays white. Darkening scales all channels alike, as undoing
 * the shoulder of each would turn coding errors near white into spots of colour.
 *
 * @param factor - above 0; below 1 to darken.
 */
export function expose(values: Float32Array, at: number, factor: number): void {
  for (let c = 0; c < 3; c++) values[at + c] = Math.max(values[at + c], 0);
  if (factor >= 1) {
    for (let c = 0; c < 3; c++) values[at + c] = scaled(values[at + c], factor);
    return;
  }
  const grey = Math.max(luma(values[at], values[at + 1], values[at + 2]), TONE_FLOOR);
  const share = decodeSrgb(scaled(grey, factor)) / decodeSrgb(grey);
  for (let c = 0; c < 3; c++) values[at + c] = encodeSrgb(share * decodeSrgb(values[at + c]));
}

function scaled(value: number, factor: number): number {
  const bright = undoShoulder(value);
  // What the shoulder's inverse leaves out near white, so that a factor of 1 changes nothing there.
  const rest = value - shoulder(bright);
  return shoulder(encodeSrgb(factor * decodeSrgb(bright))) + rest;
}
