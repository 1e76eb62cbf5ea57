"""The errors that llcodec raises on purpose.

* LlcError
  x InputError                the caller's input cannot be used
    - UnreadableImageError    not an image, or a broken one
    - TooManyPixelsError      above the limit on pixels
    - MissingLibraryError     needs a library of an extra that is not installed
    - QualityError            quality, rate or size outside what the model can do
  x FormatError               the bytes are not a valid .llc file
    - NotAnLlcFileError       wrong signature
    - TruncatedError          the file ends too early
    - CorruptError            a CRC, a length or a value is wrong
    - UnsupportedError        a newer version, or an unknown critical chunk
  x ModelError
    - UnknownModelError       there is no model of this name
    - WrongModelError         the file was made with other weights
    - BrokenModelError        a weight file is damaged, or breaks the exactness bound
  x OutputError               the result cannot be written
    - OutputExistsError       the output exists, and ``force`` was not given

Every message is one line that tells the user what to do.
"""


class LlcError(Exception):
    """Base class of every error that llcodec raises on purpose."""


class InputError(LlcError):
    """The caller's input cannot be used."""


class UnreadableImageError(InputError):
    """The input is not an image that can be read, or a broken one."""


class TooManyPixelsError(InputError):
    """The picture has more pixels than the limit allows."""


class MissingLibraryError(InputError):
    """A library that comes with an extra is not installed; the message names the extra."""


class QualityError(InputError):
    """A quality, rate or size outside what the model can do."""


class FormatError(LlcError):
    """The bytes are not a valid ``.llc`` file."""


class NotAnLlcFileError(FormatError):
    """The bytes do not start with the ``.llc`` signature."""


class TruncatedError(FormatError):
    """The file ends before its last chunk."""


class CorruptError(FormatError):
    """A checksum, a length or a value in the file is wrong."""


class UnsupportedError(FormatError):
    """The file needs a newer version of llcodec."""


class ModelError(LlcError):
    """A model cannot be used."""


class UnknownModelError(ModelError):
    """There is no model of this name."""


class WrongModelError(ModelError):
    """The file was made with other weights than the given ones."""


class BrokenModelError(ModelError):
    """A weight file is damaged, or breaks the exactness bound."""


class OutputError(LlcError):
    """The result cannot be written."""


class OutputExistsError(OutputError):
    """The output exists, and overwriting was not requested."""
