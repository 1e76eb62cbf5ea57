/** Weight files: safetensors with a card among the metadata. Never trusted. */

import { fieldsOf } from "../container/framing.ts";
import { BrokenModelError } from "../errors.ts";

const MAX_HEAD = 100_000_000; // bytes of JSON
const SIZES = { U8: 1, I16: 2, I32: 4, I64: 8, F16: 2, F32: 4 } as const;
type Kind = keyof typeof SIZES;

/** A value that JSON has brought. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A tensor, not yet read. */
export interface Tensor {
  readonly kind: Kind;
  readonly shape: readonly number[];
  /** Little-endian; shares the memory of the file. */
  readonly bytes: Uint8Array;
}

/** What a weight file holds. */
export interface WeightFile {
  readonly card: { readonly [key: string]: Json };
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/**
 * Read a weight file.
 *
 * @throws BrokenModelError when it is none.
 */
export function readSafetensors(data: Uint8Array): WeightFile {
  if (data.length < 8) throw broken("is too short");
  const fields = fieldsOf(data);
  const length = fields.getUint32(0, true);
  if (fields.getUint32(4, true) || length > Math.min(MAX_HEAD, data.length - 8)) {
    throw broken("has a head that is longer than the file");
  }
  const head = objectOf(parse(new TextDecoder().decode(data.subarray(8, 8 + length))));
  const body = data.subarray(8 + length);
  const text = objectOf(head.__metadata__).llcodec;
  if (typeof text !== "string") throw broken("has no card");
  const names = Object.keys(head).filter((name) => name !== "__metadata__");
  const tensors = new Map(names.map((name) => [name, tensorOf(objectOf(head[name]), body)]));
  return { card: objectOf(parse(text)), tensors };
}

/** Return a JSON object; throws BrokenModelError when the value is none. */
export function objectOf(value: Json | undefined): { [key: string]: Json } {
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw broken("lacks an object in its head");
  }
  return value;
}

/** Return an array of whole numbers from 0 on; throws BrokenModelError when the value is none. */
export function wholeNumbersOf(value: Json | undefined): number[] {
  if (!Array.isArray(value)) throw broken("lacks an array in its head");
  return value.map((item) => {
    if (typeof item !== "number" || !Number.isSafeInteger(item) || item < 0) {
      throw broken("has a wrong number in its head");
    }
    return item;
  });
}

/**
 * Return the integers of a tensor.
 *
 * @throws BrokenModelError when there is no such tensor, or one that double precision cannot hold.
 */
export function integersOf(file: WeightFile, name: string): Float64Array {
  const { kind, bytes } = tensorNamed(file, name);
  const fields = fieldsOf(bytes);
  const size = SIZES[kind];
  return Float64Array.from({ length: bytes.length / size }, (_, at) => {
    switch (kind) {
      case "U8":
        return fields.getUint8(at);
      case "I16":
        return fields.getInt16(at * size, true);
      case "I32":
        return fields.getInt32(at * size, true);
      case "I64":
        return safeInteger(name, fields, at * size);
      default:
        throw broken(`has a tensor ${name} that is not of integers`);
    }
  });
}

/**
 * Return the values of a tensor of single precision.
 *
 * @throws BrokenModelError when there is no such tensor, or when a value is not finite.
 */
export function floatsOf(file: WeightFile, name: string): Float32Array {
  const { kind, bytes } = tensorNamed(file, name);
  if (kind !== "F32") throw broken(`has a tensor ${name} that is not of single precision`);
  const fields = fieldsOf(bytes);
  const values = Float32Array.from({ length: bytes.length / SIZES.F32 }, (_, at) =>
    fields.getFloat32(at * SIZES.F32, true),
  );
  if (!values.every(Number.isFinite)) throw broken(`has a value in ${name} that is not finite`);
  return values;
}

/** Return the tensor of a name; throws BrokenModelError when there is none. */
export function tensorNamed(file: WeightFile, name: string): Tensor {
  const tensor = file.tensors.get(name);
  if (!tensor) throw broken(`lacks the tensor ${name}`);
  return tensor;
}

function safeInteger(name: string, fields: DataView, at: number): number {
  const value = fields.getInt32(at + 4, true) * 2 ** 32 + fields.getUint32(at, true);
  if (!Number.isSafeInteger(value)) throw broken(`has too large a number in ${name}`);
  return value;
}

function tensorOf(entry: { [key: string]: Json }, body: Uint8Array): Tensor {
  const { dtype } = entry;
  const shape = wholeNumbersOf(entry.shape);
  const [start, end] = wholeNumbersOf(entry.data_offsets);
  if (!isKind(dtype)) throw broken("has a tensor of an unknown type");
  const length = shape.reduce((product, size) => product * size, SIZES[dtype]);
  if (!(start <= end && end <= body.length && end - start === length)) {
    throw broken("has a tensor that does not lie within it");
  }
  return { kind: dtype, shape, bytes: body.subarray(start, end) };
}

function isKind(value: Json | undefined): value is Kind {
  return typeof value === "string" && Object.hasOwn(SIZES, value);
}

function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw broken("has a head that is not JSON");
  }
}

function broken(what: string): BrokenModelError {
  return new BrokenModelError(`the weight file ${what}`);
}
