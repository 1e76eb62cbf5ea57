/** Read .llc files: container, models, exact entropy decoding, pictures. */

export { decodeAlpha } from "./codec/alpha.ts";
export { checkDecodable, decodeTiles } from "./codec/decoding.ts";
export { type DecodeOptions, decode, type Picture } from "./codec/picture.ts";
export type { Samples } from "./codec/samples.ts";
export { type Runtime, Synthesis } from "./codec/synthesis.ts";
export type { Tile } from "./container/collecting.ts";
export type { FlatArea } from "./container/flat_area.ts";
export { type Box, type Header, tileBox } from "./container/header.ts";
export { DEFAULT_LIMITS, type Limits } from "./container/limits.ts";
export type { Note, Resolution } from "./container/metadata.ts";
export { type Container, openFile, unpack } from "./container/reading.ts";
export type { TileLatents } from "./entropy/latent_coder.ts";
export * from "./errors.ts";
export {
  ENHANCED,
  type Light,
  MAX_BLACK_POINT,
  MAX_BRIGHTNESS,
  MAX_STOPS,
} from "./tone/brightness.ts";
export { type Model, readModel } from "./weights/model_file.ts";
