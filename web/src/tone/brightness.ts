/** Show a decoded picture at another brightness or exposure, by the tone curve of the header. */

import { TONE_FLOOR } from "../bitstream.ts";
import type { Header } from "../container/header.ts";
import { InputError } from "../errors.ts";
import { transform } from "./matrix.ts";
import type { Place } from "./place.ts";
import { decodeSrgb, expose } from "./srgb.ts";
import { IDENTITY, type Undoing, undoingOf } from "./undoing.ts";

/** The highest brightness: twice as many stops as the tone curve of the file has. */
export const MAX_BRIGHTNESS = 2;
/** The largest change of the exposure, in stops. */
export const MAX_STOPS = 4;
/** The highest level, of 255, that can be made black. */
export const MAX_BLACK_POINT = 64;

/** How bright a picture is shown. */
export interface Light {
  /** 0 as shot, 1 enhanced; above it, each step adds as many stops as the curve does up to 1. */
  readonly brightness: number;
  /** Stops to add. */
  readonly exposure: number;
  /** The level, of 255, that is made black. */
  readonly blackPoint: number;
}

/** The picture as the file has it. */
export const ENHANCED: Light = { brightness: 1, exposure: 0, blackPoint: 0 };

/**
 * Check that a file can be shown in a light.
 *
 * @param modelHasTone - whether the model has a tone network. If it does, a file without tone
 *   numbers has a picture of one colour or a graphic, which is the same at every brightness.
 * @throws InputError when it cannot.
 */
export function checkLight(header: Header, light: Light, modelHasTone: boolean): void {
  const { brightness, exposure, blackPoint } = light;
  if (!(brightness >= 0 && brightness <= MAX_BRIGHTNESS)) {
    throw new InputError(`brightness must be from 0 to ${MAX_BRIGHTNESS}, not ${brightness}`);
  }
  if (!(Math.abs(exposure) <= MAX_STOPS)) {
    throw new InputError(`exposure must be from -${MAX_STOPS} to ${MAX_STOPS}, not ${exposure}`);
  }
  if (!(blackPoint >= 0 && blackPoint <= MAX_BLACK_POINT)) {
    throw new InputError(`the black point must be from 0 to ${MAX_BLACK_POINT}, not ${blackPoint}`);
  }
  if (brightness !== 1 && !header.tone && !modelHasTone) {
    throw new InputError("this file has no tone curve to undo: its model has none");
  }
}

/** Changes enhanced pictures to those in another light. */
export type Adjust = (picture: Float32Array, place: Place) => void;

/**
 * Return what changes height×width×3 values in place; null when nothing changes.
 *
 * @throws CorruptError when the tone curve cannot be inverted.
 */
export function adjustment(header: Header, light: Light): Adjust | null {
  const lit = relit(header, light);
  if (!light.blackPoint) return lit;
  const black = light.blackPoint / 255;
  return (picture, place) => {
    lit?.(picture, place);
    for (let at = 0; at < picture.length; at++) {
      picture[at] = Math.max(picture[at] - black, 0) / (1 - black);
    }
  };
}

/** Return what changes values to those at another brightness and exposure; null for the same. */
function relit(header: Header, light: Light): Adjust | null {
  const brightness = header.tone ? light.brightness : 1;
  if (brightness === 1 && light.exposure === 0) return null;
  const undoing = undoingOf(header.tone ?? IDENTITY);
  const extra = brightness > 1 ? (brightness - 1) * brightening(undoing) : 0;
  const factor = 2 ** (light.exposure + extra);
  return brightness < 1 ? dimmed(undoing, brightness, factor) : brightened(undoing, factor);
}

function dimmed(undoing: Undoing, brightness: number, factor: number): Adjust {
  return (picture, place) => {
    const factors = undoing.exposures(place);
    const bright = new Float32Array(3);
    for (let at = 0, pixel = 0; at < picture.length; at += 3, pixel++) {
      for (let c = 0; c < 3; c++) bright[c] = Math.max(picture[at + c], TONE_FLOOR);
      undoing.undo(picture, at, factors ? factors[pixel] : 1);
      if (brightness > 0) {
        for (let c = 0; c < 3; c++) {
          const shot = Math.max(picture[at + c], TONE_FLOOR);
          picture[at + c] = shot ** (1 - brightness) * bright[c] ** brightness;
        }
      }
      if (factor !== 1) expose(picture, at, factor);
    }
  };
}

function brightened(undoing: Undoing, factor: number): Adjust {
  return (picture) => {
    for (let at = 0; at < picture.length; at += 3) {
      transform(undoing.unmix, picture, at);
      expose(picture, at, factor);
      transform(undoing.mix, picture, at);
    }
  };
}

/** Return by how many stops a curve brightens what becomes middle grey. */
function brightening(undoing: Undoing): number {
  const grey = Float32Array.of(0.5, 0.5, 0.5);
  undoing.undo(grey, 0, 1);
  const before = grey.reduce((sum, value) => sum + decodeSrgb(Math.max(value, TONE_FLOOR)), 0) / 3;
  return Math.log2(decodeSrgb(0.5) / before);
}
