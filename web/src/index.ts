/** Read .llc files: container, weight files, exact entropy decoding. */

export { decodeAlpha } from "./codec/alpha.ts";
export { checkDecodable, decodeTiles } from "./codec/decoding.ts";
export type { Tile } from "./container/collecting.ts";
export { type Box, type Header, tileBox } from "./container/header.ts";
export { DEFAULT_LIMITS, type Limits } from "./container/limits.ts";
export { type Container, openFile, unpack } from "./container/reading.ts";
export type { TileLatents } from "./entropy/latent_coder.ts";
export * from "./errors.ts";
export { type Model, readModel } from "./weights/model_file.ts";
