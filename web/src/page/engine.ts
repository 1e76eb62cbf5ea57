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

/** Starts workers when the first file is opened, and gives them the models of files. */
export class Engines {
  private helpers: readonly Helper[] | null = null;
  private provider: Provider | null = null;
  private latest: { name: string; made: Promise<Engine> } | null = null;

  /** @param start - starts a worker. */
  constructor(
    private readonly resources: Resources,
    private readonly start: () => Worker,
    private readonly told: Told,
  ) {}

  /**
   * Return workers with the model of a name.
   *
   * @throws LlcError when something cannot be loaded, or is broken.
   */
  async with(name: string): Promise<Engine> {
    if (this.latest?.name === name) return this.latest.made;
    // The workers have one model at a time.
    const before = this.latest?.made.catch(() => undefined);
    const made = (async () => {
      await before;
      return this.make(name);
    })();
    const latest = { name, made };
    this.latest = latest;
    made.catch(() => {
      if (this.latest === latest) this.latest = null;
    });
    return made;
  }

  private async make(name: string): Promise<Engine> {
    const { data, from } = await this.resources.load(`${name}${MODEL_SUFFIX}`, this.told.progress);
    const helpers = this.helpers ?? this.startHelpers();
    this.helpers = helpers;
    const [provider, model] = await this.give(helpers, data);
    const makers = provider === "webgpu" ? helpers.slice(0, 1) : helpers;
    return { helpers, makers, provider, model, modelSize: data.length, modelFrom: from };
  }

  private startHelpers(): Helper[] {
    const count = Math.max(1, Math.min(MOST_HELPERS, navigator.hardwareConcurrency));
    return Array.from({ length: count }, () => new Helper(this.start()));
  }

  /** Give a model to all workers, on a GPU where that works. */
  private async give(
    helpers: readonly Helper[],
    data: Uint8Array<ArrayBuffer>,
  ): Promise<[Provider, ModelFacts]> {
    if (await this.mayUseGpu()) {
      try {
        await this.loadRuntime(helpers.slice(0, 1), "webgpu");
        const model = await giveModel(helpers[0], data, "webgpu");
        await Promise.all(helpers.slice(1).map((helper) => giveModel(helper, data, null)));
        return ["webgpu", model];
      } catch (error) {
        this.told.withoutGpu((error as Error).message);
      }
    }
    await this.loadRuntime(helpers, "wasm");
    const [model] = await Promise.all(helpers.map((helper) => giveModel(helper, data, "wasm")));
    return ["wasm", model];
  }

  private async mayUseGpu(): Promise<boolean> {
    if (this.provider) return this.provider === "webgpu";
    // Pages that hold a runtime hold the one without WebGPU, and load nothing.
    return !this.resources.holds(RUNTIMES.wasm[0]) && hasGpu();
  }

  private async loadRuntime(helpers: readonly Helper[], provider: Provider): Promise<void> {
    if (this.provider === provider) return;
    const [script, wasm] = await Promise.all(
      RUNTIMES[provider].map((name) => this.resources.load(name, this.told.progress)),
    );
    await Promise.all(
      helpers.map((helper) => {
        const ask = { script: script.data, wasm: wasm.data.slice() };
        return helper.ask("runtime", ask, [ask.wasm.buffer]);
      }),
    );
    this.provider = provider;
  }
}

function giveModel(
  helper: Helper,
  data: Uint8Array<ArrayBuffer>,
  provider: Provider | null,
): Promise<ModelFacts> {
  const ask = { data: data.slice(), provider };
  return helper.ask("model", ask, [ask.data.buffer]);
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

/** Raised when another file is opened before one has been decoded. */
export class Superseded extends LlcError {}
