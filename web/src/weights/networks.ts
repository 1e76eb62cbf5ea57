/** The integer networks of a weight file. */

import { CONTEXT_KERNEL, LATENT_UNIT_BITS, MAX_QUALITY } from "../bitstream.ts";
import { IntegerLayer, WIDE_LIMIT } from "../entropy/fixed_point.ts";
import { Kernel } from "../entropy/kernel.ts";
import type { EntropyNetworks } from "../entropy/networks.ts";
import { type CodingOrder, contextTaps, squareTaps, type Taps } from "../entropy/order.ts";
import type { ChannelGroup, Context } from "../entropy/prediction.ts";
import { BrokenModelError } from "../errors.ts";
import {
  integersOf,
  type Json,
  objectOf,
  tensorNamed,
  type WeightFile,
  wholeNumbersOf,
} from "./safetensors.ts";

const MAX_INPUT_BITS = 12;
const MAX_MAGNITUDE = 2 ** 30;
const MAX_CHANNELS = 4096;
const HYPER_FACTOR = 4; // of the sizes of hyper-latents and latents

/**
 * Return the networks of a weight file.
 *
 * @param preset - of its card.
 * @param grouped - whether its latents are coded in groups (models of version 2).
 * @throws BrokenModelError when they are not whole, not exact, or do not fit together.
 */
export function readNetworks(
  file: WeightFile,
  preset: { readonly [key: string]: Json },
  grouped: boolean,
): EntropyNetworks {
  const order = orderOf(preset.order);
  const [latents, hyperLatents] = wholeNumbersOf([preset.latents, preset.hyper_latents]);
  const sizes = grouped ? wholeNumbersOf(preset.groups) : [latents];
  check(latents > 0 && latents <= MAX_CHANNELS && hyperLatents > 0, "has wrong numbers of latents");
  check(sizes.every((n) => n > 0) && sum(sizes) === latents, "has groups that are not all latents");
  const reader = new ChainReader(file);
  const hyperSynthesis = reader.chain("hyper_synthesis", 1);
  const factor = reader.shuffle("hyper_synthesis");
  check(factor === HYPER_FACTOR && hyperSynthesis[0].inputs === hyperLatents, MISFIT);
  const features = reader.features("hyper_synthesis");
  const groups = sizes.map((size, number) => {
    const start = sum(sizes.slice(0, number));
    return readGroup(reader, order, grouped ? number : null, [start, start + size], features);
  });
  reader.checkAllRead();
  const indexStart = Int32Array.from(integersOf(file, "integer.index_start"));
  check(isTable(indexStart, latents), "has start values for neither one quality nor eight");
  const networks = { order, hyperSynthesis, groups, latents, hyperLatents, indexStart };
  if (!grouped) return { ...networks, magnitudes: null, inputBits: LATENT_UNIT_BITS };
  const magnitudes = Int32Array.from(integersOf(file, "integer.magnitudes"));
  const [inputBits] = integersOf(file, "integer.input_bits");
  const possible = magnitudes.every((value) => value > 0 && value <= MAX_MAGNITUDE);
  check(possible && magnitudes.length === indexStart.length, "has impossible magnitudes");
  check(inputBits <= MAX_INPUT_BITS, "has impossible input bits");
  return { ...networks, magnitudes, inputBits };
}

const MISFIT = "has integer layers that do not fit together";

/** Reads the chains of layers that a card lists. */
class ChainReader {
  private readonly fields: Map<string, number[]>;
  private readonly read = new Set<string>();
  private readonly kernel = new Kernel();

  constructor(readonly file: WeightFile) {
    const layers = Object.entries(objectOf(file.card.layers));
    this.fields = new Map(layers.map(([key, fields]) => [key, numbersOf(fields)]));
  }

  /** Return the layers of a chain; the inputs of the first one are channel · taps + tap. */
  chain(name: string, taps: number): IntegerLayer[] {
    const keys = this.keys(name);
    check(keys.length > 0, `lacks the integer layers ${name}`);
    return keys.map((key, number) => {
      this.read.add(key);
      return this.layer(key, number === 0 ? taps : 1);
    });
  }

  /** Return by how much a chain enlarges a plane. */
  shuffle(name: string): number {
    return this.keys(name).reduce((product, key) => product * this.fieldsOf(key)[3], 1);
  }

  /** Return how many channels come out of a chain. */
  features(name: string): number {
    const key = this.keys(name).slice(-1)[0];
    return tensorNamed(this.file, `${key}.weight`).shape[0] / this.fieldsOf(key)[3] ** 2;
  }

  checkAllRead(): void {
    check(this.read.size === this.fields.size, "has unknown integer layers");
  }

  private keys(name: string): string[] {
    const keys: string[] = [];
    for (let key = `integer.${name}.0`; this.fields.has(key); ) {
      keys.push(key);
      key = `integer.${name}.${keys.length}`;
    }
    return keys;
  }

  private fieldsOf(key: string): number[] {
    return this.fields.get(key) ?? [];
  }

  private layer(key: string, taps: number): IntegerLayer {
    const { shape } = tensorNamed(this.file, `${key}.weight`);
    const [outputs, inputs, size, width] = shape;
    const [limit, inputLimit, leaky, shuffle] = this.fieldsOf(key);
    check(shape.length === 4 && size === width && size <= CONTEXT_KERNEL, MISFIT);
    const fields = {
      weight: integersOf(this.file, `${key}.weight`),
      bias: integersOf(this.file, `${key}.bias`),
      shift: integersOf(this.file, `${key}.shift`),
      outputs,
      inputs,
      size,
      limit,
      inputLimit,
      leaky: leaky !== 0,
      shuffle,
      taps,
    };
    return new IntegerLayer(key, fields, this.kernel);
  }
}

function readGroup(
  reader: ChainReader,
  order: CodingOrder,
  number: number | null,
  channels: readonly [number, number],
  features: number,
): ChannelGroup {
  const prefix = number === null ? "" : `group.${number}.`;
  const own: [readonly [number, number], Taps] = [channels, contextTaps(order)];
  const earlier: [readonly [number, number], Taps] = [[0, channels[0]], squareTaps()];
  const views = channels[0] > 0 ? [earlier, own] : [own];
  const contexts = views.map(([seen, taps], view): Context => {
    const name = number === null ? "context" : `${prefix}context.${view}`;
    const layers = reader.chain(name, taps.length);
    check(layers[0].inputs === taps.length * (seen[1] - seen[0]), MISFIT);
    return { channels: seen, taps, layers };
  });
  const parameters = reader.chain(`${prefix}entropy_parameters`, 1);
  const inputs = features + sum(contexts.map(({ layers }) => layers[layers.length - 1].outputs));
  const outputs = 2 * (channels[1] - channels[0]);
  check(parameters[0].inputs === inputs, MISFIT);
  check(parameters[parameters.length - 1].outputs === outputs, MISFIT);
  const bias = `integer.${prefix}quality_bias`;
  if (!reader.file.tensors.has(bias)) return { channels, contexts, parameters, qualityBias: null };
  const qualityBias = Int32Array.from(integersOf(reader.file, bias));
  const last = contexts[contexts.length - 1].layers.slice(-1)[0];
  const possible = qualityBias.every((value) => Math.abs(value) <= WIDE_LIMIT);
  check(possible && isTable(qualityBias, last.outputs), "has an impossible bias of a quality");
  return { channels, contexts, parameters, qualityBias };
}

function isTable(values: Int32Array, columns: number): boolean {
  return values.length === columns || values.length === MAX_QUALITY * columns;
}

function numbersOf(value: Json): number[] {
  const fields = Array.isArray(value) ? value.map(Number) : [];
  check(fields.length === 4, "has a layer without its four fields");
  return wholeNumbersOf(fields);
}

function orderOf(value: Json | undefined): CodingOrder {
  if (value === "checkerboard" || value === "serial") return value;
  throw new BrokenModelError("the weight file has an unknown coding order");
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function check(holds: boolean, what: string): void {
  if (!holds) throw new BrokenModelError(`the weight file ${what}`);
}
