"""The SQLite file: its connections, what it says of itself, and what its errors mean.

One module imports sqlite3 for connecting, so that there is one SQLite library in the process.
Only the holder of the writer's lock has a read-write connection (creation aside), and it commits
and checkpoints one after the other; that keeps clear of SQLite's WAL-reset bug (3.7.0-3.51.2).
"""

from __future__ import annotations

import os
import sqlite3
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from index.errors import StoreDamagedError, StoreError
from index.store.rows import FORMAT, Manifest, manifest_sum
from index.store.tables import create_tables, migrate, tables_fit

APPLICATION_ID = 0x4B555450  # "KUTP"
SYNCHRONOUS = "FULL"  # NORMAL may lose the last commits when the power goes
DATABASE = "store.db"

_DAMAGED = (
    "the index {path} is damaged: run `kutip check --repair`, "
    "or index the articles again into a new folder"
)
_FULL = "the disk of the index {path} is full: free some space and run it again"
_EXPLANATIONS: Mapping[int, str] = {
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_IOERR_SHMSIZE: _FULL,  # no room for what readers share
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_ERROR: _DAMAGED,  # our statements are fixed: it is the tables that do not fit
    sqlite3.SQLITE_NOTADB: "{path} holds no Kutip index but another file of that name: "
    "name another folder",
    sqlite3.SQLITE_BUSY: "the index {path} is busy: try again in a moment",
    sqlite3.SQLITE_READONLY: "the index {path} cannot be written: make its folder writable",
    sqlite3.SQLITE_CANTOPEN: "the index {path} cannot be opened: "
    "make its folder readable and writable",
    sqlite3.SQLITE_PROTOCOL: "the index {path} is busy: try again in a moment",
    sqlite3.SQLITE_IOERR: "the disk of the index {path} reports an error: check the disk",
}
_SAVED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_NOTADB)


@contextmanager
def explained(folder: Path) -> Iterator[None]:
    """Turn an error of SQLite into a :class:`StoreError`, by its code, never by its text."""
    try:
        yield
    except (sqlite3.Error, UnicodeDecodeError) as error:
        # Where even the message is undecodable, it quotes a damaged schema.
        is_text = isinstance(error, UnicodeDecodeError)
        code = sqlite3.SQLITE_CORRUPT if is_text else getattr(error, "sqlite_errorcode", 0)
        text = _EXPLANATIONS.get(code) or _EXPLANATIONS.get(code & 0xFF)
        if text is None:  # a mistake of ours, not of the disk or the user
            raise
        kind = StoreDamagedError if code & 0xFF in _SAVED else StoreError
        raise kind(text.format(path=folder), path=folder) from error


def damaged(folder: Path) -> StoreError:
    """Return the error for rows that cannot be what was written."""
    return StoreDamagedError(_DAMAGED.format(path=folder), path=folder)


def connect_reader(folder: Path) -> sqlite3.Connection:
    """Open a read-only connection that sees committed rows and can change nothing."""
    try:
        return _connect(folder, "mode=ro")
    except sqlite3.OperationalError:
        # A folder nobody here can write (a read-only disk) cannot hold the -shm file that WAL
        # readers share. Without a log the database is complete, and can be read as it is.
        log = folder / f"{DATABASE}-wal"
        if os.access(folder, os.W_OK) or (log.exists() and log.stat().st_size):
            raise
        return _connect(folder, "mode=ro&immutable=1")


def connect_writer(folder: Path) -> sqlite3.Connection:
    """Open the read-write connection; the caller holds the writer's lock."""
    connection = _connect(folder, "mode=rw")
    for pragma in (
        f"synchronous={SYNCHRONOUS}",
        "foreign_keys=ON",
        "secure_delete=ON",
        "journal_size_limit=67108864",
        "cache_size=-32768",
    ):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def connect_rescuer(folder: Path) -> sqlite3.Connection:
    """Open a read-write connection to a database that others refuse; the caller holds the lock.

    Pages that were cut off are empty then, and unreadable tables are passed over.
    """
    return _connect(folder, "mode=rw", rescue=True)


def _connect(folder: Path, options: str, *, rescue: bool = False) -> sqlite3.Connection:
    uri = f"file:{quote(str((folder / DATABASE).absolute()))}?{options}"
    # The pool hands a connection to one thread at a time, which SQLite allows.
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    # A flipped bit can make text undecodable; read so, it no longer fits its sum and is left out.
    connection.text_factory = lambda data: data.decode("utf-8", "replace")
    try:
        for pragma in ("trusted_schema=OFF", "cell_size_check=ON", "mmap_size=0"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("PRAGMA busy_timeout=5000")
        if rescue:
            connection.execute("PRAGMA writable_schema=ON")
        if "mode=ro" in options:
            connection.execute("PRAGMA query_only=ON")
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except (sqlite3.Error, UnicodeDecodeError):
        connection.close()
        raise
    return connection


def create_database(folder: Path, manifest: Manifest) -> None:
    """Create the tables in one transaction; a crash before its commit leaves an empty file."""
    path = folder / DATABASE
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))  # -wal and -shm take its mode
    connection = _connect(folder, "mode=rw")
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(f"PRAGMA synchronous={SYNCHRONOUS}")
        connection.execute("BEGIN IMMEDIATE")
        if not is_empty(connection):  # another process was faster
            connection.execute("ROLLBACK")
            return
        values = {**manifest.to_meta(), "store_id": uuid.uuid4().hex}
        changing = {"sum": manifest_sum(values), "set_sum": "0", "generation": "0"}
        fill_empty(connection, {**values, **changing})
        connection.execute("COMMIT")
    finally:
        connection.close()


def fill_empty(connection: sqlite3.Connection, meta: Mapping[str, str]) -> None:
    """Make an empty database one of ours, inside a transaction of the caller."""
    connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version={FORMAT}")
    create_tables(connection, meta)


def is_empty(connection: sqlite3.Connection) -> bool:
    """Say whether the file holds nothing at all, as after a crash while it was created."""
    tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    return tables == 0 and _pragma(connection, "application_id") == 0


def check_identity(connection: sqlite3.Connection, folder: Path) -> None:
    """Refuse in words a file that is not ours, was changed, or was written by a newer Kutip."""
    if _pragma(connection, "application_id") != APPLICATION_ID:
        raise StoreError(
            f"{folder} holds a database that is not a Kutip index: name another folder",
            path=folder,
        )
    version = _pragma(connection, "user_version")
    if version > FORMAT:
        raise StoreError(
            f"the index {folder} was written by a newer Kutip (format {version}, this one reads "
            f"{FORMAT}): upgrade Kutip, or index the articles into another folder",
            path=folder,
        )
    if version == FORMAT and not tables_fit(connection):
        raise _changed(folder)


def read_manifest(connection: sqlite3.Connection, folder: Path) -> Manifest:
    """Return what the store says of itself; StoreError where that cannot be what was written."""
    try:
        values = dict(connection.execute("SELECT key, value FROM meta"))
        manifest = Manifest.from_meta(values)
    except (KeyError, TypeError, ValueError) as error:
        raise _changed(folder) from error
    if manifest.format == FORMAT and manifest_sum(values) != values.get("sum"):
        raise _changed(folder)
    return manifest


def bring_up_to_date(connection: sqlite3.Connection, folder: Path) -> None:
    """Change the tables of an older format to those of this one, in one transaction."""
    version = _pragma(connection, "user_version")
    if version < FORMAT:
        connection.execute("PRAGMA foreign_keys=OFF")  # cannot be changed inside a transaction
        connection.execute("BEGIN IMMEDIATE")
        try:
            migrate(connection, version)
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            connection.execute("PRAGMA foreign_keys=ON")
    check_identity(connection, folder)


def _changed(folder: Path) -> StoreError:
    return StoreDamagedError(
        f"what the index {folder} says of itself is damaged, or was not written by Kutip: "
        "index the articles again into a new folder",
        path=folder,
    )


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])
