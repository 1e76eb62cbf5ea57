"""The exit codes of ``llc`` and their meanings."""

FAILED = 1
USAGE = 2
DAMAGED = 3
INTERNAL = 70  # EX_SOFTWARE of sysexits.h
STOPPED = 75  # EX_TEMPFAIL of sysexits.h: nothing is wrong, but the work is not finished
INTERRUPTED = 130  # what shells report for a program that a signal ended: 128 plus its number
BROKEN_PIPE = 141
TERMINATED = 143

MEANINGS = {
    0: "everything succeeded",
    FAILED: "something failed; each failure has a line on stderr",
    USAGE: "wrong usage; nothing was done",
    DAMAGED: "a part of a picture was lost (decode --salvage, --partial)",
    INTERNAL: "internal error, please report it; LLC_DEBUG=1 prints the traceback",
    STOPPED: "training was stopped, and can be resumed",
    INTERRUPTED: "interrupted (Ctrl-C)",
    BROKEN_PIPE: "nothing reads standard output any more",
    TERMINATED: "terminated",
}
"""What each exit code means."""
