/** From latents to pictures, with ONNX Runtime Web. */

import type { InferenceSession, InferenceSessionFactory, TensorConstructor } from "onnxruntime-web";
import { STRIDE } from "../bitstream.ts";
import type { Header } from "../container/header.ts";
import { BrokenModelError } from "../errors.ts";
import type { Model } from "../weights/model_file.ts";
import { type Cuts, cutInputs } from "./cuts.ts";
import type { Latents } from "./gathering.ts";
import { placeOf, type Window } from "./windows.ts";

/** What is used of `onnxruntime-web`: the module itself. */
export interface Runtime {
  readonly InferenceSession: InferenceSessionFactory;
  readonly Tensor: TensorConstructor;
}

/** The synthesis transform of a model, ready to run. */
export class Synthesis {
  private constructor(
    private readonly runtime: Runtime,
    private readonly session: InferenceSession,
    private readonly cuts: Cuts,
  ) {}

  /**
   * Load the transform of a model.
   *
   * @param options - of ONNX Runtime, such as `executionProviders: ["webgpu"]`.
   * @throws BrokenModelError when the model has none, or one that cannot be loaded.
   */
  static async load(
    runtime: Runtime,
    model: Model,
    options: InferenceSession.SessionOptions = {},
  ): Promise<Synthesis> {
    if (!model.synthesis) {
      throw new BrokenModelError("this weight file is not made for the web: it has no synthesis");
    }
    const { graph, cuts } = model.synthesis;
    const quiet = { logSeverityLevel: 3, ...options } as const;
    try {
      return new Synthesis(runtime, await runtime.InferenceSession.create(graph, quiet), cuts);
    } catch (error) {
      throw new BrokenModelError(`ONNX Runtime cannot load the synthesis transform: ${error}`);
    }
  }

  /**
   * Return the picture of a window, height×width×3 values: those pixels of its core that lie within
   * the picture. White is 1; values may lie beyond black and white.
   *
   * @param latents - of the window with its halo.
   */
  async run(latents: Latents, window: Window, header: Header): Promise<Float32Array> {
    const { values, height, width } = latents;
    const channels = values.length / (height * width);
    const { Tensor } = this.runtime;
    const feeds: Record<string, InferenceSession.OnnxValueMapType[string]> = {
      latents: new Tensor("float32", values, [1, channels, height, width]),
    };
    for (const [name, [down, right]] of cutInputs(this.cuts, window)) {
      feeds[name] = new Tensor("int64", BigInt64Array.of(BigInt(down), BigInt(right)), [2]);
    }
    const { picture } = await this.session.run(feeds);
    const data = await picture.getData();
    picture.dispose();
    const [coreHeight, coreWidth] = [window.rows, window.columns].map(
      (span) => (span.stop - span.start) * STRIDE,
    );
    if (!(data instanceof Float32Array) || data.length !== 3 * coreHeight * coreWidth) {
      throw new BrokenModelError("the synthesis transform of the model has another output");
    }
    const place = placeOf(window, header);
    const out = new Float32Array(3 * place.width * place.height);
    for (let row = 0; row < place.height; row++) {
      const from = 3 * row * coreWidth;
      out.set(data.subarray(from, from + 3 * place.width), 3 * row * place.width);
    }
    return out;
  }

  /** Free the memory of the transform. */
  async release(): Promise<void> {
    await this.session.release();
  }
}
