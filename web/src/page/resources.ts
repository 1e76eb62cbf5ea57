/** What a page needs besides its script: from the page itself, from a cache, or from its library. */

import { LlcError } from "../errors.ts";

const CACHE = "llcodec-1";

/** Told the bytes that have been loaded, and how many there will be; 0 if that is not known. */
export type Progress = (loaded: number, total: number) => void;

/** A loaded file. */
export interface Loaded {
  readonly data: Uint8Array<ArrayBuffer>;
  readonly from: "page" | "cache" | "network";
}

/** Loads files by their names; each is loaded once. */
export class Resources {
  private readonly loading = new Map<string, Promise<Loaded>>();

  /** @param library - URL of the folder of the files. */
  constructor(private readonly library: URL) {}

  /**
   * Return a file.
   *
   * @throws LlcError when it cannot be loaded.
   */
  load(name: string, progress: Progress = () => undefined): Promise<Loaded> {
    const loading = this.loading.get(name) ?? this.find(name, progress);
    this.loading.set(name, loading);
    loading.catch(() => this.loading.delete(name));
    return loading;
  }

  /** Whether the page holds a file of this name. */
  holds(name: string): boolean {
    return elementOf(name) !== null;
  }

  private async find(name: string, progress: Progress): Promise<Loaded> {
    const embedded = await embeddedFile(name);
    if (embedded) return { data: embedded, from: "page" };
    const url = new URL(name, this.library);
    const cache = await openCache();
    const cached = await cache?.match(url);
    if (cached) return { data: await bodyOf(cached, progress, Infinity), from: "cache" };
    const response = await fetchFrom(url);
    const data = await bodyOf(response, progress, Infinity);
    // A full disk must not keep a picture from being shown.
    await cache?.put(url, new Response(data)).catch(() => undefined);
    return { data, from: "network" };
  }
}

/**
 * Return the file that the page itself holds: the text of
 * `<script type="application/x-llcodec" data-name="NAME">`, in base64, compressed by gzip if it has
 * `data-gzip`; null if it holds none of this name.
 */
export async function embeddedFile(name: string): Promise<Uint8Array<ArrayBuffer> | null> {
  const element = elementOf(name);
  if (!element) return null;
  const text = (element.textContent ?? "").trim();
  const binary = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  if (element.dataset.gzip === undefined) return binary;
  const plain = new Blob([binary]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(plain).arrayBuffer());
}

function elementOf(name: string): HTMLScriptElement | null {
  const held = document.querySelectorAll<HTMLScriptElement>('script[type="application/x-llcodec"]');
  return Array.from(held).find((element) => element.dataset.name === name) ?? null;
}

/**
 * Return what a URL leads to.
 *
 * @throws LlcError when that cannot be loaded, or has more than `most` bytes.
 */
export async function loadFrom(url: URL, most: number): Promise<Uint8Array<ArrayBuffer>> {
  return bodyOf(await fetchFrom(url), () => undefined, most);
}

async function fetchFrom(url: URL): Promise<Response> {
  const response = await fetch(url).catch(() => null);
  if (!response) throw new LlcError(`${url} cannot be loaded: no connection, or not allowed here`);
  if (!response.ok) throw new LlcError(`${url} cannot be loaded: ${response.status}`);
  return response;
}

async function bodyOf(
  response: Response,
  progress: Progress,
  most: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const packed = response.headers.has("content-encoding");
  const total = packed ? 0 : Number(response.headers.get("content-length") ?? 0);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let loaded = 0;
  const reader = response.body?.getReader();
  while (reader) {
    const { done, value } = await reader.read();
    if (done) break;
    loaded += value.length;
    if (loaded > most) {
      await reader.cancel();
      throw new LlcError(`has more than ${most >> 20} MiB, the most that is read`);
    }
    parts.push(value);
    progress(loaded, total);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

/** Return the cache; null where there is none, as in pages from a disk. */
async function openCache(): Promise<Cache | null> {
  try {
    return await caches.open(CACHE);
  } catch {
    return null;
  }
}
