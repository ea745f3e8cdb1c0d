"""Locks on files that the kernel lets go of when their holder dies, however it dies."""

import fcntl
import os
from pathlib import Path


def take(path: Path, *, shared: bool = False, wait: bool = False) -> int | None:
    """Lock a file, which is created if missing, and return what `release` wants.

    Many may hold a lock shared, or one alone. Returns None if somebody is in the way and `wait` is false.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    mode = (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB)
    try:
        fcntl.flock(descriptor, mode)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def release(lock: int | None) -> None:
    """Let go of a lock. Does nothing for None."""
    if lock is not None:
        os.close(lock)
