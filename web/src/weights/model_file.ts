/**
 * The weight file of a codec: integer networks and tables, and, if it is made for the web, the
 * synthesis transform.
 */

import { HASH_LENGTH, MAX_QUALITY, QUALITY_UNITS, SCALE_LEVELS, STRIDE } from "../bitstream.ts";
import type { Cuts } from "../codec/cuts.ts";
import { NAME, toHex } from "../container/header.ts";
import type { LatentCoder } from "../entropy/latent_coder.ts";
import { type Table, unpackTables } from "../entropy/tables.ts";
import { walk } from "../entropy/walk.ts";
import { BrokenModelError } from "../errors.ts";
import { readNetworks } from "./networks.ts";
import {
  floatsOf,
  integersOf,
  type Json,
  objectOf,
  readSafetensors,
  tensorNamed,
  type WeightFile,
  wholeNumbersOf,
} from "./safetensors.ts";

const FORMATS = ["llcodec-model-1", "llcodec-model-2"];
const WEB_FORMAT = "llcodec-web-1";
const HASH = new RegExp(`^[0-9a-f]{${2 * HASH_LENGTH}}$`);

/** A model. */
export interface Model {
  readonly name: string;
  /** The first 8 bytes of the SHA-256 of the weight file, as 16 hexadecimal digits. */
  readonly hash: string;
  readonly coder: LatentCoder;
  /** Whether it has a tone network. */
  readonly hasTone: boolean;
  /** 8×M logarithms of inverse gains; null for a model of one rate, or one not for the web. */
  readonly logInverse: Float32Array | null;
  /** The synthesis transform as an ONNX model; null unless the file is made for the web. */
  readonly synthesis: { readonly graph: Uint8Array; readonly cuts: Cuts } | null;
}

/**
 * Read a weight file, or a model for the web (`llc models web`), and check that its integer layers
 * are exact and fit together. Pictures need a model for the web.
 *
 * @throws BrokenModelError when it is damaged, or of another format.
 */
export async function readModel(data: Uint8Array<ArrayBuffer>): Promise<Model> {
  const file = readSafetensors(data);
  const { name, format } = file.card;
  const preset = objectOf(file.card.preset);
  const grouped = Array.isArray(preset.groups) && preset.groups.length > 0;
  const forWeb = format === WEB_FORMAT;
  if (!forWeb && format !== FORMATS[grouped ? 1 : 0]) {
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
  const hasTone = preset.global_tone === true;
  if (!forWeb) {
    return { name, hash: await hashOf(data), coder, hasTone, logInverse: null, synthesis: null };
  }
  const { hash } = file.card;
  if (typeof hash !== "string" || !HASH.test(hash)) {
    throw new BrokenModelError("the model for the web names no weight file");
  }
  const synthesis = {
    graph: tensorNamed(file, "graph.synthesis").bytes,
    cuts: readCuts(objectOf(file.card.cuts)),
  };
  const logInverse = preset.variable_rate === true ? readGains(file, coder) : null;
  return { name, hash, coder, hasTone, logInverse, synthesis };
}

async function hashOf(data: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", data));
  return toHex(digest.subarray(0, HASH_LENGTH));
}

function readCuts({ reaches, factor, linear }: { [key: string]: Json }): Cuts {
  const pairs = (Array.isArray(reaches) ? reaches : []).map((pair) => wholeNumbersOf(pair));
  const [wholeFactor] = wholeNumbersOf([factor]);
  const possible = pairs.every(
    ([scale, reach]) => scale > 0 && scale <= STRIDE && reach <= STRIDE ** 2,
  );
  if (!possible || wholeFactor < 1 || STRIDE % wholeFactor) {
    throw new BrokenModelError("the model for the web has impossible cuts");
  }
  const sure = pairs.map(([scale, reach]) => [scale, reach] as const);
  return { reaches: sure, factor: wholeFactor, linear: linear === true };
}

function readGains(file: WeightFile, { networks }: LatentCoder): Float32Array {
  const gains = floatsOf(file, "float.gain.log_inverse");
  if (gains.length !== MAX_QUALITY * networks.latents) {
    throw new BrokenModelError("the model for the web has a wrong number of gains");
  }
  return gains;
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
