/** The contents of the `HEAD` chunk. */

import {
  HASH_LENGTH,
  LOCAL_TONE_COUNT,
  MAX_NAME_LENGTH,
  MAX_QUALITY,
  MAX_TILE_SIZE_FIELD,
  MIN_QUALITY,
  QUALITY_UNITS,
  TILE_SIZE_STEP,
  TONE_COUNT,
  TONE_GRID_COLUMNS,
  TONE_GRID_LIMIT,
  TONE_GRID_ROWS,
} from "../bitstream.ts";
import { CorruptError, UnsupportedError } from "../errors.ts";
import { fieldsOf } from "./framing.ts";
import { GLOBAL_TONE_MAJOR, LOCAL_TONE_MAJOR, type Version } from "./signature.ts";

const FIXED = 15 + HASH_LENGTH; // bytes before the name
const GREY = 1;
const SIXTEEN_BIT = 2;
const ALPHA = 4;
const EXPOSURES = TONE_GRID_ROWS * TONE_GRID_COLUMNS;
/** Bytes of the tone numbers, by their count: exposures have one, others two. */
const TONE_LENGTHS = new Map([
  [0, 0],
  [TONE_COUNT, 2 * TONE_COUNT],
  [LOCAL_TONE_COUNT, 2 * LOCAL_TONE_COUNT - EXPOSURES],
]);

/** The pattern of model names. */
export const NAME = new RegExp(`^[a-z0-9][a-z0-9._-]{0,${MAX_NAME_LENGTH - 1}}$`);

/** The picture's size, how it was coded, and with which model. */
export interface Header {
  /** In pixels, 1 to 2^32 − 1. */
  readonly width: number;
  /** In pixels, 1 to 2^32 − 1. */
  readonly height: number;
  /** Quality in 1/256: 256 (quality 1) to 2048 (quality 8). */
  readonly qualityUnits: number;
  /** Edge of a tile in pixels: a multiple of 64. */
  readonly tileSize: number;
  /** The first 8 bytes of the SHA-256 of the weight file, as 16 hexadecimal digits. */
  readonly modelHash: string;
  readonly modelName: string;
  /** The source had one channel. */
  readonly grey: boolean;
  /** The source had 16 bits a channel. */
  readonly sixteenBit: boolean;
  readonly hasAlpha: boolean;
  /** 15 integers, or 43 of a local curve (see docs/format.md, *Tone*); or null. */
  readonly tone: readonly number[] | null;
  /** Tiles side by side. */
  readonly columns: number;
  /** Tiles one above the other. */
  readonly rows: number;
}

/** A rectangle in pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Return the place of tile `index`, counted in raster order from 0. */
export function tileBox(header: Header, index: number): Box {
  const x = (index % header.columns) * header.tileSize;
  const y = Math.floor(index / header.columns) * header.tileSize;
  const width = Math.min(header.tileSize, header.width - x);
  return { x, y, width, height: Math.min(header.tileSize, header.height - y) };
}

/**
 * Return the header in the payload of `HEAD`.
 *
 * @param version - at the start of the file; the payload must repeat the minor version.
 * @throws CorruptError when the length or a value is wrong.
 * @throws UnsupportedError when a file of version 2 has no local tone curve.
 */
export function readHead(payload: Uint8Array, version: Version): Header {
  check(payload.length > FIXED, "is too short");
  const fields = fieldsOf(payload);
  const [width, height] = [fields.getUint32(1, true), fields.getUint32(5, true)];
  const flags = fields.getUint8(9);
  const qualityUnits = fields.getUint16(10, true);
  const tileSize = fields.getUint16(12, true);
  check(
    fields.getUint8(0) === version.minor,
    "has another minor version than the start of the file",
  );
  check(flags < 2 * ALPHA, "has unknown flags");
  check(width > 0 && height > 0, "has a size of zero");
  const [least, most] = [MIN_QUALITY * QUALITY_UNITS, MAX_QUALITY * QUALITY_UNITS];
  check(qualityUnits >= least && qualityUnits <= most, "has a quality outside 1 to 8");
  const sizeIsWhole = tileSize > 0 && tileSize % TILE_SIZE_STEP === 0;
  check(sizeIsWhole && tileSize <= MAX_TILE_SIZE_FIELD, "has a wrong tile size");
  const nameEnd = FIXED + fields.getUint8(FIXED - 1);
  const modelName = String.fromCharCode(...payload.subarray(FIXED, nameEnd));
  check(NAME.test(modelName), "has a name that no model can have");
  const hash = payload.subarray(FIXED - 1 - HASH_LENGTH, FIXED - 1);
  return {
    width,
    height,
    qualityUnits,
    tileSize,
    modelHash: toHex(hash),
    modelName,
    grey: (flags & GREY) !== 0,
    sixteenBit: (flags & SIXTEEN_BIT) !== 0,
    hasAlpha: (flags & ALPHA) !== 0,
    tone: readTone(payload.subarray(nameEnd), version.major),
    columns: Math.ceil(width / tileSize),
    rows: Math.ceil(height / tileSize),
  };
}

/** Return bytes as hexadecimal digits. */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function readTone(rest: Uint8Array, major: number): number[] | null {
  check(rest.length > 0, "ends before its tone numbers");
  const count = rest[0];
  const length = TONE_LENGTHS.get(count);
  check(length !== undefined, "has a wrong number of tone numbers");
  check(rest.length === 1 + (length ?? 0), "has a wrong length");
  checkVersion(count, major);
  if (!count) return null;
  const fields = fieldsOf(rest);
  const wide = count === LOCAL_TONE_COUNT ? count - EXPOSURES : count;
  const numbers = Array.from({ length: count }, (_, at) =>
    at < wide ? fields.getInt16(1 + 2 * at, true) : fields.getInt8(1 + wide + at),
  );
  if (count === LOCAL_TONE_COUNT) checkLocalTone(numbers);
  return numbers;
}

/** The CRC does not cover the major version: so damage to it is noticed. */
function checkVersion(count: number, major: number): void {
  if (major === LOCAL_TONE_MAJOR && count !== LOCAL_TONE_COUNT) {
    throw new UnsupportedError(
      `the file has format version ${major} without a local tone curve, which is not known here`,
    );
  }
  const local = major === GLOBAL_TONE_MAJOR && count === LOCAL_TONE_COUNT;
  check(!local, `has a local tone curve, but the file has format version ${major}`);
}

function checkLocalTone(numbers: readonly number[]): void {
  check(
    numbers.slice(15, 18).every((toe) => toe >= 0),
    "has a toe below 0",
  );
  check(numbers[18] > 0, "has a knee below 1");
  const exposures = numbers.slice(LOCAL_TONE_COUNT - EXPOSURES);
  check(
    exposures.every((number) => number >= -TONE_GRID_LIMIT),
    "has a wrong exposure",
  );
}

function check(holds: boolean, what: string): void {
  if (!holds) throw new CorruptError(`the HEAD chunk ${what}`);
}
