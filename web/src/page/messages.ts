/** What the page and its workers say to each other. */

import type { Samples } from "../codec/samples.ts";
import type { Window } from "../codec/windows.ts";
import type { Tile } from "../container/collecting.ts";
import type { FlatArea } from "../container/flat_area.ts";
import type { Header } from "../container/header.ts";
import type { Resolution } from "../container/metadata.ts";
import type { Light } from "../tone/brightness.ts";
import type { Model } from "../weights/model_file.ts";

/** How ONNX Runtime computes. */
export type Provider = "webgpu" | "wasm";

/** Formats in which pictures are saved. */
export type Format = "png" | "jpeg" | "webp";

/** What the page must know of a model. */
export interface ModelFacts extends Pick<Model, "name" | "hash" | "hasTone" | "logInverse"> {
  /** The number M of latent channels. */
  readonly latents: number;
}

/** What is saved. */
export interface SaveRequest {
  readonly format: Format;
  readonly header: Header;
  /** height×width×3. */
  readonly samples: Samples;
  readonly alpha: Uint8Array | Uint16Array | null;
  readonly exif: Uint8Array | null;
  readonly resolution: Resolution | null;
}

/** The requests that a worker answers, and the results. */
export interface Requests {
  /** Load ONNX Runtime. */
  runtime: {
    ask: { script: Uint8Array<ArrayBuffer>; wasm: Uint8Array<ArrayBuffer> };
    give: undefined;
  };
  /** Take a model for the web in the place of the one before, to make pieces with a provider. */
  model: {
    ask: { data: Uint8Array<ArrayBuffer>; provider: Provider | null };
    give: ModelFacts;
  };
  /** Start with another file: forget the pieces of the one before. */
  begin: { ask: { header: Header; flat: readonly FlatArea[] }; give: undefined };
  /** Decode a tile to its latents in 1/64. */
  tile: { ask: { number: number; tile: Tile }; give: Int32Array };
  /** Decode the alpha plane. */
  alpha: { ask: { payload: Uint8Array }; give: Uint8Array | Uint16Array };
  /** Make a piece of the picture, and keep it under a number. */
  piece: {
    ask: {
      number: number;
      latents: { values: Float32Array; height: number; width: number };
      window: Window;
      alpha: Uint8Array | null;
    };
    give: undefined;
  };
  /** Draw a piece: every `step`th pixel of every `step`th row. */
  draw: { ask: { number: number; light: Light; step: number }; give: ImageBitmap };
  /** Return the samples of a piece, height×width×3. */
  samples: { ask: { number: number; light: Light }; give: Samples };
  save: { ask: SaveRequest; give: Blob };
}

export type Kind = keyof Requests;

/** A request. */
export interface Ask<K extends Kind = Kind> {
  readonly id: number;
  readonly kind: K;
  readonly ask: Requests[K]["ask"];
}

/** The answer to a request: a result or an error. */
export interface Answer {
  readonly id: number;
  readonly give?: unknown;
  readonly error?: { readonly name: string; readonly message: string };
}
