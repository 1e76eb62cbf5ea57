/** The first ten bytes: eight of signature, then the major and the minor version. */

import { NotAnLlcFileError, TruncatedError, UnsupportedError } from "../errors.ts";

const SIGNATURE = [0x89, 0x4c, 0x4c, 0x43, 0x0d, 0x0a, 0x1a, 0x0a];
const MAJOR = 1;

export const PREAMBLE_LENGTH = SIGNATURE.length + 2;

/**
 * Check the signature and the major version, and return the minor version (0 to 255).
 *
 * @throws NotAnLlcFileError when the data do not start with the signature.
 * @throws TruncatedError when they end within these ten bytes.
 * @throws UnsupportedError when the major version is not 1.
 */
export function readMinorVersion(data: Uint8Array): number {
  const start = data.subarray(0, SIGNATURE.length);
  if (start.some((byte, at) => byte !== SIGNATURE[at])) {
    throw new NotAnLlcFileError("not an .llc file: its first bytes are not the .llc signature");
  }
  if (data.length < PREAMBLE_LENGTH) {
    throw new TruncatedError("the file ends within its first ten bytes");
  }
  const [major, minor] = data.subarray(SIGNATURE.length, PREAMBLE_LENGTH);
  if (major !== MAJOR) {
    throw new UnsupportedError(`format version ${major}.${minor} is not supported: only 1.x is`);
  }
  return minor;
}
