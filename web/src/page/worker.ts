/** A worker: decodes tiles and pieces, one after another. */

import { decodeAlpha } from "../codec/alpha.ts";
import { decodeTile } from "../codec/decoding.ts";
import { type Runtime, Synthesis } from "../codec/synthesis.ts";
import { placeOf } from "../codec/windows.ts";
import type { FlatArea } from "../container/flat_area.ts";
import type { Header } from "../container/header.ts";
import { LlcError } from "../errors.ts";
import { type Model, readModel } from "../weights/model_file.ts";
import type { Answer, Ask, Kind, Requests } from "./messages.ts";
import { encodePicture } from "./saving.ts";
import { StoredPiece } from "./stored_piece.ts";

type RuntimeModule = Runtime & typeof import("onnxruntime-web");

let runtime: Runtime | null = null;
let model: Model | null = null;
let synthesis: Synthesis | null = null;
let file: { header: Header; flat: readonly FlatArea[] } | null = null;
const pieces = new Map<number, StoredPiece>();

type Handlers = { [K in Kind]: (ask: Requests[K]["ask"]) => Promise<Requests[K]["give"]> };

const HANDLERS: Handlers = {
  async runtime({ script, wasm }) {
    const url = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
    const loaded = (await import(/* @vite-ignore */ url)) as RuntimeModule;
    URL.revokeObjectURL(url);
    loaded.env.wasm.numThreads = 1; // the workers themselves are the threads
    loaded.env.wasm.wasmBinary = wasm;
    loaded.env.logLevel = "error";
    runtime = loaded;
    return undefined;
  },
  async model({ data, provider }) {
    await synthesis?.release();
    synthesis = null;
    model = await readModel(data);
    if (provider) {
      const options = { executionProviders: [provider] };
      synthesis = await Synthesis.load(known(runtime), model, options);
    }
    const { name, hash, hasTone, logInverse } = model;
    return { name, hash, hasTone, logInverse, latents: model.coder.networks.latents };
  },
  async begin(begun) {
    file = begun;
    pieces.clear();
    return undefined;
  },
  async tile({ number, tile }) {
    return decodeTile(known(file).header, known(model), number, tile).yHat;
  },
  async alpha({ payload }) {
    return decodeAlpha(payload, known(file).header);
  },
  async piece({ number, latents, window, alpha }) {
    const { header, flat } = known(file);
    const values = await known(synthesis).run(latents, window, header);
    pieces.set(number, new StoredPiece(values, placeOf(window, header), header, flat, alpha));
    return undefined;
  },
  async draw({ number, light, step }) {
    return createImageBitmap(known(pieces.get(number)).image(light, step));
  },
  async samples({ number, light }) {
    return known(pieces.get(number)).samples(light);
  },
  save: encodePicture,
};

function known<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error("asked in the wrong order");
  return value;
}

/** Return what of a result can be moved instead of copied. */
function movable(give: unknown): Transferable[] {
  if (give instanceof ImageBitmap) return [give];
  return ArrayBuffer.isView(give) ? [give.buffer as ArrayBuffer] : [];
}

async function answer<K extends Kind>({ id, kind, ask }: Ask<K>): Promise<void> {
  try {
    const give = await HANDLERS[kind](ask);
    self.postMessage({ id, give } satisfies Answer, { transfer: movable(give) });
  } catch (error) {
    const { name, message } = error as Error;
    const known = error instanceof LlcError ? name : "Error";
    self.postMessage({ id, error: { name: known, message } } satisfies Answer);
  }
}

let last = Promise.resolve();
self.onmessage = ({ data }: MessageEvent<Ask>) => {
  last = last.then(() => answer(data));
};
