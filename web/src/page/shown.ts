/** A decoded file on a canvas, in any light. */

import { decodeAlpha } from "../codec/alpha.ts";
import type { Samples } from "../codec/samples.ts";
import type { Container } from "../container/reading.ts";
import { LlcError } from "../errors.ts";
import type { Light } from "../tone/brightness.ts";
import type { Piece } from "./decoding.ts";
import type { Engine } from "./engine.ts";
import type { Helper } from "./helper.ts";
import type { Format } from "./messages.ts";

const MOST_ON_CANVAS = 16_000_000; // pixels that browsers draw everywhere
const PREVIEW = 600_000; // pixels that follow a slider

/** Draws the pieces of a file, as they come and whenever the light changes. */
export class Shown {
  private readonly pieces: Piece[] = [];
  private readonly scale: number;
  private readonly context: CanvasRenderingContext2D;
  private wanted = 0;

  constructor(
    readonly file: Container,
    readonly canvas: HTMLCanvasElement,
    private light: Light,
  ) {
    const { width, height } = file.header;
    this.scale = Math.ceil(Math.sqrt((width * height) / MOST_ON_CANVAS));
    canvas.width = Math.ceil(width / this.scale);
    canvas.height = Math.ceil(height / this.scale);
    const context = canvas.getContext("2d");
    if (!context) throw new LlcError("this browser cannot draw a picture of this size");
    this.context = context;
  }

  /** Draw a piece that has been decoded. */
  async add(piece: Piece): Promise<void> {
    this.pieces.push(piece);
    let light: Light;
    do {
      light = this.light;
      await this.draw(piece, this.scale);
    } while (light !== this.light);
  }

  /** Show another light: at once a coarse picture, then, if it is final, the exact one. */
  async show(light: Light, final: boolean): Promise<void> {
    this.light = light;
    const { width, height } = this.file.header;
    const coarse = Math.ceil(Math.sqrt((width * height) / PREVIEW));
    const step = final ? this.scale : Math.max(this.scale, coarse);
    const number = ++this.wanted;
    const byHelper = new Map<Helper, Piece[]>();
    for (const piece of this.pieces) {
      byHelper.set(piece.helper, [...(byHelper.get(piece.helper) ?? []), piece]);
    }
    await Promise.all(
      Array.from(byHelper.values(), async (pieces) => {
        for (const piece of pieces) {
          if (number === this.wanted) await this.draw(piece, step);
        }
      }),
    );
  }

  /** Return a file of the whole picture in the light that is shown. */
  async save(format: Format, engine: Engine): Promise<Blob> {
    const { light, file, pieces } = this;
    const { header, contents } = file;
    const count = 3 * header.width * header.height;
    const samples: Samples = header.sixteenBit ? new Uint16Array(count) : new Uint8Array(count);
    for (const { number, helper, place } of pieces) {
      const own = await helper.ask("samples", { number, light });
      for (let row = 0; row < place.height; row++) {
        const from = 3 * row * place.width;
        const to = 3 * ((place.y + row) * header.width + place.x);
        samples.set(own.subarray(from, from + 3 * place.width), to);
      }
    }
    const alpha = contents.alpha && (await decodeAlpha(contents.alpha, header));
    const { exif, resolution } = contents;
    const ask = { format, header, samples, alpha, exif, resolution };
    return engine.helpers[0].ask("save", ask, [samples.buffer]);
  }

  private async draw({ number, helper, place }: Piece, step: number): Promise<void> {
    const wanted = this.wanted;
    const bitmap = await helper.ask("draw", { number, light: this.light, step });
    if (wanted === this.wanted) {
      const { scale } = this;
      const [x, y] = [place.x / scale, place.y / scale];
      const [width, height] = [bitmap.width, bitmap.height].map((side) => (side * step) / scale);
      this.context.clearRect(x, y, place.width / scale, place.height / scale);
      this.context.drawImage(bitmap, x, y, width, height);
    }
    bitmap.close();
  }
}
