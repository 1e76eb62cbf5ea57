/** The golden files of the repository, and what Python makes of them. */

import { readFileSync } from "node:fs";
import { type Model, readModel } from "../src/index.ts";

const ROOT = new URL("../../", import.meta.url);

/** What must be equal of a file; `tests/golden/v1/expected.json` has more. */
export interface Exactly {
  readonly header: {
    readonly width: number;
    readonly height: number;
    readonly quality_units: number;
    readonly model_hash: string;
    readonly tone: readonly number[] | null;
  };
  readonly tiles: readonly { symbols: string; indices: string; means: string }[];
  readonly alpha: string | null;
  readonly exif: string | null;
  readonly icc: string | null;
  readonly xmp: string | null;
  readonly unknown: readonly (readonly [string, string])[];
}

interface File {
  readonly model: string;
  readonly exactly: Exactly;
  /** PNG of the picture, and of the picture as shot. */
  readonly pixels?: string;
  readonly as_shot?: string;
}

interface Expected {
  readonly models: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, File>>;
  readonly broken: Readonly<Record<string, { model: string; error: string }>>;
}

/** Return the bytes of a file of the repository. */
export function bytesOf(path: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(new URL(path, ROOT)));
}

function jsonOf(path: string): unknown {
  return JSON.parse(new TextDecoder().decode(bytesOf(path)));
}

export const V1 = "tests/golden/v1/";
export const EXPECTED = jsonOf(`${V1}expected.json`) as Expected;
export const SHIPPED = "tests/golden/shipped/";
export const EXPECTED_SHIPPED = jsonOf(`${SHIPPED}expected.json`) as Record<string, Exactly>;

export const DATA = "web/test/data/";
export const EXPECTED_GROUPED = jsonOf(`${DATA}expected.json`) as Record<string, Exactly>;

const models = new Map<string, Promise<Model>>();

/** Return the model of a weight file of the repository; each is read once. */
export function modelAt(path: string): Promise<Model> {
  const model = models.get(path) ?? readModel(bytesOf(path));
  models.set(path, model);
  return model;
}

/** Return a model of the golden files by its name. */
export function goldenModel(name: string): Promise<Model> {
  return modelAt(V1 + EXPECTED.models[name]);
}
