"""Open the folder of a store, or make it."""

from __future__ import annotations

import logging
import os
import sqlite3
from pathlib import Path

from index.errors import StoreError
from index.store.folder import Store
from index.store.locking import LOCK
from index.store.newest import NEWEST, lost_commits
from index.store.reading import Snapshot
from index.store.rows import Manifest
from index.store.schema import (
    DATABASE,
    check_identity,
    connect_reader,
    create_database,
    explained,
    is_empty,
    read_manifest,
)

_log = logging.getLogger("kutip.store")
# The journal is that of a database whose creation was interrupted.
_OURS = {DATABASE, *(f"{DATABASE}-{what}" for what in ("wal", "shm", "journal"))}
_OURS |= {LOCK, NEWEST, "ann", "tmp"}


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
            lost = lost_commits(Snapshot(connection, folder, manifest, {}))
        finally:
            connection.close()
    if lost:
        _log.warning("%s", lost)
    return Store(folder, manifest, readonly=readonly)


def _is_missing(folder: Path) -> bool:
    """Say whether there is no store, or one whose creation was interrupted."""
    path = folder / DATABASE
    if path.exists() and not path.is_file():
        raise StoreError(f"{path} is not a regular file: name another folder", path=folder)
    if not path.exists() or not path.stat().st_size:
        if (folder / NEWEST).exists():  # something was committed here
            raise StoreError(
                f"the index {folder} has lost its database: put {DATABASE} back from a backup, "
                "or delete the folder and index the articles again",
                path=folder,
            )
        return True
    if (folder / f"{DATABASE}-journal").exists() and not (folder / NEWEST).exists():
        return True  # only a database that is being created keeps a journal; a writer rolls it back
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
