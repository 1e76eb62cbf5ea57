/** The numbers of the format are those of Python. */

import { expect, test } from "vitest";
import * as bitstream from "../src/bitstream.ts";
import { bytesOf } from "./golden.ts";

const SOURCE = new TextDecoder().decode(bytesOf("llcodec/_bitstream.py"));

test.each(Object.entries(bitstream))("%s is that of _bitstream.py", (name, value) => {
  if (typeof value === "object") {
    expect(SOURCE).toContain(`${name} = (${value.join(", ")})`);
    return;
  }
  const [, text] = SOURCE.match(new RegExp(`^${name} = (.*)$`, "m")) ?? [];
  const [base, power = "1"] = (text ?? "").split("**");
  const named = base === "2" && power === "LATENT_UNIT_BITS" ? bitstream.LATENT_UNIT_BITS : power;
  expect(Number(base) ** Number(named)).toBe(value);
});
