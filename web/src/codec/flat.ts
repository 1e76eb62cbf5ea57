/** Areas of one colour, restored in what was decoded of them. */

import type { FlatArea } from "../container/flat_area.ts";
import type { Place } from "../tone/place.ts";
import type { Samples } from "./samples.ts";

/** Give samples of a place, height×width×3, the colours of the areas. */
export function restoreFlat(samples: Samples, place: Place, areas: readonly FlatArea[]): void {
  for (const { corner, colour, lengths } of areas) {
    const [below, right] = [corner >= 2, corner % 2 === 1];
    for (let row = 0; row < place.height; row++) {
      const y = place.y + row;
      const length = lengths[below ? place.wholeHeight - 1 - y : y] ?? 0;
      const first = Math.max(0, (right ? place.wholeWidth - length : 0) - place.x);
      const last = Math.min(place.width, (right ? place.wholeWidth : length) - place.x);
      for (let column = first; column < last; column++) {
        samples.set(colour, 3 * (row * place.width + column));
      }
    }
  }
}
