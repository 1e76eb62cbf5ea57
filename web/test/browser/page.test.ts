/** The page in Chromium: golden, broken, large and example files. */

import type { Server } from "node:http";
import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { bytesOf, DATA, EXPECTED, V1 } from "../golden.ts";
import { distance, partOf, samplesOf } from "../png.ts";
import {
  addressOf,
  chromiumPath,
  launch,
  outcome,
  saved,
  serve,
  type Watched,
  watched,
} from "./browser.ts";

const CHROMIUM = await chromiumPath();
const LONG = 900_000;

if (!CHROMIUM) console.warn("NOT TESTED in a browser: no Chromium is installed (set CHROMIUM)");

describe.skipIf(!CHROMIUM)("the page in Chromium", () => {
  let browser: Browser;
  let server: Server;
  let at: string;

  beforeAll(async () => {
    browser = await launch(CHROMIUM ?? "");
    server = await serve();
    at = addressOf(server);
  });

  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  describe("one page for many files", () => {
    let watch: Watched;

    beforeAll(async () => {
      watch = await watched(browser);
      await watch.page.goto(at);
    });

    beforeEach(() => watch.problems.splice(0));

    async function opened(path: string): Promise<string> {
      const file = fileURLToPath(new URL(`../../../${path}`, import.meta.url));
      await watch.page.locator("[name=file]").setInputFiles(file);
      return outcome(watch.page);
    }

    const shown = Object.entries(EXPECTED.files).filter(([, { pixels }]) => pixels);

    test.each(shown)("%s is shown as Python decodes it", async (name, { pixels }) => {
      expect(await opened(V1 + name)).toMatch(/^Decoded in/);
      const { data, name: file } = await saved(watch.page, "png");
      expect(file).toBe(name.replace(".llc", ".png"));
      expect(distance(samplesOf(data), samplesOf(bytesOf(V1 + pixels)))).toBeLessThanOrEqual(1);
      expect(watch.problems).toEqual([]);
    });

    test.each(Object.keys(EXPECTED.broken))("%s is refused in one line", async (name) => {
      const message = await opened(V1 + name);
      expect(message).toMatch(/^[\w.-]+: [^\n]+$/);
      expect(message).not.toMatch(/^Decoded/);
      expect(await watch.page.locator(".status").getAttribute("class")).toContain("wrong");
      expect(watch.problems).toEqual([]);
    });

    test("it goes on after broken files", async () => {
      expect(await opened(`${V1}grey.llc`)).toMatch(/^Decoded in/);
    });

    test("the sliders show the picture as shot, at another exposure and with another black", async () => {
      await opened(`${V1}odd-q4.5.llc`);
      await watch.page.locator("[name=brightness]").fill("0");
      const dark = samplesOf((await saved(watch.page, "png")).data);
      const expected = samplesOf(bytesOf(`${V1}odd-q4.5.as-shot.png`));
      expect(distance(dark, expected)).toBeLessThanOrEqual(1);
      await opened(`${DATA}local.llc`);
      await watch.page.locator("[name=exposure]").fill("1.5");
      const bright = samplesOf((await saved(watch.page, "png")).data);
      expect(distance(bright, samplesOf(bytesOf(`${DATA}local-4.png`)))).toBeLessThanOrEqual(1);
      expect(await watch.page.locator("[name=stops]").textContent()).toBe("+1.5 stops");
      await watch.page.locator("[name=exposure]").fill("0");
      await watch.page.locator("[name=black]").fill("20");
      const deep = samplesOf((await saved(watch.page, "png")).data);
      expect(distance(deep, samplesOf(bytesOf(`${DATA}local-7.png`)))).toBeLessThanOrEqual(1);
      expect(await watch.page.locator("[name=level]").textContent()).toBe("20");
    });

    test("JPEG and WebP are saved", async () => {
      await opened(`${V1}odd-q8.llc`);
      const jpeg = await saved(watch.page, "jpeg");
      expect([jpeg.name, jpeg.data.subarray(0, 3).toString("hex")]).toEqual([
        "odd-q8.jpg",
        "ffd8ff",
      ]);
      const webp = await saved(watch.page, "webp");
      expect([webp.name, webp.data.subarray(8, 12).toString()]).toEqual(["odd-q8.webp", "WEBP"]);
    });

    test("a header is shown as llc info shows it", async () => {
      await opened(`${V1}metadata.llc`);
      const rows = await watch.page.locator("tr").allTextContents();
      expect(rows[0]).toMatch(/^file[\d,]+ bytes, [\d.]+ bpp, format 1\.\d$/);
      expect(rows).toContain("picture40×24, colour, 8 bits");
      expect(rows).toContain("modeltiny 8942aff0525e75bb");
    });

    test("a dropped file is shown", async () => {
      const data = Array.from(bytesOf(`${V1}noise.llc`));
      const transfer = await watch.page.evaluateHandle((bytes) => {
        const moved = new DataTransfer();
        moved.items.add(new File([new Uint8Array(bytes)], "dropped.llc"));
        return moved;
      }, data);
      await watch.page.dispatchEvent("llcodec-viewer", "drop", { dataTransfer: transfer });
      expect(await outcome(watch.page)).toMatch(/^Decoded in/);
      expect((await saved(watch.page, "png")).name).toBe("dropped.png");
    });
  });

  test(
    "an example is shown as Python decodes it, and nothing leaves the page",
    async () => {
      const { page, problems, requests } = await watched(browser);
      await page.goto(`${at}?src=lantern.llc`);
      expect(await outcome(page, LONG)).toMatch(/model fast-5, \d+\.\d MB, loaded once$/);
      const png = samplesOf((await saved(page, "png")).data);
      const expected = samplesOf(bytesOf("web/build/examples/lantern.png"));
      expect(distance(png, expected)).toBeLessThanOrEqual(1);
      expect(requests.filter((url) => !url.startsWith(at) && !/^(blob|data):/.test(url))).toEqual(
        [],
      );
      expect(problems).toEqual([]);
      await page.reload();
      expect(await outcome(page, LONG)).toMatch(/from the cache$/);
      await page.context().close();
    },
    LONG,
  );

  test(
    "12 megapixels are shown piece by piece, and the page stays alive",
    async () => {
      const { page, problems } = await watched(browser);
      await page.goto(at);
      await page.evaluate(() => {
        const ticks = { last: performance.now(), longest: 0 };
        Object.assign(window, { ticks });
        setInterval(() => {
          const now = performance.now();
          ticks.longest = Math.max(ticks.longest, now - ticks.last);
          ticks.last = now;
        }, 20);
      });
      const file = fileURLToPath(new URL("../data/large.llc", import.meta.url));
      await page.locator("[name=file]").setInputFiles(file);
      const early = await page.waitForFunction(
        () => {
          const root = document.querySelector("llcodec-viewer")?.shadowRoot;
          const context = root?.querySelector("canvas")?.getContext("2d");
          const drawn = context?.getImageData(10, 10, 1, 1).data[3];
          return drawn === 255 && root?.querySelector(".status")?.textContent;
        },
        undefined,
        { timeout: LONG, polling: 500 },
      );
      expect(await early.jsonValue()).toBe("Decoding 4 tiles…");
      expect(await outcome(page, LONG)).toMatch(/^Decoded in/);
      const longest = await page.evaluate<number>("ticks.longest");
      expect(longest).toBeLessThan(3000);
      const png = samplesOf((await saved(page, "png")).data);
      expect([png.width, png.height]).toEqual([4000, 3000]);
      const strip = samplesOf(bytesOf(`${DATA}large-parts.png`));
      let left = 0;
      for (const part of JSON.parse(new TextDecoder().decode(bytesOf(`${DATA}large.json`)))) {
        const [, , width, height] = part;
        const expected = partOf(strip, [left, 0, width, height]);
        expect(distance(partOf(png, part), expected)).toBeLessThanOrEqual(1);
        left += width;
      }
      expect(problems).toEqual([]);
      await page.context().close();
    },
    LONG,
  );

  test.each([
    ["nothing-there.llc", "nothing-there.llc: .* cannot be loaded: 404"],
    ["package.json.llc?", "cannot be loaded: 404"],
    ["http://localhost:1/a.llc", "a.llc: .* cannot be loaded: no connection, or not allowed here"],
  ])("?src=%s is refused", async (src, message) => {
    const { page } = await watched(browser);
    await page.goto(`${at}?src=${encodeURIComponent(src)}`);
    expect(await outcome(page)).toMatch(new RegExp(message));
    await page.context().close();
  });

  test("a file of a model that the page does not have is refused", async () => {
    const { page } = await watched(browser);
    await page.goto(`${at}?src=web/test/data/grouped-256.llc`);
    expect(await outcome(page)).toContain("grouped.web.safetensors cannot be loaded: 404");
    await page.context().close();
  });
});
