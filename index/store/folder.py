"""An open store: its connections, who reads and who writes.

<folder>/            0700
  store.db (-wal, -shm)  0600, the truth
  newest                 the generation last committed
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
from pathlib import Path
from types import TracebackType
from typing import Self

from index.errors import StoreError
from index.store import faiss_file
from index.store.checks import Finding, check_store
from index.store.locking import writer_lock
from index.store.mending import Mender
from index.store.reading import Snapshot
from index.store.repairing import Rederive, repair_store
from index.store.rows import Manifest
from index.store.schema import (
    DATABASE,
    bring_up_to_date,
    connect_reader,
    connect_writer,
    explained,
    read_manifest,
)
from index.store.writing import Writer


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
            self._must_be_open()
            if self._idle:
                return self._idle.pop()
        with explained(self.path):
            return connect_reader(self.path)

    def _must_be_open(self) -> None:
        if self._closed:
            raise StoreError(f"the index {self.path} was closed: open it again", path=self.path)

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
        with self._writing() as writer:
            faiss_file.clean(writer)
            before = writer.stored.generation
            yield writer
            faiss_file.update(writer)
            if writer.stored.generation != before or _size(self.path / f"{DATABASE}-wal"):
                writer.tidy()

    @contextmanager
    def _writing(self) -> Iterator[Mender]:
        """Hold the lock and a read-write connection to a database of this format."""
        self._must_be_open()
        if self.readonly:
            raise StoreError(
                f"the index {self.path} was opened for reading only: open it without readonly",
                path=self.path,
            )
        with writer_lock(self.path):
            with explained(self.path):
                connection = connect_writer(self.path)
            try:
                with explained(self.path):
                    bring_up_to_date(connection, self.path)
                    self.manifest = read_manifest(connection, self.path)
                yield Mender(connection, self.path, self.manifest)
            finally:
                connection.close()

    def check(self, *, repair: bool = False, rederive: Rederive | None = None) -> list[Finding]:
        """Look for damage in every part; ``repair`` restores what the articles' texts still tell.

        Takes the writer's lock, unless the store is open for reading only or its disk is, and
        nothing is to be repaired: then the full-text index is compared in a copy in memory, as
        large as the database. StoreError where another process writes. See
        :mod:`index.store.checks`.

        :param rederive: makes an article ready to be stored; without it damaged passages are
            only named.
        """
        if self.readonly and repair:
            raise StoreError(
                f"the index {self.path} was opened for reading only and cannot be repaired",
                path=self.path,
            )
        if self.readonly or not (repair or os.access(self.path, os.W_OK)):
            with self._copied() as writer, self.snapshot() as snapshot:
                return check_store(snapshot, writer)
        with self._writing() as writer:
            if not repair:
                return check_store(writer.stored, writer)
            findings = repair_store(writer, rederive)
            writer.tidy()
            return findings

    @contextmanager
    def _copied(self) -> Iterator[Mender]:
        connection = self._take()
        memory = sqlite3.connect(":memory:", isolation_level=None)
        try:
            with explained(self.path):
                connection.backup(memory)
            yield Mender(memory, self.path, self.manifest)
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


def _size(path: Path) -> int:
    with suppress(OSError):
        return path.stat().st_size
    return 0
