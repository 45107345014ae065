"""Faults of the machine that no file of the study can help, in plain words."""

from __future__ import annotations

import errno

NOTHING_LEFT = "Nothing half done was left"
SENTENCES = {
    errno.ENOSPC: "the disk is full. Free some of it, and run again",
    errno.EDQUOT: "your share of the disk is used up. Free some of it, and run again",
    errno.EFBIG: "it would be larger than files may be here. Raise the limit (ulimit -f), and run again",
    errno.EROFS: "it lies on a file system that can only be read. Take the study to one that can be written",
    errno.EACCES: "you may not write or read there. Ask for the right to, and run again",
    errno.EPERM: "you may not write or read there. Ask for the right to, and run again",
    errno.EIO: "the disk failed. Save what you can from it, and run again on another",
    errno.EMFILE: "too many files are open. Raise the limit (ulimit -n), and run again",
    errno.ENOMEM: "the memory is full. Run fewer jobs at a time (--cores 1), or on a larger machine",
}


def told(error: BaseException) -> str:
    """Say what failed and what to do; '' of what is no fault of the machine.

    Parameters
    ----------
    error
        As it was raised; one that was raised from another is told by the first that is a fault.
    """
    if isinstance(error, MemoryError):
        return f"The memory: {SENTENCES[errno.ENOMEM]}. {NOTHING_LEFT}."
    if isinstance(error, OSError) and error.errno in SENTENCES:
        what = error.filename if isinstance(error.filename, str) else "A file of the results"
        return f"{what}: {SENTENCES[error.errno]}. {NOTHING_LEFT}."
    above = error.__cause__ or error.__context__
    return told(above) if above is not None else ""
