/** The element <llcodec-viewer>: shows .llc files. */

import { checkDecodable } from "../codec/decoding.ts";
import { describe, grouped } from "../container/inspection.ts";
import { type Container, unpack } from "../container/reading.ts";
import { InputError, LlcError } from "../errors.ts";
import { ENHANCED, type Light } from "../tone/brightness.ts";
import { decodePieces } from "./decoding.ts";
import { type Engine, Engines, Superseded } from "./engine.ts";
import type { Format } from "./messages.ts";
import { embeddedFile, loadFrom, Resources } from "./resources.ts";
import { Shown } from "./shown.ts";
import { fill, offer, showFacts, type View } from "./view.ts";
import DecodingWorker from "./worker.ts?worker&inline";

const MOST_BYTES = 1 << 30; // of a file, as in Python
const SUFFIX = /\.llc$/i;

/**
 * Shows .llc files.
 *
 * Attributes: `library`, the folder of models and runtimes, by default that of this script; `src`, the URL of a file to show;
 * `embedded`, the name of one that the page holds; `fixed`, to show no other. Links to .llc files
 * within the element open in it.
 */
export class Viewer extends HTMLElement {
  private readonly view: View = fill(this.attachShadow({ mode: "open" }));
  private engines: Engines | null = null;
  private shown: { picture: Shown; engine: Engine } | null = null;
  private name = "picture";
  private current = new AbortController();

  connectedCallback(): void {
    const library = this.getAttribute("library");
    const folder = library ? new URL(library.replace(/\/?$/, "/"), document.baseURI) : OWN_FOLDER;
    const resources = new Resources(folder);
    this.engines = new Engines(resources, () => new DecodingWorker(), {
      progress: (loaded, total) => {
        this.say(`Loading the decoder… ${megabytes(loaded)}`, total ? loaded / total : null);
      },
      withoutGpu: (why) => {
        this.note = ` (not with WebGPU: ${why})`;
      },
    });
    this.listen();
    this.reset();
    const [src, embedded] = [this.getAttribute("src"), this.getAttribute("embedded")];
    if (embedded) this.open(embedded, () => ownFile(embedded));
    else if (src) this.openUrl(src);
  }

  /** Show the file of a URL. */
  openUrl(src: string): Promise<void> {
    const url = new URL(src, document.baseURI);
    const name = url.pathname.split("/").pop() ?? "";
    return this.open(decodeURIComponent(name), () => loadFrom(url, MOST_BYTES));
  }

  private listen(): void {
    const { view } = this;
    for (const input of [view.brightness, view.exposure, view.black]) {
      input.addEventListener("input", () => this.relight(false));
      input.addEventListener("change", () => this.relight(true));
    }
    view.saving.forEach((button) => {
      button.addEventListener("click", () => this.save(button.name as Format));
    });
    if (this.hasAttribute("fixed")) {
      view.open.hidden = true;
      view.invitation.textContent = "";
      return;
    }
    view.open.addEventListener("click", () => view.file.click());
    view.file.addEventListener("change", () => {
      this.openFile(view.file.files?.[0]);
      view.file.value = ""; // the same file may be chosen again
    });
    this.addEventListener("click", (event) => this.followLink(event));
    for (const type of ["dragenter", "dragover", "dragleave", "drop"]) {
      document.addEventListener(type, (event) => this.drag(event as DragEvent));
    }
  }

  private followLink(event: Event): void {
    const link = (event.target as Element).closest("a");
    if (!link || !SUFFIX.test(link.pathname)) return;
    event.preventDefault();
    this.openUrl(link.href);
  }

  private drag(event: DragEvent): void {
    event.preventDefault();
    this.view.stage.classList.toggle(
      "over",
      event.type === "dragenter" || event.type === "dragover",
    );
    if (event.type === "drop") this.openFile(event.dataTransfer?.files[0]);
  }

  private openFile(file: File | undefined): void {
    if (!file) return;
    this.open(file.name, async () => {
      if (file.size > MOST_BYTES) {
        throw new InputError(`has more than ${MOST_BYTES >> 20} MiB, the most that is read`);
      }
      return new Uint8Array(await file.arrayBuffer());
    });
  }

  /** Show a file, and say what is wrong if that cannot be done. */
  private async open(name: string, read: () => Promise<Uint8Array>): Promise<void> {
    this.current.abort();
    const current = new AbortController();
    this.current = current;
    this.reset();
    try {
      const data = await read();
      const file = await unpack(data);
      if (current.signal.aborted) return;
      this.name = name.replace(SUFFIX, "") || "picture";
      showFacts(this.view.facts, describe(data));
      await this.decode(file, current.signal);
    } catch (error) {
      if (error instanceof Superseded || current.signal.aborted) return;
      this.fail(`${name}: ${(error as Error).message}`);
    }
  }

  private async decode(file: Container, signal: AbortSignal): Promise<void> {
    const { view } = this;
    if (!this.engines) throw new Error("not connected");
    this.say("Loading the decoder…", null);
    const engine = await this.engines.with(file.header.modelName);
    if (signal.aborted) return;
    const { model } = engine;
    checkDecodable(file.header, model);
    view.brightness.disabled = !file.header.tone && !model.hasTone;
    const picture = new Shown(file, view.canvas, this.light());
    view.canvas.hidden = false;
    view.invitation.hidden = true;
    const start = performance.now();
    const { columns, rows } = file.header;
    this.say(`Decoding ${columns * rows > 1 ? `${columns * rows} tiles` : "the picture"}…`, null);
    const drawn: Promise<void>[] = [];
    this.shown = { picture, engine };
    await decodePieces(file, engine, (piece) => drawn.push(picture.add(piece)), signal);
    await Promise.all(drawn);
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    this.say(`Decoded in ${seconds} s: ${summary(engine)}${this.note}`);
    for (const button of view.saving) button.disabled = false;
    this.dispatchEvent(new CustomEvent("decoded"));
  }

  private note = "";

  private light(): Light {
    const { brightness, exposure, black } = this.view;
    return {
      brightness: Number(brightness.value),
      exposure: Number(exposure.value),
      blackPoint: Number(black.value),
    };
  }

  private relight(final: boolean): void {
    const { exposure, blackPoint } = this.light();
    this.view.stops.textContent = `${exposure > 0 ? "+" : ""}${exposure} stops`;
    this.view.level.textContent = `${blackPoint}`;
    this.shown?.picture.show(this.light(), final).catch((error: Error) => this.fail(error.message));
  }

  private async save(format: Format): Promise<void> {
    if (!this.shown) return;
    const { picture, engine } = this.shown;
    this.say(`Writing ${this.name}.${SUFFIXES[format]}…`, null);
    try {
      const blob = await picture.save(format, engine);
      offer(blob, `${this.name}.${SUFFIXES[format]}`);
      this.say(`${this.name}.${SUFFIXES[format]}: ${grouped(blob.size)} bytes`);
    } catch (error) {
      this.fail((error as Error).message);
    }
  }

  /** Show nothing, in the light of the file. */
  private reset(): void {
    const { view } = this;
    this.shown = null;
    view.canvas.hidden = true;
    view.invitation.hidden = false;
    view.brightness.value = `${ENHANCED.brightness}`;
    view.exposure.value = `${ENHANCED.exposure}`;
    view.black.value = `${ENHANCED.blackPoint}`;
    view.stops.textContent = "0 stops";
    view.level.textContent = `${ENHANCED.blackPoint}`;
    for (const button of view.saving) button.disabled = true;
    showFacts(view.facts, []);
    this.say("");
  }

  /** Show a message, with a share of the work that is done; null for one that is not known. */
  private say(message: string, share?: number | null): void {
    const { progress, status } = this.view;
    status.textContent = message;
    status.classList.remove("wrong");
    progress.hidden = share === undefined;
    if (typeof share === "number") progress.value = share;
    else progress.removeAttribute("value");
  }

  private fail(message: string): void {
    this.say(message);
    this.view.status.classList.add("wrong");
  }
}

const SUFFIXES: Readonly<Record<Format, string>> = { png: "png", jpeg: "jpg", webp: "webp" };
const SCRIPT = import.meta.url;
const OWN_FOLDER = new URL(".", SCRIPT);

async function ownFile(name: string): Promise<Uint8Array> {
  const data = await embeddedFile(name);
  if (!data) throw new LlcError("the page does not hold this file");
  return data;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function summary({ provider, makers, model, modelSize, modelFrom }: Engine): string {
  const workers = `${makers.length} worker${makers.length > 1 ? "s" : ""}`;
  const how = provider === "webgpu" ? "WebGPU" : `WebAssembly, ${workers}`;
  const from = { page: "in this page", cache: "from the cache", network: "loaded once" }[modelFrom];
  return `${how}; model ${model.name}, ${megabytes(modelSize)}, ${from}`;
}
