/**
 * Where the synthesis transform cuts its planes: what only the halo of a window needs is cut off as
 * soon as possible.
 */

import { STRIDE } from "../bitstream.ts";
import type { Span, Window } from "./windows.ts";

/** What a model says of its transform. */
export interface Cuts {
  /**
   * Scales, in ascending order, and how many positions beyond the core the layers see from each on:
   * positions a side for each latent.
   */
  readonly reaches: readonly (readonly [scale: number, reach: number])[];
  /** Of the last pixel shuffle. */
  readonly factor: number;
  /** Whether there is a linear path. */
  readonly linear: boolean;
}

/** Return the starts and ends of the cuts of a window, rows and columns, by their names. */
export function cutInputs(cuts: Cuts, { rows, columns }: Window): Map<string, [number, number]> {
  const scales = [...cuts.reaches, [STRIDE / cuts.factor, 0] as const];
  const [down, right] = [rows, columns].map((span) => along(span, scales));
  const found = new Map<string, [number, number]>();
  scales.forEach(([scale], at) => {
    const name = at < cuts.reaches.length ? `scale${scale}` : "output";
    found.set(`${name}_starts`, [down[at].start, right[at].start]);
    found.set(`${name}_ends`, [down[at].stop, right[at].stop]);
  });
  if (cuts.linear) {
    const inner = [rows, columns].map(inside);
    found.set("linear_starts", [inner[0].start, inner[1].start]);
    found.set("linear_ends", [inner[0].stop + 2, inner[1].stop + 2]);
  }
  return found;
}

interface Stretch {
  readonly start: number;
  readonly stop: number;
}

/** Return where the core lies within the window. */
function inside({ start, stop, outerStart }: Span): Stretch {
  return { start: start - outerStart, stop: stop - outerStart };
}

/** Return what is left at each scale of an axis, counted from where the last one began. */
function along(span: Span, scales: readonly (readonly [number, number])[]): Stretch[] {
  const core = inside(span);
  const length = span.outerStop - span.outerStart;
  let [origin, before] = [0, 1];
  return scales.map(([scale, reach]) => {
    origin = Math.floor((origin * scale) / before);
    const start = Math.max(0, core.start * scale - reach);
    const stop = Math.min(length * scale, core.stop * scale + reach);
    const left = { start: start - origin, stop: stop - origin };
    [origin, before] = [start, scale];
    return left;
  });
}
