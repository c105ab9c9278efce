"""One writer at a time: a lock that the system frees when its holder dies."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from index.errors import StoreBusyError, StoreError

LOCK = "writer.lock"


@contextmanager
def writer_lock(folder: Path) -> Iterator[None]:
    """Hold the writer's lock; StoreBusyError, naming the holder, where it is taken."""
    from filelock import FileLock, Timeout

    name = folder / LOCK
    # is_singleton: two writers of one process exclude each other, too
    lock = FileLock(name, timeout=0, mode=0o600, thread_local=False, is_singleton=False)
    try:
        lock.acquire()
    except Timeout:
        raise StoreBusyError(
            f"the index {folder} is being written by {_holder(name)}: "
            "try again when it has finished",
            path=folder,
        ) from None
    except OSError as error:
        raise StoreError(
            f"the index {folder} cannot be written ({error.strerror}): make its folder writable",
            path=folder,
        ) from error
    except NotImplementedError as error:  # some network file systems
        raise StoreError(
            f"the disk of the index {folder} cannot lock files: keep the index on a local disk",
            path=folder,
        ) from error
    try:
        since = datetime.now().astimezone().isoformat(sep=" ", timespec="seconds")
        with suppress(OSError):  # the name is for the other's message only
            name.write_text(f"process {os.getpid()} since {since}", encoding="utf-8")
        yield
    finally:
        with suppress(OSError):
            name.write_text("", encoding="utf-8")
        lock.release()


def _holder(lock: Path) -> str:
    with suppress(OSError, UnicodeDecodeError):
        if text := lock.read_text(encoding="utf-8").strip():
            return text
    return "another process"
