/** The windows in which the synthesis transform processes a picture, in units of one latent. */

import { STRIDE } from "../bitstream.ts";
import type { Header } from "../container/header.ts";
import type { Place } from "../tone/place.ts";

const CORE = 64; // latents: 1024 pixels
const HALO = 8; // latents: 128 pixels; the synthesis transforms reach 119 pixels

/** A stretch of an axis: the core, whose output is kept, and the core with its halo. */
export interface Span {
  readonly start: number;
  readonly stop: number;
  readonly outerStart: number;
  readonly outerStop: number;
}

/** A rectangle with the halo around it. */
export interface Window {
  readonly rows: Span;
  readonly columns: Span;
}

/** Return windows whose cores cover all latents of a picture, row by row. */
export function windowsOf({ width, height }: Header): Window[] {
  const [rows, columns] = [height, width].map((length) => spans(Math.ceil(length / STRIDE)));
  return rows.flatMap((row) => columns.map((column) => ({ rows: row, columns: column })));
}

/** Return which pixels of the picture the core of a window covers. */
export function placeOf({ rows, columns }: Window, header: Header): Place {
  const [x, y] = [columns.start * STRIDE, rows.start * STRIDE];
  return {
    x,
    y,
    width: Math.min(columns.stop * STRIDE, header.width) - x,
    height: Math.min(rows.stop * STRIDE, header.height) - y,
    wholeWidth: header.width,
    wholeHeight: header.height,
  };
}

/** Return the numbers of the tiles whose latents a window needs, its halo included. */
export function tilesOf({ rows, columns }: Window, header: Header): number[] {
  const tile = header.tileSize / STRIDE;
  const down = range(Math.floor(rows.outerStart / tile), Math.ceil(rows.outerStop / tile));
  const right = range(Math.floor(columns.outerStart / tile), Math.ceil(columns.outerStop / tile));
  return down.flatMap((row) => right.map((column) => row * header.columns + column));
}

function spans(length: number): Span[] {
  const count = Math.ceil(length / CORE);
  const edges = range(0, count + 1).map((number) => Math.floor((number * length) / count));
  return range(0, count).map((number) => {
    const [start, stop] = [edges[number], edges[number + 1]];
    const [outerStart, outerStop] = [Math.max(0, start - HALO), Math.min(length, stop + HALO)];
    return { start, stop, outerStart, outerStop };
  });
}

function range(start: number, stop: number): number[] {
  return Array.from({ length: stop - start }, (_, at) => start + at);
}
