/** The kernel computes what double precision does. */

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { assembled } from "../scripts/kernel.mjs";
import { IntegerLayer } from "../src/entropy/fixed_point.ts";
import { Kernel } from "../src/entropy/kernel.ts";

const MOST = 32767;

test("the binary is that of the source", async () => {
  const stored = readFileSync(new URL("../src/entropy/kernel_binary.ts", import.meta.url), "utf-8");
  expect(await assembled()).toBe(stored);
});

/** Return integers from −most to most, many of them extreme. */
function integers(count: number, most: number, seed: number): Float64Array {
  let state = seed;
  return Float64Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const value = ((state >>> 8) % (2 * most + 1)) - most;
    return state % 7 === 0 ? Math.sign(value) * most : value;
  });
}

test.each([
  [1, 1, 1],
  [7, 3, 5],
  [8, 5, 4],
  [2496, 6, 9],
  [5000, 2, 3],
])("layers of %i inputs and %i outputs, %i rows", (inputs, outputs, count) => {
  const fields = {
    weight: integers(inputs * outputs, MOST, 1),
    bias: integers(outputs, 2 ** 20, 2),
    shift: Array.from({ length: outputs }, (_, at) => at % 3),
    outputs,
    inputs,
    size: 1,
    limit: 2 ** 20,
    inputLimit: 32767,
    leaky: false,
    shuffle: 1,
    taps: 1,
  };
  const rows = Float32Array.from(integers(inputs * count, 40000, 3));
  const kernel = new Kernel();
  new IntegerLayer("another", fields, kernel);
  const fast = new IntegerLayer("with a kernel", fields, kernel).multiply(rows, count);
  expect(fast).toEqual(new IntegerLayer("without", fields).multiply(rows, count));
});

test("sums are exact where every product is the largest", () => {
  const kernel = new Kernel();
  for (const [weight, value] of [
    [MOST, MOST],
    [-MOST, MOST],
    [128, -MOST],
    [-129, -MOST],
  ]) {
    const matrix = kernel.store(new Float32Array(4096).fill(weight), 1);
    kernel.multiply(matrix, new Float32Array(4096).fill(value), 1, MOST, (_, sums) => {
      expect(sums[0]).toBe(4096 * weight * value);
    });
  }
});
