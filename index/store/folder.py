"""The folder of a store: opening and creating it, its connections and the writer's lock.

<folder>/            0700
  store.db (-wal, -shm)  0600, the truth
  writer.lock            held by the one that writes; names it
  ann/                   FAISS files, derived from the rows
  tmp/                   unfinished files; emptied when a writer starts
"""

from __future__ import annotations

import os
import sqlite3
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from index.errors import StoreError
from index.store import faiss_file
from index.store.checks import Finding, check_store
from index.store.reading import Snapshot
from index.store.rows import Manifest
from index.store.schema import (
    DATABASE,
    check_identity,
    connect_reader,
    connect_writer,
    create_database,
    explained,
    is_empty,
    read_manifest,
)
from index.store.writing import Writer

LOCK = "writer.lock"
_OURS = {DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", LOCK, "ann", "tmp"}


class Store:
    """An open store; any number of threads may read it, one process at a time may write it."""

    def __init__(self, path: Path, manifest: Manifest, *, readonly: bool) -> None:
        self.path = path
        self.manifest = manifest
        self.readonly = readonly
        self._closed = False
        self._frequencies: dict[tuple[int, str], int] = {}
        self._forget()
        _open_stores.add(self)

    def _forget(self) -> None:
        """Start without connections; those of a forked process's parent must not be used."""
        self._idle: list[sqlite3.Connection] = []
        self._guard = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; open snapshots finish undisturbed. Closing again is harmless."""
        with self._guard:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    @property
    def generation(self) -> int:
        """The newest committed generation."""
        with self.snapshot() as snapshot:
            return snapshot.generation

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """Read one state of the store, whatever a writer commits meanwhile."""
        connection = self._take()
        snapshot = Snapshot(connection, self.path, self.manifest, self._frequencies)
        try:
            with explained(self.path):
                connection.execute("BEGIN")
            _ = snapshot.generation  # the transaction begins with its first read
            yield snapshot
        finally:
            snapshot.close()
            self._give(connection)

    def _take(self) -> sqlite3.Connection:
        with self._guard:
            if self._closed:
                raise StoreError(f"the index {self.path} was closed: open it again", path=self.path)
            if self._idle:
                return self._idle.pop()
        with explained(self.path):
            return connect_reader(self.path)

    def _give(self, connection: sqlite3.Connection) -> None:
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        with self._guard:
            if not self._closed and not connection.in_transaction:
                self._idle.append(connection)
                return
        connection.close()

    @contextmanager
    def writer(self) -> Iterator[Writer]:
        """Hold the writer's lock for a run of batches; StoreError where another process does.

        At its end, unless it ends with an error, the FAISS file follows the rows.
        """
        with self._locked():
            with explained(self.path):
                connection = connect_writer(self.path)
            try:
                writer = Writer(connection, self.path, self.manifest)
                faiss_file.clean(writer)
                before = writer.stored.generation
                yield writer
                faiss_file.update(writer)
                if writer.stored.generation != before:
                    writer.tidy()
            finally:
                connection.close()

    @contextmanager
    def _locked(self) -> Iterator[None]:
        from filelock import FileLock, Timeout

        if self.readonly:
            raise StoreError(
                f"the index {self.path} was opened for reading only: open it without readonly",
                path=self.path,
            )
        name = self.path / LOCK
        lock = FileLock(name, timeout=0, mode=0o600, thread_local=False)
        try:
            lock.acquire()
        except Timeout:
            raise StoreError(
                f"the index {self.path} is being written by {_holder(name)}: "
                "try again when it has finished",
                path=self.path,
            ) from None
        except OSError as error:
            raise StoreError(
                f"the index {self.path} cannot be written ({error.strerror}): "
                "make its folder writable",
                path=self.path,
            ) from error
        try:
            since = datetime.now().astimezone().isoformat(sep=" ", timespec="seconds")
            name.write_text(f"process {os.getpid()} since {since}", encoding="utf-8")
            yield
        finally:
            with suppress(OSError):
                name.write_text("", encoding="utf-8")
            lock.release()

    def check(self, *, repair: bool = False) -> list[Finding]:
        """Look for damage in every part; ``repair`` rebuilds what is derived.

        Takes the writer's lock, unless the store is open for reading only: then the full-text
        index is compared in a copy in memory, as large as the database. StoreError where
        another process writes. See :mod:`index.store.checks`.
        """
        if self.readonly:
            if repair:
                raise StoreError(
                    f"the index {self.path} was opened for reading only and cannot be repaired",
                    path=self.path,
                )
            with self._copied() as writer, self.snapshot() as snapshot:
                return check_store(snapshot, writer, repair=False)
        with self._locked():
            with explained(self.path):
                connection = connect_writer(self.path)
            try:
                writer = Writer(connection, self.path, self.manifest)
                return check_store(writer.stored, writer, repair=repair)
            finally:
                connection.close()

    @contextmanager
    def _copied(self) -> Iterator[Writer]:
        connection = self._take()
        memory = sqlite3.connect(":memory:", isolation_level=None)
        try:
            with explained(self.path):
                connection.backup(memory)
            yield Writer(memory, self.path, self.manifest)
        finally:
            memory.close()
            self._give(connection)


_open_stores: weakref.WeakSet[Store] = weakref.WeakSet()
_inherited: list[sqlite3.Connection] = []


def _forget_after_fork() -> None:
    for store in list(_open_stores):
        _inherited.extend(store._idle)  # kept: closing them would be using them
        store._forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_after_fork)


def open_store(
    path: str | os.PathLike[str], *, create: Manifest | None = None, readonly: bool = False
) -> Store:
    """Open the store in a folder; with ``create``, make it where there is none.

    Never takes the writer's lock. Whether the manifest fits is the caller's to check.
    StoreError: no store, not a store, or one of a newer Kutip.
    """
    folder = Path(path)
    if folder.exists() and not folder.is_dir():
        raise StoreError(f"{folder} is a file, not the folder of an index", path=folder)
    if sqlite3.sqlite_version_info < (3, 37):
        raise StoreError(
            f"SQLite {sqlite3.sqlite_version} is too old for an index: "
            "use a Python with SQLite 3.37 or newer",
            path=folder,
        )
    if _is_missing(folder):
        if create is None or readonly:
            raise StoreError(
                f"there is no index in {folder}: make one with `kutip index PATH --index {folder}`",
                path=folder,
            )
        _create(folder, create)
    with explained(folder):
        connection = connect_reader(folder)
        try:
            check_identity(connection, folder)
            manifest = read_manifest(connection, folder)
        finally:
            connection.close()
    return Store(folder, manifest, readonly=readonly)


def _is_missing(folder: Path) -> bool:
    """Say whether there is no store, or one whose creation was interrupted."""
    path = folder / DATABASE
    if not path.exists() or not path.stat().st_size:
        return True
    with explained(folder):
        connection = connect_reader(folder)
        try:
            return is_empty(connection)
        finally:
            connection.close()


def _create(folder: Path, manifest: Manifest) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        foreign = sorted(entry.name for entry in folder.iterdir() if entry.name not in _OURS)
        if foreign:
            raise StoreError(
                f"{folder} is not an index and not empty ({foreign[0]} is in it): "
                "name a new folder for the index",
                path=folder,
            )
        folder.chmod(0o700)
        for name in ("ann", "tmp"):
            (folder / name).mkdir(mode=0o700, exist_ok=True)
        with explained(folder):
            create_database(folder, manifest)
    except OSError as error:
        raise StoreError(
            f"the index {folder} cannot be made ({error.strerror}): name a folder you can write",
            path=folder,
        ) from error


def _holder(lock: Path) -> str:
    with suppress(OSError):
        if text := lock.read_text(encoding="utf-8").strip():
            return text
    return "another process"
