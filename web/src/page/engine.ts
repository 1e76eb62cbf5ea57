/** Workers with a model and ONNX Runtime, ready to decode. */

import { LlcError } from "../errors.ts";
import { Helper } from "./helper.ts";
import type { ModelFacts, Provider } from "./messages.ts";
import type { Progress, Resources } from "./resources.ts";

const MOST_HELPERS = 4;
const MODEL_SUFFIX = ".web.safetensors";
const RUNTIMES = {
  wasm: ["ort.wasm.bundle.min.mjs", "ort-wasm-simd-threaded.wasm"],
  webgpu: ["ort.webgpu.bundle.min.mjs", "ort-wasm-simd-threaded.asyncify.wasm"],
} as const;

/** What the page is told while an engine is made. */
export interface Told {
  /** How far loading is. */
  progress: Progress;
  /** Why WebGPU is not used, where it was tried. */
  withoutGpu: (why: string) => void;
}

/** Workers with a model. */
export interface Engine {
  /** They decode tiles. */
  readonly helpers: readonly Helper[];
  /** Those of them that make pieces. */
  readonly makers: readonly Helper[];
  readonly provider: Provider;
  readonly model: ModelFacts;
  /** Of the model, in bytes. */
  readonly modelSize: number;
  readonly modelFrom: "page" | "cache" | "network";
}

/**
 * Return workers with a model.
 *
 * @param start - starts a worker.
 * @throws LlcError when something cannot be loaded, or is broken.
 */
export async function startEngine(
  name: string,
  resources: Resources,
  start: () => Worker,
  told: Told,
): Promise<Engine> {
  const count = Math.max(1, Math.min(MOST_HELPERS, navigator.hardwareConcurrency));
  const helpers = Array.from({ length: count }, () => new Helper(start()));
  const loaded = await resources.load(`${name}${MODEL_SUFFIX}`, told.progress);
  const [model] = await Promise.all(
    helpers.map((helper) => helper.ask("model", { data: loaded.data.slice() })),
  );
  const [provider, makers] = await loadRuntime(helpers, resources, told);
  const { length: modelSize } = loaded.data;
  return { helpers, makers, provider, model, modelSize, modelFrom: loaded.from };
}

async function loadRuntime(
  helpers: readonly Helper[],
  resources: Resources,
  told: Told,
): Promise<[Provider, readonly Helper[]]> {
  if (await hasGpu()) {
    try {
      await loadInto(helpers.slice(0, 1), "webgpu", resources, told.progress);
      return ["webgpu", helpers.slice(0, 1)];
    } catch (error) {
      told.withoutGpu((error as Error).message);
    }
  }
  await loadInto(helpers, "wasm", resources, told.progress);
  return ["wasm", helpers];
}

async function loadInto(
  helpers: readonly Helper[],
  provider: Provider,
  resources: Resources,
  progress: Progress,
): Promise<void> {
  const [script, wasm] = await Promise.all(
    RUNTIMES[provider].map((name) => resources.load(name, progress)),
  );
  await Promise.all(
    helpers.map((helper) => {
      const ask = { provider, script: script.data, wasm: wasm.data.slice() };
      return helper.ask("synthesis", ask, [ask.wasm.buffer]);
    }),
  );
}

/** Return whether there is a GPU that is faster than the processor. */
async function hasGpu(): Promise<boolean> {
  const { gpu } = navigator as { gpu?: { requestAdapter(): Promise<Adapter | null> } };
  const adapter = await gpu?.requestAdapter().catch(() => null);
  return Boolean(adapter) && !(adapter?.info?.isFallbackAdapter ?? adapter?.isFallbackAdapter);
}

interface Adapter {
  readonly info?: { readonly isFallbackAdapter?: boolean };
  readonly isFallbackAdapter?: boolean;
}

/** Stop the workers of an engine. */
export function stopEngine({ helpers }: Engine): void {
  for (const helper of helpers) helper.stop();
}

/** Raised when another file is opened before one has been decoded. */
export class Superseded extends LlcError {}
