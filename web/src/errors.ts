/** The exceptions of this package, under the names of `llcodec.errors`. */

/** Base of everything that this package throws on purpose. */
export class LlcError extends Error {
  override name = "LlcError";
}

/** The bytes are not an .llc file. */
export class NotAnLlcFileError extends LlcError {
  override name = "NotAnLlcFileError";
}

/** The bytes end before the file does. */
export class TruncatedError extends LlcError {
  override name = "TruncatedError";
}

/** The file needs a newer reader, or more than this one supports. */
export class UnsupportedError extends LlcError {
  override name = "UnsupportedError";
}

/** The file breaks a rule of the format. */
export class CorruptError extends LlcError {
  override name = "CorruptError";
}

/** The picture is larger than the limit. */
export class TooManyPixelsError extends LlcError {
  override name = "TooManyPixelsError";
}

/** The file was made with other weights. */
export class WrongModelError extends LlcError {
  override name = "WrongModelError";
}

/** The weight file is damaged, or of another kind. */
export class BrokenModelError extends LlcError {
  override name = "BrokenModelError";
}

/** What is asked for cannot be done. */
export class InputError extends LlcError {
  override name = "InputError";
}
