/** Golden files decode to what Python decodes, bit for bit; broken ones are refused. */

import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { STRIDE } from "../src/bitstream.ts";
import { tileBox } from "../src/container/header.ts";
import { checksumOf, decodeStream } from "../src/entropy/latent_coder.ts";
import { decodeAlpha, decodeTiles, LlcError, type Model, unpack } from "../src/index.ts";
import {
  bytesOf,
  DATA,
  EXPECTED,
  EXPECTED_GROUPED,
  EXPECTED_SHIPPED,
  type Exactly,
  goldenModel,
  modelAt,
  SHIPPED,
  V1,
} from "./golden.ts";

function hash(item: Uint8Array | Uint16Array | null): string | null {
  return item && createHash("sha256").update(item).digest("hex");
}

async function factsOf(data: Uint8Array, model: Model): Promise<Exactly> {
  const { header, contents } = await unpack(data);
  const tiles = contents.tiles.map(({ stream }, number) => {
    const [indices, means] = [createHash("sha256"), createHash("sha256")];
    const { width, height } = tileBox(header, number);
    const [rows, columns] = [Math.ceil(height / STRIDE), Math.ceil(width / STRIDE)];
    const quality = header.qualityUnits;
    const decoded = decodeStream(model.coder, stream, rows, columns, quality, (levels, exact) => {
      indices.update(levels);
      means.update(exact);
    });
    return {
      symbols: checksumOf(decoded).toString(16).padStart(8, "0"),
      indices: indices.digest("hex"),
      means: means.digest("hex"),
    };
  });
  return {
    header: {
      width: header.width,
      height: header.height,
      quality_units: header.qualityUnits,
      model_hash: header.modelHash,
      tone: header.tone,
    },
    tiles,
    alpha: hash(contents.alpha && (await decodeAlpha(contents.alpha, header))),
    exif: hash(contents.exif),
    icc: hash(contents.icc),
    xmp: hash(contents.xmp),
    unknown: contents.unknown.map(({ type, payload }) => [type, hash(payload) ?? ""] as const),
  };
}

describe("golden files", () => {
  test.each(Object.keys(EXPECTED.files))("%s decodes as in Python", async (name) => {
    const entry = EXPECTED.files[name];
    const model = await goldenModel(entry.model);
    const data = bytesOf(V1 + name);
    expect(entry.exactly).toMatchObject(await factsOf(data, model));
    expect([...decodeTiles(await unpack(data), model)]).toHaveLength(entry.exactly.tiles.length);
  });

  test.each(Object.keys(EXPECTED_SHIPPED))(
    "the shipped model %s decodes as in Python",
    async (name) => {
      const model = await modelAt(`weights/${name}.safetensors`);
      expect(EXPECTED_SHIPPED[name]).toMatchObject(
        await factsOf(bytesOf(`${SHIPPED}${name}.llc`), model),
      );
    },
  );
});

describe("a model with groups of channels", () => {
  test.each(Object.keys(EXPECTED_GROUPED))("%s decodes as in Python", async (name) => {
    const model = await modelAt(`${DATA}grouped.safetensors`);
    expect(EXPECTED_GROUPED[name]).toMatchObject(await factsOf(bytesOf(DATA + name), model));
  });
});

async function verify(data: Uint8Array, model: Model): Promise<void> {
  const file = await unpack(data);
  for (const _ of decodeTiles(file, model));
  if (file.contents.alpha) await decodeAlpha(file.contents.alpha, file.header);
}

describe("broken files", () => {
  test.each(Object.keys(EXPECTED.broken))("%s is refused", async (name) => {
    const { model, error } = EXPECTED.broken[name];
    const caught = await verify(bytesOf(V1 + name), await goldenModel(model)).catch((e) => e);
    expect(caught).toBeInstanceOf(LlcError);
    expect(caught.name).toBe(error);
  });
});
