/** Write picture files. */

import { LlcError } from "../errors.ts";
import type { SaveRequest } from "./messages.ts";
import { encodePng } from "./png.ts";

const JPEG_QUALITY = 0.95;
const WEBP_QUALITY = 1; // without loss, where the browser can

/**
 * Return a file of a picture.
 *
 * PNG keeps 16 bits, alpha, EXIF and the resolution. JPEG and WebP are written by the browser: with
 * 8 bits and without metadata, and JPEG without alpha.
 *
 * @throws LlcError when the browser cannot write the format.
 */
export async function encodePicture(request: SaveRequest): Promise<Blob> {
  if (request.format === "png") return encodePng(request);
  const { header, samples, format } = request;
  const alpha = format === "webp" ? request.alpha : null;
  const canvas = new OffscreenCanvas(header.width, header.height);
  const context = canvas.getContext("2d");
  if (!context) throw new LlcError("this browser cannot draw a picture of this size");
  const image = new ImageData(header.width, header.height);
  const units = header.sixteenBit ? 257 : 1;
  for (let pixel = 0; pixel < header.width * header.height; pixel++) {
    for (let c = 0; c < 3; c++) image.data[4 * pixel + c] = samples[3 * pixel + c] / units;
    image.data[4 * pixel + 3] = alpha ? alpha[pixel] / units : 255;
  }
  context.putImageData(image, 0, 0);
  const type = `image/${format}`;
  const quality = format === "jpeg" ? JPEG_QUALITY : WEBP_QUALITY;
  const blob = await canvas.convertToBlob({ type, quality });
  if (blob.type !== type) throw new LlcError(`this browser cannot write ${format} files`);
  return blob;
}
