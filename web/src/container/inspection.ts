/** What a file says about itself, without decoding it. */

import {
  LOCAL_TONE_COUNT,
  QUALITY_UNITS,
  TONE_GAIN_UNITS,
  TONE_GAMMA_UNITS,
  TONE_GRID_COLUMNS,
  TONE_GRID_UNITS,
  TONE_KNEE_UNITS,
  TONE_TOE_UNITS,
} from "../bitstream.ts";
import { CHUNK_OVERHEAD, frameAt } from "./framing.ts";
import { openFile } from "./reading.ts";
import { PREAMBLE_LENGTH } from "./signature.ts";

const TILE_OVERHEAD = 8;

/** A chunk of a file. */
export interface ChunkInfo {
  readonly type: string;
  /** Of its type in the file, in bytes. */
  readonly offset: number;
  /** Of its payload, in bytes. */
  readonly length: number;
}

/** Return the extents of all chunks of a file; their contents are not checked. */
export function chunksOf(data: Uint8Array): ChunkInfo[] {
  const chunks: ChunkInfo[] = [];
  for (let start = PREAMBLE_LENGTH; start < data.length; ) {
    const { type, end } = frameAt(data, start);
    chunks.push({ type, offset: start, length: end - start - CHUNK_OVERHEAD });
    start = end;
  }
  return chunks;
}

/** Return the rows that `llc info` prints of a file that has been unpacked. */
export function describe(data: Uint8Array): [string, string][] {
  const { header, version } = openFile(data, NO_LIMITS);
  const chunks = chunksOf(data);
  const pixels = header.width * header.height;
  const bpp = (8 * data.length) / pixels;
  const colour = header.grey ? "grey" : "colour";
  const bits = header.sixteenBit ? 16 : 8;
  const alpha = header.hasAlpha ? ", alpha" : "";
  const side = header.tileSize;
  return [
    ["file", `${bytes(data.length)}, ${bpp.toFixed(3)} bpp, ${formatOf(version)}`],
    ["picture", `${header.width}×${header.height}, ${colour}, ${bits} bits${alpha}`],
    ["quality", `${Number((header.qualityUnits / QUALITY_UNITS).toPrecision(6))}`],
    ["model", `${header.modelName} ${header.modelHash}`],
    ["tiles", `${grouped(header.columns * header.rows)} of up to ${side}×${side}`],
    ...describeTone(header.tone),
    ["chunks", describeChunks(chunks)],
    ["overhead", bytes(PREAMBLE_LENGTH + chunks.reduce((sum, c) => sum + overheadOf(c), 0))],
  ];
}

/** Return a number with its digits in groups of three. */
export function grouped(number: number): string {
  return number.toLocaleString("en-US");
}

const NO_LIMITS = { maxPixels: 2 ** 64, maxMetadata: 0, maxAlpha: 0, maxUnknown: 0 };

function formatOf({ major, minor }: { major: number; minor: number }): string {
  return `format ${major}.${minor}`;
}

function bytes(count: number): string {
  return `${grouped(count)} bytes`;
}

function overheadOf({ type, length }: ChunkInfo): number {
  const inside = new Map([
    ["HEAD", length],
    ["TILE", TILE_OVERHEAD],
    ["DONE", 0],
  ]).get(type);
  return inside === undefined ? 0 : CHUNK_OVERHEAD + inside;
}

function describeTone(tone: readonly number[] | null): [string, string][] {
  if (!tone) return [["tone", "none"]];
  const gains = powers(tone.slice(0, 3), TONE_GAIN_UNITS);
  const gammas = powers(tone.slice(3, 6), TONE_GAMMA_UNITS);
  const whole = `gain ${gains}, gamma ${gammas}`;
  if (tone.length !== LOCAL_TONE_COUNT) return [["tone", whole]];
  const toes = tone.slice(15, 18).map((number) => short(number / TONE_TOE_UNITS));
  const knee = short(tone[18] / TONE_KNEE_UNITS);
  const exposures = tone.slice(19).map((number) => (2 ** (number / TONE_GRID_UNITS)).toFixed(2));
  const rows = Array.from({ length: exposures.length / TONE_GRID_COLUMNS }, (_, row) =>
    exposures.slice(row * TONE_GRID_COLUMNS, (row + 1) * TONE_GRID_COLUMNS).join(" "),
  );
  return [
    ["tone", `${whole}, toe ${toes.join(" ")}, knee ${knee}`],
    ["exposures", rows.join("\n")],
  ];
}

function powers(numbers: readonly number[], units: number): string {
  return numbers.map((number) => short(2 ** (number / units))).join(" ");
}

function short(value: number): string {
  return `${Number(value.toPrecision(3))}`;
}

function describeChunks(chunks: readonly ChunkInfo[]): string {
  const lengths = new Map<string, number[]>();
  for (const { type, length } of chunks) lengths.set(type, [...(lengths.get(type) ?? []), length]);
  return Array.from(lengths, ([type, each]) => {
    const total = grouped(each.reduce((sum, length) => sum + length, 0));
    return `${type} ${total}${each.length > 1 ? ` in ${grouped(each.length)}` : ""}`;
  }).join(", ");
}
