/** Decode one file with several workers: tiles to latents, windows to pieces of the picture. */

import { gather, inverseGains } from "../codec/gathering.ts";
import { placeOf, tilesOf, type Window, windowsOf } from "../codec/windows.ts";
import type { Container } from "../container/reading.ts";
import type { Place } from "../tone/place.ts";
import { type Engine, Superseded } from "./engine.ts";
import type { Helper } from "./helper.ts";

/** A piece of the picture, in the memory of a worker. */
export interface Piece {
  readonly number: number;
  readonly helper: Helper;
  readonly place: Place;
}

/** The work that is left. */
class Work {
  readonly latents = new Map<number, Int32Array>();
  private readonly windows: Window[];
  private readonly taken = new Set<number>();
  private nextTile = 0;
  private wake: (() => void)[] = [];
  private error: Error | null = null;

  constructor(private readonly file: Container) {
    this.windows = windowsOf(file.header);
  }

  windowAt(number: number): Window {
    return this.windows[number];
  }

  /** Return a window whose tiles have been decoded; undefined for none now. */
  takeWindow(): number | undefined {
    const { header } = this.file;
    const number = this.windows.findIndex(
      (window, at) =>
        !this.taken.has(at) && tilesOf(window, header).every((tile) => this.latents.has(tile)),
    );
    if (number < 0) return undefined;
    this.taken.add(number);
    if (this.windowsTaken) this.changed(); // nothing is left to wait for
    return number;
  }

  takeTile(): number | undefined {
    return this.nextTile < this.file.contents.tiles.length ? this.nextTile++ : undefined;
  }

  get windowsTaken(): boolean {
    return this.taken.size === this.windows.length;
  }

  /** Return when something has been done that may make other work possible. */
  change(): Promise<void> {
    return new Promise((resolve) => this.wake.push(resolve));
  }

  changed(): void {
    for (const resolve of this.wake.splice(0)) resolve();
  }

  fail(error: Error): void {
    this.error ??= error;
    this.changed();
  }

  check(): void {
    if (this.error) throw this.error;
  }
}

/**
 * Decode a file, whose pieces then are in the memory of the workers.
 *
 * @param ready - told each piece as soon as it is there.
 * @param signal - aborted when the file is no longer wanted.
 * @throws LlcError when the file is damaged; Superseded when it is no longer wanted.
 */
export async function decodePieces(
  file: Container,
  engine: Engine,
  ready: (piece: Piece) => void,
  signal: AbortSignal,
): Promise<void> {
  const { header, contents } = file;
  const begin = { header, flat: contents.flat };
  await Promise.all(engine.helpers.map((helper) => helper.ask("begin", begin)));
  const alpha = contents.alpha && (await alphaOf(file, engine.helpers[0]));
  const work = new Work(file);
  const { logInverse, latents } = engine.model;
  const factors = inverseGains(logInverse, header.qualityUnits, latents);
  signal.addEventListener("abort", () => work.fail(new Superseded("another file was opened")));

  const makePiece = async (helper: Helper, number: number): Promise<void> => {
    const window = work.windowAt(number);
    const latents = gather(window, header, work.latents, factors);
    const place = placeOf(window, header);
    const own = alpha && cropped(alpha, place, header.sixteenBit);
    await helper.ask("piece", { number, latents, window, alpha: own }, [
      latents.values.buffer as ArrayBuffer,
    ]);
    if (!signal.aborted) ready({ number, helper, place });
  };

  const decodeTile = async (helper: Helper, number: number): Promise<void> => {
    const { checksum, stream } = contents.tiles[number];
    const tile = { checksum, stream: stream.slice() };
    work.latents.set(number, await helper.ask("tile", { number, tile }));
    work.changed();
  };

  const run = async (helper: Helper): Promise<void> => {
    const makes = engine.makers.includes(helper);
    for (;;) {
      work.check();
      const window = makes ? work.takeWindow() : undefined;
      const tile = window === undefined ? work.takeTile() : undefined;
      if (window !== undefined) await makePiece(helper, window);
      else if (tile !== undefined) await decodeTile(helper, tile);
      else if (work.windowsTaken || !makes) return;
      else await work.change();
    }
  };

  const runs = engine.helpers.map((helper) =>
    run(helper).catch((error: Error) => {
      work.fail(error);
      throw error;
    }),
  );
  // All of them: no worker may still be busy with this file when the next one begins.
  await Promise.allSettled(runs);
  await Promise.all(runs);
}

async function alphaOf(file: Container, helper: Helper): Promise<Uint8Array | Uint16Array> {
  const payload = file.contents.alpha?.slice() ?? new Uint8Array();
  return helper.ask("alpha", { payload });
}

/** Return the alpha of a place with 8 bits. */
function cropped(alpha: Uint8Array | Uint16Array, place: Place, sixteenBit: boolean): Uint8Array {
  const out = new Uint8Array(place.width * place.height);
  for (let row = 0; row < place.height; row++) {
    const from = (place.y + row) * place.wholeWidth + place.x;
    for (let column = 0; column < place.width; column++) {
      const sample = alpha[from + column];
      out[row * place.width + column] = sixteenBit ? sample / 257 : sample;
    }
  }
  return out;
}
