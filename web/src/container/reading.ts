/** Strict reading: the first violation of the format is an error. */

import { CorruptError, TooManyPixelsError, TruncatedError } from "../errors.ts";
import { Collector } from "./collecting.ts";
import { CHUNK_ORDER, CHUNK_OVERHEAD, checkedPayload, frameAt } from "./framing.ts";
import { type Header, readHead } from "./header.ts";
import { DEFAULT_LIMITS, type Limits } from "./limits.ts";
import { PREAMBLE_LENGTH, readVersion, type Version } from "./signature.ts";

const LEAST_TILE = 20; // bytes of a TILE chunk without a stream

/** All of an .llc file, not yet decoded. */
export interface Container {
  readonly header: Header;
  readonly contents: Omit<Collector, "add">;
}

/**
 * Read the signature and the `HEAD` chunk only. The first 140 bytes of a file are enough.
 *
 * @returns the header, the version of the file, and the offset of the chunk after it in bytes.
 * @throws LlcError when anything up to there is wrong, or the picture above the limit.
 */
export function openFile(
  data: Uint8Array,
  limits: Limits = DEFAULT_LIMITS,
): { header: Header; version: Version; end: number } {
  if (!data.length) throw new TruncatedError("the file is empty");
  const version = readVersion(data);
  const frame = frameAt(data, PREAMBLE_LENGTH);
  const payload = checkedPayload(data, frame);
  if (frame.type !== "HEAD") throw new CorruptError(`the first chunk is ${frame.type}, not HEAD`);
  const header = readHead(payload, version);
  if (header.width * header.height > limits.maxPixels) {
    throw new TooManyPixelsError(
      `the picture has ${header.width} × ${header.height} pixels, ` +
        `more than the limit of ${limits.maxPixels}`,
    );
  }
  return { header, version, end: frame.end };
}

/**
 * Read a whole file.
 *
 * @throws LlcError of the class that docs/format.md names for the first rule that is broken.
 */
export async function unpack(
  data: Uint8Array,
  limits: Limits = DEFAULT_LIMITS,
): Promise<Container> {
  const { header, end } = openFile(data, limits);
  const tiles = header.columns * header.rows;
  if (data.length - end < LEAST_TILE * tiles + CHUNK_OVERHEAD) {
    throw new TruncatedError(`the file is too short for its ${tiles} tiles`);
  }
  const contents = new Collector(header, limits);
  let place = 0;
  let type = "HEAD";
  let start = end;
  while (type !== "DONE") {
    const frame = frameAt(data, start);
    // The CRC comes first: a damaged type must not pass for an unknown one.
    const payload = checkedPayload(data, frame);
    const known = CHUNK_ORDER.indexOf(frame.type);
    if (known >= 0 && known < place) {
      throw new CorruptError(`the ${frame.type} chunk at byte ${start} comes too late`);
    }
    place = Math.max(place, known);
    await contents.add(frame.type, payload);
    ({ type, end: start } = frame);
  }
  if (start !== data.length) throw new CorruptError("the file continues after its DONE chunk");
  if (header.hasAlpha && !contents.alpha) throw new CorruptError("the file has no ALPH chunk");
  if (contents.tiles.length !== tiles) {
    throw new CorruptError(`the file has ${contents.tiles.length} tiles instead of ${tiles}`);
  }
  return { header, contents };
}
