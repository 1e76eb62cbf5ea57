/** Copy what the page loads beside `dist/page/viewer.js`: ONNX Runtime, models, and the page. */

import { cpSync, mkdirSync } from "node:fs";

const ROOT = new URL("../", import.meta.url);
const RUNTIME = [
  "ort.wasm.bundle.min.mjs",
  "ort-wasm-simd-threaded.wasm",
  "ort.webgpu.bundle.min.mjs",
  "ort-wasm-simd-threaded.asyncify.wasm",
];
const MODELS = ["fast", "fast-2", "fast-3", "fast-4", "fast-5", "base", "base-2"];

const page = new URL("dist/page/", ROOT);
mkdirSync(page, { recursive: true });
for (const name of RUNTIME) {
  cpSync(new URL(`node_modules/onnxruntime-web/dist/${name}`, ROOT), new URL(name, page));
}
for (const name of MODELS) {
  const file = `${name}.web.safetensors`;
  cpSync(new URL(`build/models/${file}`, ROOT), new URL(file, page));
}
cpSync(new URL("page/index.html", ROOT), new URL("index.html", page));
cpSync(new URL("../LICENSE", ROOT), new URL("LICENSE", ROOT)); // npm packs the one beside package.json
