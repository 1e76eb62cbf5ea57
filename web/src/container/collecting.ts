/** Collect the contents of chunks. */

import { CorruptError, UnsupportedError } from "../errors.ts";
import { type FlatArea, readFlatAreas } from "./flat_area.ts";
import { fieldsOf, isCritical } from "./framing.ts";
import type { Header } from "./header.ts";
import type { Limits } from "./limits.ts";
import {
  type Note,
  type Resolution,
  readCompressed,
  readExif,
  readNotes,
  readResolution,
} from "./metadata.ts";

const TILE_OVERHEAD = 8;

/** One tile's coded latents. */
export interface Tile {
  /** CRC-32 of the decoded latents. */
  readonly checksum: number;
  /** The entropy coder's bytes; may be empty. Shares the memory of the file. */
  readonly stream: Uint8Array;
}

/** The contents of a file so far, but for the header. */
export class Collector {
  readonly tiles: Tile[] = [];
  alpha: Uint8Array | null = null;
  icc: Uint8Array | null = null;
  exif: Uint8Array | null = null;
  xmp: Uint8Array | null = null;
  resolution: Resolution | null = null;
  notes: readonly Note[] = [];
  flat: readonly FlatArea[] = [];
  readonly unknown: { type: string; payload: Uint8Array }[] = [];
  private readonly seen = new Set<string>();

  constructor(
    private readonly header: Header,
    private readonly limits: Limits,
  ) {}

  /**
   * Take in a chunk after `HEAD`, whose CRC is right.
   *
   * @throws CorruptError when it is a duplicate, breaks a limit, or has a wrong payload.
   * @throws UnsupportedError when it is critical and unknown.
   */
  async add(type: string, payload: Uint8Array): Promise<void> {
    const most = this.limits.maxMetadata;
    switch (type) {
      case "TILE":
        this.addTile(payload);
        return;
      case "HEAD":
        throw new CorruptError("the file has more than one HEAD chunk");
      case "iCCP":
        this.only(type);
        this.icc = await readCompressed(type, payload, most);
        return;
      case "eXIF":
        this.only(type);
        this.exif = readExif(payload, most);
        return;
      case "xMPd":
        this.only(type);
        this.xmp = await readCompressed(type, payload, most);
        return;
      case "pHYs":
        this.only(type);
        this.resolution = readResolution(payload);
        return;
      case "nOTE":
        this.only(type);
        this.notes = await readNotes(payload, most);
        return;
      case "fLAT":
        this.only(type);
        this.flat = await readFlatAreas(payload, this.header);
        return;
      case "ALPH":
        this.only(type);
        this.addAlpha(payload);
        return;
      case "DONE":
        if (payload.length) throw new CorruptError("the DONE chunk must be empty");
        return;
      default:
        this.addUnknown(type, payload);
    }
  }

  private only(type: string): void {
    if (this.seen.has(type)) throw new CorruptError(`the file has more than one ${type} chunk`);
    this.seen.add(type);
  }

  private addTile(payload: Uint8Array): void {
    if (payload.length < TILE_OVERHEAD) throw new CorruptError("a TILE chunk is too short");
    const fields = fieldsOf(payload);
    const index = fields.getUint32(0, true);
    const expected = this.tiles.length;
    if (index !== expected || index >= this.header.columns * this.header.rows) {
      throw new CorruptError(`tile ${index} comes where tile ${expected} should be`);
    }
    const checksum = fields.getUint32(4, true);
    this.tiles.push({ checksum, stream: payload.subarray(TILE_OVERHEAD) });
  }

  private addAlpha(payload: Uint8Array): void {
    if (!this.header.hasAlpha) {
      throw new CorruptError("the file has an ALPH chunk, but its header says it has no alpha");
    }
    if (payload.length > this.limits.maxAlpha) {
      throw new CorruptError(`the ALPH chunk is above the limit of ${this.limits.maxAlpha} bytes`);
    }
    this.alpha = payload;
  }

  private addUnknown(type: string, payload: Uint8Array): void {
    if (isCritical(type)) {
      throw new UnsupportedError(`the file needs the chunk type ${type}, which is not known here`);
    }
    if (this.unknown.length >= this.limits.maxUnknown) {
      throw new CorruptError(`the file has more than ${this.limits.maxUnknown} unknown chunks`);
    }
    this.unknown.push({ type, payload });
  }
}
