/** Pictures are those of Python, within one level. */

import { readFileSync } from "node:fs";
import * as runtime from "onnxruntime-web";
import { describe, expect, test } from "vitest";
import { decode, ENHANCED, type Light, type Picture, readModel, Synthesis } from "../src/index.ts";
import { bytesOf, DATA, EXPECTED, EXPECTED_SHIPPED, SHIPPED, V1 } from "./golden.ts";
import { distance, partOf, type Samples, samplesOf } from "./png.ts";

const MODELS = new URL("../build/models/", import.meta.url);

interface Loaded {
  readonly model: Awaited<ReturnType<typeof readModel>>;
  readonly synthesis: Synthesis;
}

const loaded = new Map<string, Promise<Loaded>>();

/** Return a model for the web that `make web/build/models` has written. */
function webModel(name: string): Promise<Loaded> {
  const load = async (): Promise<Loaded> => {
    const model = await readModel(new Uint8Array(readFileSync(new URL(name, MODELS))));
    return { model, synthesis: await Synthesis.load(runtime, model) };
  };
  const found = loaded.get(name) ?? load();
  loaded.set(name, found);
  return found;
}

async function decoded(path: string, name: string, light: Light = ENHANCED): Promise<Picture> {
  const { model, synthesis } = await webModel(`${name}.web.safetensors`);
  return decode(bytesOf(path), model, synthesis, { light });
}

/** Return a picture with as many channels as Python writes. */
function samples({ width, height, grey, pixels, alpha }: Picture): Samples {
  const colours = grey ? 1 : 3;
  const channels = colours + (alpha ? 1 : 0);
  const data = new Uint16Array(width * height * channels);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const own = pixels.subarray(3 * pixel, 3 * pixel + 3);
    if (grey) expect(new Set(own).size).toBe(1);
    data.set(own.subarray(0, colours), pixel * channels);
    if (alpha) data[(pixel + 1) * channels - 1] = alpha[pixel];
  }
  return { width, height, channels, depth: 8 * pixels.BYTES_PER_ELEMENT, data };
}

function distanceTo(picture: Picture, path: string, crop: readonly number[] | null = null): number {
  const own = samples(picture);
  return distance(crop ? partOf(own, crop) : own, samplesOf(bytesOf(path)));
}

describe("golden files", () => {
  const shown = Object.entries(EXPECTED.files).filter(([, { pixels }]) => pixels);

  test.each(shown)("%s", async (name, { model, pixels, as_shot }) => {
    expect(distanceTo(await decoded(V1 + name, model), V1 + pixels)).toBeLessThanOrEqual(1);
    if (!as_shot) return;
    const dark = await decoded(V1 + name, model, { ...ENHANCED, brightness: 0 });
    expect(distanceTo(dark, V1 + as_shot)).toBeLessThanOrEqual(1);
  });

  test.each(Object.keys(EXPECTED_SHIPPED))("the shipped model %s", async (name) => {
    const picture = await decoded(`${SHIPPED}${name}.llc`, name);
    expect(distanceTo(picture, `${SHIPPED}${name}.png`)).toBeLessThanOrEqual(1);
  });
});

describe("lights, local tone curves, areas of one colour, several windows", () => {
  interface Shown {
    readonly file: string;
    readonly light: Partial<Light>;
    readonly crop: readonly number[] | null;
    readonly pixels: string;
  }
  const shown: Shown[] = JSON.parse(new TextDecoder().decode(bytesOf(`${DATA}pictures.json`)));

  test.each(shown)("$file $light", async ({ file, light, crop, pixels }) => {
    const picture = await decoded(DATA + file, "tiny", { ...ENHANCED, ...light });
    expect(distanceTo(picture, DATA + pixels, crop)).toBeLessThanOrEqual(1);
  });
});

test("a light out of range is refused", async () => {
  const dark = decoded(`${V1}odd-q8.llc`, "tiny", { ...ENHANCED, brightness: 3 });
  await expect(dark).rejects.toThrow("brightness must be from 0 to 2, not 3");
  const bright = decoded(`${V1}odd-q8.llc`, "tiny", { ...ENHANCED, exposure: Number.NaN });
  await expect(bright).rejects.toThrow("exposure must be from -4 to 4, not NaN");
  const black = decoded(`${V1}odd-q8.llc`, "tiny", { ...ENHANCED, blackPoint: 65 });
  await expect(black).rejects.toThrow("the black point must be from 0 to 64, not 65");
});

test("a model without a tone network undoes nothing", async () => {
  const dark = decoded(`${V1}serial.llc`, "tiny-serial", { ...ENHANCED, brightness: 0 });
  await expect(dark).rejects.toThrow("this file has no tone curve to undo: its model has none");
});

test("a weight file that is not for the web has no pictures", async () => {
  const model = await readModel(bytesOf(`${V1}tiny.safetensors`));
  await expect(Synthesis.load(runtime, model)).rejects.toThrow("not made for the web");
});

test("a synthesis that is damaged is refused", async () => {
  const { model } = await webModel("tiny.web.safetensors");
  if (!model.synthesis) throw new Error("not for the web");
  const synthesis = { ...model.synthesis, graph: new Uint8Array(1000).fill(7) };
  const load = Synthesis.load(runtime, { ...model, synthesis });
  await expect(load).rejects.toThrow("ONNX Runtime cannot load the synthesis transform");
});
