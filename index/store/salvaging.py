"""Copy what can still be read of a damaged database into a new one, and put that in its place.

The new content goes in by SQLite's backup as one commit, so that a crash leaves either the old
content or the new, and readers follow as after any commit.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from index.store.families import Families
from index.store.locking import writer_lock
from index.store.mending import Mender
from index.store.rows import FORMAT, manifest_sum
from index.store.schema import connect_rescuer, explained, fill_empty, read_manifest

_log = logging.getLogger("kutip.store")
# Rows in a row that cannot be read before the rest is given up: a lost inner page of 4 KB, which
# names 400 others, hides 8,000 short articles, or 1,600 passages.
_FAILURES = 20_000
_GAP = 1 << 20  # numbers left free where the last one given is not known
_UNREADABLE = (sqlite3.Error, UnicodeDecodeError, MemoryError, OverflowError)
_COLUMNS = {"article": 14, "passage": 11, "file": 5, "origin": 2}
Row = tuple[Any, ...]


def rescue(folder: Path) -> None:
    """Make a database that cannot be opened one that can, from the rows that can be read.

    StoreError where another process writes, or where not even what it says of itself is readable.
    """
    with writer_lock(folder):
        with explained(folder):
            connection = connect_rescuer(folder)
        try:
            with explained(folder):
                manifest = read_manifest(connection, folder)
            salvage(Mender(connection, folder, manifest))
        finally:
            connection.close()
    _log.warning(
        "the database of the index %s could not be read as a whole and was made anew from the "
        "rows that could be read",
        folder,
    )


def salvage(writer: Mender) -> None:
    """Replace the database by a sound one of the rows that can be read; StoreError if it fails.

    Nothing is judged here: rows keep their sums, and what is missing shows in the sum of all.
    """
    old = writer.connection
    meta = {str(key): str(value) for key, value in _scan(old, "SELECT key, value FROM meta")}
    if meta.get("format") != str(FORMAT):  # the new tables are of this format, whatever the old
        meta["format"] = str(FORMAT)
        meta["sum"] = manifest_sum(meta)
    path = writer.stored.folder / "tmp" / "salvaged.db"
    path.unlink(missing_ok=True)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    new = sqlite3.connect(path, isolation_level=None)
    try:
        with explained(writer.stored.folder):
            new.execute("PRAGMA journal_mode=OFF")
            new.execute("PRAGMA synchronous=OFF")
            new.execute("BEGIN")
            fill_empty(new, meta)
            _copy(old, new)
            new.execute("INSERT INTO fts(fts) VALUES('rebuild')")
            Families(new).rebuild()
            new.execute("COMMIT")
        writer.replace_by(new)
    finally:
        new.close()
        path.unlink(missing_ok=True)


def _copy(old: sqlite3.Connection, new: sqlite3.Connection) -> None:
    last = {}
    for table, key in (("article", "number"), ("passage", "id")):
        last[table] = _last(old, table, key)
        sql = f"SELECT * FROM {table} NOT INDEXED WHERE rowid BETWEEN ? AND ? ORDER BY rowid"
        _insert(new, table, _between(old, sql, last[table]))
    for table, key in (("file", "path"), ("origin", "article, path")):
        for order in ("", " DESC"):  # from both ends, up to what cannot be read
            by = ", ".join(f"{one}{order}" for one in key.split(", "))
            _insert(new, table, _scan(old, f"SELECT * FROM {table} ORDER BY {by}"))
    new.execute("DELETE FROM passage WHERE article NOT IN (SELECT number FROM article)")
    for table, number in last.items():  # no number is ever given twice
        new.execute("DELETE FROM sqlite_sequence WHERE name = ?", (table,))
        new.execute("INSERT INTO sqlite_sequence VALUES(?, ?)", (table, number))


def _insert(new: sqlite3.Connection, table: str, rows: Iterator[Row]) -> None:
    sql = f"INSERT OR IGNORE INTO {table} VALUES({', '.join('?' * _COLUMNS[table])})"
    for row in rows:
        with suppress(*_UNREADABLE):  # damaged values that the table does not take
            new.execute(sql, row)


def _last(old: sqlite3.Connection, table: str, key: str) -> int:
    """Return the last number given in a table, or one that is certainly higher."""
    known = [
        number
        for sql in (
            f"SELECT seq FROM sqlite_sequence WHERE name = '{table}'",
            f"SELECT max({key}) FROM {table}",
            "SELECT max(last) FROM ann_file" if table == "passage" else "SELECT 0",
        )
        for (number,) in _scan(old, sql)
        if isinstance(number, int)
    ]
    return max(known) + (_GAP if len(known) < 3 else 0) if known else _GAP


def _between(old: sqlite3.Connection, sql: str, last: int) -> Iterator[Row]:
    """Yield the rows numbered 1 to ``last``, halving each range that cannot be read."""
    waiting, failures = [(1, last)], 0
    while waiting and failures < _FAILURES:
        low, high = waiting.pop()
        try:
            rows = old.execute(sql, (low, high)).fetchall() if high - low < _GAP else None
        except _UNREADABLE:
            rows = None
        if rows is not None:
            failures = 0
            yield from rows
        elif low < high:
            middle = (low + high) // 2
            waiting += [(middle + 1, high), (low, middle)]
        else:
            failures += 1


def _scan(old: sqlite3.Connection, sql: str) -> Iterator[Row]:
    """Yield rows up to the first that cannot be read."""
    with suppress(*_UNREADABLE):
        yield from old.execute(sql)
