/** From a file to its picture. */

import type { Header } from "../container/header.ts";
import { DEFAULT_LIMITS, type Limits } from "../container/limits.ts";
import { type Container, unpack } from "../container/reading.ts";
import { adjustment, checkLight, ENHANCED, type Light } from "../tone/brightness.ts";
import type { Model } from "../weights/model_file.ts";
import { decodeAlpha } from "./alpha.ts";
import { checkDecodable, decodeTiles } from "./decoding.ts";
import { restoreFlat } from "./flat.ts";
import { gather, inverseGains } from "./gathering.ts";
import { type Samples, toSamples } from "./samples.ts";
import type { Synthesis } from "./synthesis.ts";
import { placeOf, windowsOf } from "./windows.ts";

/** A decoded picture. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Whether the source had one channel; the three channels are equal then. */
  readonly grey: boolean;
  /** height×width×3, red, green and blue, with 8 or 16 bits. */
  readonly pixels: Samples;
  /** height×width, with as many bits as the pixels; null for none. */
  readonly alpha: Uint8Array | Uint16Array | null;
  /** The file, with its metadata. */
  readonly file: Container;
}

/** How a file is decoded. */
export interface DecodeOptions {
  /** The enhanced picture by default. */
  readonly light?: Light;
  readonly limits?: Limits;
}

/**
 * Return the picture of an .llc file.
 *
 * @throws LlcError when the file is damaged, above a limit, or of another model, or when it cannot
 *   be shown in this light.
 */
export async function decode(
  data: Uint8Array,
  model: Model,
  synthesis: Synthesis,
  { light = ENHANCED, limits = DEFAULT_LIMITS }: DecodeOptions = {},
): Promise<Picture> {
  const file = await unpack(data, limits);
  const { header, contents } = file;
  checkDecodable(header, model, limits);
  checkLight(header, light, model.hasTone);
  const adjust = adjustment(header, light);
  const alpha = contents.alpha && (await decodeAlpha(contents.alpha, header));
  const tiles = new Map([...decodeTiles(file, model, limits)].map((tile, at) => [at, tile.yHat]));
  const gains = inverseGains(model.logInverse, header.qualityUnits, model.coder.networks.latents);
  const pixels = emptySamples(header);
  for (const window of windowsOf(header)) {
    const place = placeOf(window, header);
    const values = await synthesis.run(gather(window, header, tiles, gains), window, header);
    adjust?.(values, place);
    const samples = toSamples(values, header);
    restoreFlat(samples, place, contents.flat);
    for (let row = 0; row < place.height; row++) {
      const from = 3 * row * place.width;
      const to = 3 * ((place.y + row) * header.width + place.x);
      pixels.set(samples.subarray(from, from + 3 * place.width), to);
    }
  }
  const { width, height, grey } = header;
  return { width, height, grey, pixels, alpha, file };
}

function emptySamples({ width, height, sixteenBit }: Header): Samples {
  const count = 3 * width * height;
  return sixteenBit ? new Uint16Array(count) : new Uint8Array(count);
}
