/** From a file to its latents. */

import { STRIDE } from "../bitstream.ts";
import type { Tile } from "../container/collecting.ts";
import { type Header, tileBox } from "../container/header.ts";
import { DEFAULT_LIMITS, type Limits, MAX_TILE_SIZE } from "../container/limits.ts";
import type { Container } from "../container/reading.ts";
import { checksumOf, decodeStream, type TileLatents } from "../entropy/latent_coder.ts";
import { CorruptError, TooManyPixelsError, UnsupportedError, WrongModelError } from "../errors.ts";
import type { Model } from "../weights/model_file.ts";

const SMALL = 10_000_000; // pixels: cheap to decode whatever the shape of the picture

/**
 * Check that a model can decode a file within the limits.
 *
 * @throws WrongModelError when the file was made with other weights.
 * @throws TooManyPixelsError when the picture is so thin that it costs as much as a large one.
 * @throws UnsupportedError when its tiles are too large.
 */
export function checkDecodable(
  header: Header,
  model: Pick<Model, "name" | "hash">,
  limits = DEFAULT_LIMITS,
): void {
  const { width, height, tileSize } = header;
  if (header.modelHash !== model.hash) {
    throw new WrongModelError(
      `the file needs the model ${header.modelName} ${header.modelHash}, ` +
        `not ${model.name} ${model.hash}`,
    );
  }
  const covered = STRIDE ** 2 * Math.ceil(width / STRIDE) * Math.ceil(height / STRIDE);
  if (covered > 2 * Math.max(limits.maxPixels, SMALL)) {
    throw new TooManyPixelsError(`${width}×${height} pixels are too thin a picture`);
  }
  if (Math.min(tileSize, Math.max(width, height)) > MAX_TILE_SIZE) {
    throw new UnsupportedError(`tiles above ${MAX_TILE_SIZE} pixels are not supported`);
  }
}

/**
 * Return the latents of a tile.
 *
 * @throws CorruptError when it does not decode to the symbols that its encoder saw.
 */
export function decodeTile(
  header: Header,
  model: Model,
  number: number,
  { stream, checksum }: Tile,
): TileLatents {
  const box = tileBox(header, number);
  const [height, width] = [Math.ceil(box.height / STRIDE), Math.ceil(box.width / STRIDE)];
  const decoded = decodeStream(model.coder, stream, height, width, header.qualityUnits);
  if (checksumOf(decoded) !== checksum) {
    throw new CorruptError(`tile ${number} decodes to the wrong symbols`);
  }
  return decoded;
}

/**
 * Yield the latents of each tile in raster order, each checked by its checksum.
 *
 * @throws CorruptError when a tile does not decode to the symbols that its encoder saw.
 */
export function* decodeTiles(
  { header, contents }: Container,
  model: Model,
  limits: Limits = DEFAULT_LIMITS,
): Generator<TileLatents> {
  checkDecodable(header, model, limits);
  for (const [number, tile] of contents.tiles.entries()) {
    yield decodeTile(header, model, number, tile);
  }
}
