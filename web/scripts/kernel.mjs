/** Assemble `src/entropy/kernel.wat` to `kernel_binary.ts` beside it. */

import { readFileSync, writeFileSync } from "node:fs";
import wabt from "wabt";

const FOLDER = new URL("../src/entropy/", import.meta.url);

/** Return the text of `kernel_binary.ts`. */
export async function assembled() {
  const { parseWat } = await wabt();
  const text = readFileSync(new URL("kernel.wat", FOLDER), "utf-8");
  const { buffer } = parseWat("kernel.wat", text, { simd: true }).toBinary({});
  const lines = Buffer.from(buffer)
    .toString("base64")
    .match(/.{1,90}/g);
  const joined = lines.map((line) => `  "${line}"`).join(" +\n");
  return `/** The module of kernel.wat in base64; made by \`npm run kernel\`. */\n\nexport const KERNEL =\n${joined};\n`;
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  writeFileSync(new URL("kernel_binary.ts", FOLDER), await assembled());
}
