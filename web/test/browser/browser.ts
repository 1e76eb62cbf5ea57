/** Chromium, and a server of what the page needs. */

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import packaged from "@sparticuz/chromium";
import { type Browser, chromium, type Page } from "playwright-core";

const PROGRAMS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const TYPES: Readonly<Record<string, string>> = {
  html: "text/html",
  js: "text/javascript",
  mjs: "text/javascript",
  wasm: "application/wasm",
};
const ROOT = new URL("../../../", import.meta.url);
/** Where paths are looked for, one after another. */
const FOLDERS = ["web/dist/page/", "web/build/models/", "web/build/examples/", "web/build/pages/"];

/**
 * Return the path of Chromium: that of `CHROMIUM`, of the system, or of an npm package. Null where
 * there is none.
 */
export async function chromiumPath(): Promise<string | null> {
  for (const name of [process.env.CHROMIUM, ...PROGRAMS]) {
    if (!name) continue;
    try {
      return execFileSync("sh", ["-c", 'command -v "$0"', name], { encoding: "utf-8" }).trim();
    } catch {
      // the next one
    }
  }
  const hasPackage = process.platform === "linux" && process.arch === "x64";
  return hasPackage ? packaged.executablePath() : null;
}

/** Serve the page, models, examples, and all of the repository. */
export async function serve(): Promise<Server> {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://x").pathname.slice(1));
    const name = path === "" ? "index.html" : path;
    const found = [...FOLDERS, ""].map((folder) => new URL(folder + name, ROOT));
    const file = found.find((url) => url.href.startsWith(ROOT.href) && existsSync(url));
    if (!file) {
      response.writeHead(404).end();
      return;
    }
    const body = readFileSync(file);
    const type = TYPES[name.split(".").pop() ?? ""] ?? "application/octet-stream";
    const headers = { "content-type": type, "content-length": body.length };
    // As places where packages are published have it: pages from elsewhere may load the files.
    response.writeHead(200, { ...headers, "access-control-allow-origin": "*" });
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  return server;
}

/** Milliseconds: Chromium drops downloads that a page starts when it has had ten within a second. */
const BETWEEN_DOWNLOADS = 120;

/** Return the address of a server, with a slash at its end. */
export function addressOf(server: Server): string {
  return `http://localhost:${(server.address() as AddressInfo).port}/`;
}

/** Start Chromium. */
export function launch(executablePath: string): Promise<Browser> {
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return chromium.launch({ executablePath, args });
}

/** A page, with what it requested and what went wrong in it. */
export interface Watched {
  readonly page: Page;
  readonly problems: string[];
  readonly requests: string[];
}

/** Open an empty page. */
export async function watched(browser: Browser): Promise<Watched> {
  const context = await browser.newContext({ viewport: { width: 1100, height: 900 } });
  const page = await context.newPage();
  const [problems, requests]: [string[], string[]] = [[], []];
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(message.text());
  });
  page.on("request", (request) => requests.push(request.url()));
  return { page, problems, requests };
}

/** Wait until the viewer has decoded a file or given up, and return its message. */
export async function outcome(page: Page, timeout = 60_000): Promise<string> {
  const status = page.locator(".status");
  const end = /^Decoded in|^.*: .+$/;
  await page.waitForFunction(
    (source) => {
      const text = document.querySelector("llcodec-viewer")?.shadowRoot?.querySelector(".status");
      const busy = /^(Loading|Decoding|Writing|$)/.test(text?.textContent ?? "");
      return !busy && new RegExp(source).test(text?.textContent ?? "");
    },
    end.source,
    { timeout },
  );
  return (await status.textContent()) ?? "";
}

/** Click a button that saves, and return the bytes of the file and its name. */
export async function saved(page: Page, format: string): Promise<{ data: Buffer; name: string }> {
  await page.waitForTimeout(BETWEEN_DOWNLOADS);
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.locator(`[name=${format}]`).click(),
  ]);
  return { data: readFileSync(await download.path()), name: download.suggestedFilename() };
}
