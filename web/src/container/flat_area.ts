/** The payload of `fLAT`: areas that have one colour. */

import { CorruptError } from "../errors.ts";
import { fieldsOf } from "./framing.ts";
import type { Header } from "./header.ts";
import { readCompressed } from "./metadata.ts";

const CORNERS = 4;
const MAX_ROWS = 1 << 18;
const AREA = 11; // bytes

/** An area that starts in a corner and narrows from row to row. */
export interface FlatArea {
  /** 0 top left, 1 top right, 2 bottom left, 3 bottom right. */
  readonly corner: number;
  /** Red, green and blue, as samples of 8 or 16 bits. */
  readonly colour: readonly [number, number, number];
  /** Pixels of each row that belong to it, from the corner on. */
  readonly lengths: Uint32Array;
}

/**
 * Return the areas in the payload of `fLAT`.
 *
 * @throws CorruptError when a value is wrong, or an area does not lie within the picture.
 */
export async function readFlatAreas(payload: Uint8Array, header: Header): Promise<FlatArea[]> {
  const count = payload.length ? payload[0] : 0;
  check(count >= 1 && count <= CORNERS && payload.length >= 1 + count * AREA);
  const heads = Array.from({ length: count }, (_, at) => readHead(payload, 1 + at * AREA));
  const rows = heads.reduce((sum, head) => sum + head.rows, 0);
  check(rows <= MAX_ROWS && new Set(heads.map((head) => head.corner)).size === count);
  const data = await readCompressed("fLAT", payload.subarray(1 + count * AREA), 4 * rows);
  check(data.length === 4 * rows);
  const steps = fieldsOf(data);
  let at = 0;
  return heads.map(({ corner, colour, rows: own }) => {
    checkWithin(header, corner, colour, own);
    const lengths = new Uint32Array(own);
    let length = header.width;
    for (let row = 0; row < own; row++, at += 4) {
      length -= steps.getUint32(at, true);
      check(length >= 0);
      lengths[row] = length;
    }
    return { corner, colour, lengths };
  });
}

interface AreaHead {
  readonly corner: number;
  readonly colour: [number, number, number];
  readonly rows: number;
}

function readHead(payload: Uint8Array, start: number): AreaHead {
  const fields = fieldsOf(payload);
  const sample = (channel: number) => fields.getUint16(start + 1 + 2 * channel, true);
  return {
    corner: payload[start],
    colour: [sample(0), sample(1), sample(2)],
    rows: fields.getUint32(start + 7, true),
  };
}

function checkWithin(header: Header, corner: number, colour: number[], rows: number): void {
  const white = header.sixteenBit ? 65535 : 255;
  check(corner < CORNERS && rows <= header.height && Math.max(...colour) <= white);
  check(!header.grey || new Set(colour).size === 1);
}

function check(holds: boolean): void {
  if (!holds) throw new CorruptError("the fLAT chunk does not hold areas of this picture");
}
