"""The names of the devices that networks run on."""

from typing import Final, NamedTuple

from llcodec.errors import InputError

NAMES: Final = ("auto", "cpu", "cuda", "mps", "directml", "coreml")
_NUMBERED: Final = ("cuda", "directml")  # of which a machine may have several


class DeviceName(NamedTuple):
    """The kind of a device, one of ``NAMES``, and its number among several GPUs."""

    kind: str
    number: int = 0

    def __str__(self) -> str:
        return f"{self.kind}:{self.number}" if self.number else self.kind


def parse_device(name: str) -> DeviceName:
    """Return the device of a name: one of ``NAMES``, or one GPU of several as in ``cuda:1``.

    Raises:
        InputError: if the name is unknown.
    """
    kind, _, number = name.partition(":")
    if kind not in NAMES or (":" in name and not (kind in _NUMBERED and number.isdecimal())):
        raise InputError(f"unknown device {name!r} ({', '.join(NAMES[:-1])} or {NAMES[-1]})")
    return DeviceName(kind, int(number or 0))


def unavailable(name: str) -> InputError:
    """Return the error that says that this machine has no such device."""
    return InputError(f"the device {name!r} is not available on this machine")
