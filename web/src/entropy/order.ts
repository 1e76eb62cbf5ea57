/** The order in which the latents of a tile are coded, and the neighbours that each one sees. */

import { CONTEXT_KERNEL, WAVEFRONT_SLOPE } from "../bitstream.ts";

export type CodingOrder = "checkerboard" | "serial";

/** (row, column) offsets of neighbours, in raster order. */
export type Taps = readonly (readonly [number, number])[];

/** The furthest neighbour that is seen, in latents along each axis. */
export const MARGIN = (CONTEXT_KERNEL - 1) / 2;

/** Return all places of the square around a position, itself included. */
export function squareTaps(margin = 1): Taps {
  const reach = Array.from({ length: 2 * margin + 1 }, (_, at) => at - margin);
  return reach.flatMap((row) => reach.map((column) => [row, column] as const));
}

/** Return the neighbours of the 5×5 square that are decoded before its middle. */
export function contextTaps(order: CodingOrder): Taps {
  const before = ([row, column]: readonly [number, number]): boolean =>
    order === "serial" ? row < 0 || (row === 0 && column < 0) : (row + column) % 2 !== 0;
  return squareTaps(MARGIN).filter(before);
}

/**
 * Return the groups of positions (row · width + column) in coding order, each in raster order.
 * Groups without positions are left out.
 */
export function codingOrder(order: CodingOrder, height: number, width: number): Uint32Array[] {
  const key = (row: number, column: number): number =>
    order === "checkerboard" ? (row + column) % 2 : column + WAVEFRONT_SLOPE * row;
  const groups: number[][] = [];
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const number = key(row, column);
      groups[number] ??= [];
      groups[number].push(row * width + column);
    }
  }
  return groups.flatMap((group) => (group ? [Uint32Array.from(group)] : []));
}
