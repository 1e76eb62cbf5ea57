import { defineConfig } from "vitest/config";

/** Builds `dist/page/viewer.js`: one file, its workers and its style included. */
export default defineConfig({
  publicDir: false,
  build: {
    outDir: "dist/page",
    emptyOutDir: true,
    target: "es2022",
    lib: { entry: "src/page/main.ts", formats: ["es"], fileName: () => "viewer.js" },
  },
  worker: { format: "iife" }, // browsers refuse modules as workers of pages from a disk
  test: { testTimeout: 60_000, hookTimeout: 60_000 },
});
