/**
 * Check what `npm publish` would publish: pack it, install it in an empty project, type-check a
 * program that uses it, and run that program on an example.
 */

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const EXPECTED = [
  "LICENSE",
  "README.md",
  "package.json",
  "dist/lib/index.js",
  "dist/lib/index.d.ts",
  "dist/page/viewer.js",
  "dist/page/index.html",
  "dist/page/base-2.web.safetensors",
  "dist/page/fast-5.web.safetensors",
  "dist/page/fast.web.safetensors",
  "dist/page/base.web.safetensors",
  "dist/page/ort.wasm.bundle.min.mjs",
  "dist/page/ort-wasm-simd-threaded.wasm",
];
const ALLOWED = /^(LICENSE|README\.md|package\.json|dist\/(lib|page)\/.*)$/;
const PROGRAM = `
import { readFileSync } from "node:fs";
import * as runtime from "onnxruntime-web";
import { decode, type Picture, readModel, Synthesis } from "@llcodec/decode";

const bytes = (path: string) => new Uint8Array(readFileSync(path));
const model = await readModel(bytes(process.argv[2] ?? ""));
const synthesis = await Synthesis.load(runtime, model);
const picture: Picture = await decode(bytes(process.argv[3] ?? ""), model, synthesis);
console.log(picture.width, picture.height, picture.pixels.length);
`;

function run(folder, program, ...args) {
  return execFileSync(program, args, { cwd: folder, encoding: "utf-8", maxBuffer: 1 << 26 });
}

const folder = mkdtempSync(join(tmpdir(), "llcodec-package-"));
try {
  const [packed] = JSON.parse(run(ROOT, "npm", "pack", "--json", "--pack-destination", folder));
  const names = packed.files.map(({ path }) => path);
  const missing = EXPECTED.filter((name) => !names.includes(name));
  const foreign = names.filter((name) => !ALLOWED.test(name));
  if (missing.length || foreign.length) {
    throw new Error(`missing: ${missing.join(", ")}; not expected: ${foreign.join(", ")}`);
  }
  const own = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf-8"));
  const versions = Object.fromEntries(
    ["onnxruntime-web", "typescript", "@types/node"].map((name) => [
      name,
      own.devDependencies[name],
    ]),
  );
  const project = { type: "module", dependencies: { ...versions, [own.name]: packed.filename } };
  project.dependencies[own.name] = `file:${packed.filename}`;
  writeFileSync(join(folder, "package.json"), JSON.stringify(project));
  writeFileSync(join(folder, "program.ts"), PROGRAM);
  run(folder, "npm", "install", "--no-audit", "--no-fund", "--prefer-offline");
  const settings = "--strict --target es2022 --module nodenext --types node --skipLibCheck false";
  run(folder, "npx", "tsc", ...settings.split(" "), "program.ts");
  const page = join(folder, "node_modules", own.name, "dist", "page");
  const file = join(ROOT, "..", "tests", "golden", "shipped", "fast-5.llc");
  const said = run(folder, "node", "program.js", join(page, "fast-5.web.safetensors"), file).trim();
  if (said !== "180 100 54000") throw new Error(`the program says ${said}`);
  const sizes = [packed.size, packed.unpackedSize].map((size) => `${(size / 1e6).toFixed(1)} MB`);
  console.log(`${packed.filename}: ${names.length} files, ${sizes.join(", unpacked ")}: OK`);
} finally {
  rmSync(folder, { recursive: true });
}
