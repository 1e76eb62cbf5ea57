"""The exit codes of ``llc`` and their meanings."""

FAILED = 1
USAGE = 2
DAMAGED = 3
INTERNAL = 70  # EX_SOFTWARE of sysexits.h
STOPPED = 75  # EX_TEMPFAIL of sysexits.h: nothing is wrong, but there is more to do
INTERRUPTED = 130  # what shells report of a program that a signal ended: 128 and its number
BROKEN_PIPE = 141
TERMINATED = 143

MEANINGS = {
    0: "everything was done",
    FAILED: "something failed; each failure has a line on stderr",
    USAGE: "wrong usage; nothing was done",
    DAMAGED: "decode --salvage lost a part of a picture",
    INTERNAL: "internal error, please report it; LLC_DEBUG=1 prints the traceback",
    STOPPED: "training was stopped, and can go on",
    INTERRUPTED: "interrupted (Ctrl-C)",
    BROKEN_PIPE: "nothing reads standard output any more",
    TERMINATED: "terminated",
}
"""What each exit code means."""
