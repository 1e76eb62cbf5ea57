/** Pages of `llc share` in Chromium. */

import { readFileSync, writeFileSync } from "node:fs";
import type { Server } from "node:http";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bytesOf } from "../golden.ts";
import { distance, samplesOf } from "../png.ts";
import { addressOf, chromiumPath, launch, outcome, saved, serve, watched } from "./browser.ts";

const CHROMIUM = await chromiumPath();
const LONG = 300_000;
const ALONE = new URL("../../build/pages/alone.html", import.meta.url);
const DETAILED = new URL("../../build/pages/detailed.html", import.meta.url);
const LINKED = new URL("../../build/pages/linked.html", import.meta.url);

if (!CHROMIUM) console.warn("NOT TESTED in a browser: no Chromium is installed (set CHROMIUM)");

describe.skipIf(!CHROMIUM)("pages of llc share", () => {
  let browser: Browser;
  let server: Server;

  beforeAll(async () => {
    browser = await launch(CHROMIUM ?? "");
    server = await serve();
  });

  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  /** Write the linked page with the address of the server to a folder, and return its URL. */
  function fromDisk(): string {
    const linked = readFileSync(LINKED, "utf-8");
    const page = new URL("from-disk.html", LINKED);
    writeFileSync(page, linked.replace('src="./', `src="${addressOf(server)}`));
    return page.href;
  }

  test.each([
    ["that holds everything, from a disk, without a request", () => ALONE.href, 1, "lantern"],
    ["that holds a look as well", () => DETAILED.href, 1, "lantern-detailed"],
    ["that loads the viewer", () => `${addressOf(server)}linked.html`, 5, "lantern"],
    ["from a disk, that loads the viewer from a server", fromDisk, 5, "lantern"],
  ])(
    "a page %s",
    async (_, url, count, picture) => {
      const { page, problems, requests } = await watched(browser);
      await page.goto(url());
      expect(await outcome(page, LONG)).toMatch(/^Decoded in/);
      const png = await saved(page, "png");
      expect(png.name).toBe("lantern.png");
      const expected = samplesOf(bytesOf(`web/build/examples/${picture}.png`));
      expect(distance(samplesOf(png.data), expected)).toBeLessThanOrEqual(1);
      expect(await page.title()).toBe("lantern");
      expect(await page.locator("[name=open]").isVisible()).toBe(false);
      expect(requests.filter((each) => !/^(blob|data):/.test(each))).toHaveLength(count);
      expect(problems).toEqual([]);
      await page.context().close();
    },
    LONG,
  );
});
