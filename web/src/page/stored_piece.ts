/** A piece of a decoded picture, kept to be shown in any light. */

import { restoreFlat } from "../codec/flat.ts";
import { type Samples, toSamples } from "../codec/samples.ts";
import type { FlatArea } from "../container/flat_area.ts";
import type { Header } from "../container/header.ts";
import { adjustment, type Light } from "../tone/brightness.ts";
import type { Place } from "../tone/place.ts";

// Values are kept in 16 bits, from 1/4 below black to 1/4 above white: finer than 8 bits by far.
const LEAST = -0.25;
const UNITS = 65535 / 1.5;

/** A piece in half the memory of its values. */
export class StoredPiece {
  private readonly values: Uint16Array;

  /**
   * @param values - height×width×3.
   * @param alpha - height×width samples of 8 bits; null for none.
   */
  constructor(
    values: Float32Array,
    readonly place: Place,
    private readonly header: Header,
    private readonly flat: readonly FlatArea[],
    private readonly alpha: Uint8Array | null,
  ) {
    this.values = Uint16Array.from(values, (value) =>
      Math.min(65535, Math.max(0, Math.round((value - LEAST) * UNITS))),
    );
  }

  /** Return the samples in a light, height×width×3. */
  samples(light: Light): Samples {
    const values = Float32Array.from(this.values, restored);
    return this.shown(values, this.place, light);
  }

  /** Return 8-bit samples with alpha of every `step`th pixel of every `step`th row. */
  image(light: Light, step: number): ImageData {
    const { width } = this.place;
    const place = { ...this.place, ...this.reduced(step) };
    const values = new Float32Array(3 * place.width * place.height);
    for (let row = 0, to = 0; row < place.height; row++) {
      for (let column = 0; column < place.width; column++) {
        const from = 3 * (row * step * width + column * step);
        for (let c = 0; c < 3; c++) values[to++] = restored(this.values[from + c]);
      }
    }
    const whole = { ...place, ...scaled(this.place, step) };
    const samples = this.shown(values, whole, light);
    const image = new ImageData(place.width, place.height);
    const shift = this.header.sixteenBit ? 257 : 1;
    for (let pixel = 0; pixel < place.width * place.height; pixel++) {
      for (let c = 0; c < 3; c++) image.data[4 * pixel + c] = samples[3 * pixel + c] / shift;
      image.data[4 * pixel + 3] = this.alphaAt(pixel, place.width, step);
    }
    return image;
  }

  private reduced(step: number): { width: number; height: number } {
    const { width, height } = this.place;
    return { width: Math.ceil(width / step), height: Math.ceil(height / step) };
  }

  private alphaAt(pixel: number, width: number, step: number): number {
    if (!this.alpha) return 255;
    const row = Math.floor(pixel / width) * step;
    return this.alpha[row * this.place.width + (pixel % width) * step];
  }

  private shown(values: Float32Array, place: Place, light: Light): Samples {
    adjustment(this.header, light)?.(values, place);
    const samples = toSamples(values, this.header);
    // Areas are those of whole pictures; previews have them approximately, from their latents.
    if (place.wholeWidth === this.header.width) restoreFlat(samples, place, this.flat);
    return samples;
  }
}

function restored(value: number): number {
  return value / UNITS + LEAST;
}

/** Return where a place lies in a picture of every `step`th pixel. */
function scaled(place: Place, step: number): Partial<Place> {
  return {
    x: place.x / step,
    y: place.y / step,
    wholeWidth: place.wholeWidth / step,
    wholeHeight: place.wholeHeight / step,
  };
}
