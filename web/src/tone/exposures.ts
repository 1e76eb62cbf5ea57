/** How a local tone curve exposes pixels: its grid, interpolated bilinearly. */

import { TONE_GRID_COLUMNS, TONE_GRID_ROWS, TONE_GRID_UNITS } from "../bitstream.ts";
import type { Place } from "./place.ts";

/** Return by what factors the numbers of a grid expose the pixels of a place, height×width. */
export function exposures(numbers: readonly number[], place: Place): Float32Array {
  const down = weights(place.y, place.height, place.wholeHeight, TONE_GRID_ROWS);
  const right = weights(place.x, place.width, place.wholeWidth, TONE_GRID_COLUMNS);
  const factors = new Float32Array(place.height * place.width);
  down.forEach(([row, below], y) => {
    const rows = [0, 1].map((next) => {
      const from = TONE_GRID_COLUMNS * Math.min(row + next, TONE_GRID_ROWS - 1);
      return numbers.slice(from, from + TONE_GRID_COLUMNS);
    });
    const values = rows[0].map((value, column) => value + below * (rows[1][column] - value));
    right.forEach(([column, share], x) => {
      const next = values[Math.min(column + 1, TONE_GRID_COLUMNS - 1)];
      const value = values[column] + share * (next - values[column]);
      factors[y * place.width + x] = 2 ** (value / TONE_GRID_UNITS);
    });
  });
  return factors;
}

/** Return, for each pixel of an axis, the cell before it and the share of the next one. */
function weights(start: number, count: number, whole: number, cells: number): [number, number][] {
  return Array.from({ length: count }, (_, at) => {
    const middle = ((start + at + 0.5) / whole) * cells - 0.5;
    const clamped = Math.min(cells - 1, Math.max(0, middle));
    return [Math.floor(clamped), clamped % 1];
  });
}
