/** The exact part of a codec's weight file: integer networks and tables. */

import { HASH_LENGTH, MAX_QUALITY, QUALITY_UNITS, SCALE_LEVELS } from "../bitstream.ts";
import { NAME, toHex } from "../container/header.ts";
import type { LatentCoder } from "../entropy/latent_coder.ts";
import { type Table, unpackTables } from "../entropy/tables.ts";
import { walk } from "../entropy/walk.ts";
import { BrokenModelError } from "../errors.ts";
import { readNetworks } from "./networks.ts";
import { integersOf, objectOf, readSafetensors, type WeightFile } from "./safetensors.ts";

const FORMATS = ["llcodec-model-1", "llcodec-model-2"];

/** A model, as far as latents are concerned. */
export interface Model {
  readonly name: string;
  /** The first 8 bytes of the SHA-256 of the weight file, as 16 hexadecimal digits. */
  readonly hash: string;
  readonly coder: LatentCoder;
}

/**
 * Read a weight file, and check that its integer layers are exact and fit together.
 *
 * @throws BrokenModelError when it is damaged, or of another format.
 */
export async function readModel(data: Uint8Array<ArrayBuffer>): Promise<Model> {
  const file = readSafetensors(data);
  const { name, format } = file.card;
  const preset = objectOf(file.card.preset);
  const grouped = Array.isArray(preset.groups) && preset.groups.length > 0;
  if (format !== FORMATS[grouped ? 1 : 0]) {
    throw new BrokenModelError(`not a weight file of the format ${FORMATS.join(" or ")}`);
  }
  if (typeof name !== "string" || !NAME.test(name)) {
    throw new BrokenModelError("the weight file has a name that no model can have");
  }
  const coder = {
    networks: readNetworks(file, preset, grouped),
    scaleTables: readTables(file, "scale"),
    hyperTables: readTables(file, "hyper"),
  };
  tryOut(coder);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", data));
  return { name, hash: toHex(digest.subarray(0, HASH_LENGTH)), coder };
}

function readTables(file: WeightFile, name: string): Table[] {
  const [frequencies, lengths, firsts] = ["frequencies", "lengths", "firsts"].map((key) =>
    Int32Array.from(integersOf(file, `table.${name}.${key}`)),
  );
  return unpackTables(name, frequencies, lengths, firsts);
}

/** Run the integer networks once: layers that do not fit together fail here, not later. */
function tryOut({ networks, scaleTables, hyperTables }: LatentCoder): void {
  const { hyperLatents } = networks;
  if (scaleTables.length !== SCALE_LEVELS || hyperTables.length !== hyperLatents) {
    throw new BrokenModelError("the weight file has the wrong number of probability tables");
  }
  const values = new Float32Array(hyperLatents);
  const zHat = { height: 1, width: 1, channels: hyperLatents, values };
  const quality = MAX_QUALITY * QUALITY_UNITS;
  walk(networks, zHat, 4, 4, quality, (levels) => new Int32Array(levels.length));
}
