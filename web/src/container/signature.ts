/** The first ten bytes: eight of signature, then the major and the minor version. */

import { NotAnLlcFileError, TruncatedError, UnsupportedError } from "../errors.ts";

const SIGNATURE = [0x89, 0x4c, 0x4c, 0x43, 0x0d, 0x0a, 0x1a, 0x0a];
/** The major version of files without a local tone curve. */
export const GLOBAL_TONE_MAJOR = 1;
/** The major version of files with a local tone curve, and of no others. */
export const LOCAL_TONE_MAJOR = 2;

export const PREAMBLE_LENGTH = SIGNATURE.length + 2;

/** The version of a file. */
export interface Version {
  readonly major: number;
  readonly minor: number;
}

/**
 * Check the signature and the major version, and return the version.
 *
 * @throws NotAnLlcFileError when the data do not start with the signature.
 * @throws TruncatedError when they end within these ten bytes.
 * @throws UnsupportedError when the major version is not 1 or 2.
 */
export function readVersion(data: Uint8Array): Version {
  const start = data.subarray(0, SIGNATURE.length);
  if (start.some((byte, at) => byte !== SIGNATURE[at])) {
    throw new NotAnLlcFileError("not an .llc file: its first bytes are not the .llc signature");
  }
  if (data.length < PREAMBLE_LENGTH) {
    throw new TruncatedError("the file ends within its first ten bytes");
  }
  const [major, minor] = data.subarray(SIGNATURE.length, PREAMBLE_LENGTH);
  if (major !== GLOBAL_TONE_MAJOR && major !== LOCAL_TONE_MAJOR) {
    throw new UnsupportedError(
      `the file has format version ${major}.${minor}, but 1.x and 2.x are read here`,
    );
  }
  return { major, minor };
}
