"""The tables of the SQLite file, and how those of an older format become them."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from functools import cache

from index.store.families import FAMILY_TABLES, Families
from index.store.rows import FORMAT, manifest_sum, row_sum

# Columns that are read without the text stand before it, so that its overflow pages stay unread.
# article_filter covers the filters, the language counts and the ids of all passages.
# origin says where an article came from: the path of a file, or "" where it was given as a value.
_FILES = """
CREATE TABLE file(
  path TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
  sha256 TEXT NOT NULL, sum BLOB NOT NULL CHECK(length(sum) = 16)) STRICT, WITHOUT ROWID;
CREATE TABLE origin(
  article TEXT NOT NULL, path TEXT NOT NULL, PRIMARY KEY(article, path)) STRICT, WITHOUT ROWID;
CREATE INDEX origin_path ON origin(path);
"""
TABLES = f"""
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE article(
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE, title TEXT NOT NULL, source TEXT NOT NULL, language TEXT NOT NULL,
  published TEXT, url TEXT, authors TEXT NOT NULL, metadata TEXT NOT NULL, digest TEXT NOT NULL,
  first INTEGER NOT NULL, passages INTEGER NOT NULL CHECK(passages >= 0),
  sum BLOB NOT NULL CHECK(length(sum) = 16), text TEXT NOT NULL) STRICT;
CREATE INDEX article_filter ON article(published, language, source, first, passages);
CREATE INDEX article_digest ON article(digest);
CREATE TABLE passage(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  article INTEGER NOT NULL REFERENCES article(number),
  ord INTEGER NOT NULL, start INTEGER NOT NULL CHECK(start >= 0),
  stop INTEGER NOT NULL CHECK(stop > start), sentences BLOB NOT NULL, terms TEXT NOT NULL,
  content BLOB NOT NULL, vec BLOB NOT NULL, vec_sum BLOB NOT NULL CHECK(length(vec_sum) = 16),
  sum BLOB NOT NULL CHECK(length(sum) = 16), UNIQUE(article, ord)) STRICT;
CREATE INDEX passage_content ON passage(content);
{_FILES}
{FAMILY_TABLES}
CREATE TABLE failure(path TEXT PRIMARY KEY, message TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE ann_file(
  name TEXT PRIMARY KEY, generation INTEGER NOT NULL, count INTEGER NOT NULL,
  last INTEGER NOT NULL, dimension INTEGER NOT NULL, kind TEXT NOT NULL, size INTEGER NOT NULL,
  sha256 BLOB NOT NULL CHECK(length(sha256) = 32)) STRICT, WITHOUT ROWID;
CREATE VIRTUAL TABLE fts USING fts5(
  terms, content='passage', content_rowid='id', tokenize="ascii tokenchars '_.'");
CREATE VIRTUAL TABLE fts_terms USING fts5vocab(fts, 'row');
CREATE TRIGGER article_rows_stay BEFORE UPDATE ON article
  BEGIN SELECT RAISE(ABORT, 'article rows are immutable'); END;
CREATE TRIGGER passage_rows_stay BEFORE UPDATE ON passage
  BEGIN SELECT RAISE(ABORT, 'passage rows are immutable'); END;
"""
_NAME = re.compile(r"CREATE (?:VIRTUAL )?\w+ (\w+)")


def create_tables(connection: sqlite3.Connection, meta: Mapping[str, str]) -> None:
    """Create all tables, inside a transaction of the caller, with these rows of ``meta``."""
    for statement in _statements(TABLES):
        connection.execute(statement)
    connection.executemany("INSERT INTO meta VALUES(?, ?)", sorted(meta.items()))


def tables_fit(connection: sqlite3.Connection) -> bool:
    """Say whether tables, indexes and triggers are ours: all, unchanged, and no others.

    A file from elsewhere must not bring triggers or views that run when it is read or written.
    """
    found = {}
    for name, sql in connection.execute("SELECT name, sql FROM sqlite_schema"):
        ours = str(name).startswith(("sqlite_", "fts_")) and name != "fts_terms"
        if not ours:  # SQLite's own tables, and those that FTS5 keeps
            found[str(name)] = str(sql)
    return found == _expected()


@cache
def _expected() -> Mapping[str, str]:
    statements = (statement.strip().rstrip(";") for statement in _statements(TABLES))
    return {match[1]: one for one in statements if (match := _NAME.match(one))}


def _statements(script: str) -> Iterator[str]:
    """Yield the statements of a script; executescript would commit between them."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement.strip()
            statement = ""


def migrate(connection: sqlite3.Connection, version: int) -> None:
    """Bring tables of an older format up to date, inside a transaction of the caller."""
    for older in range(version, FORMAT):
        _MIGRATIONS[older](connection)
    connection.execute("UPDATE meta SET value = ? WHERE key = 'format'", (str(FORMAT),))
    meta = dict(connection.execute("SELECT key, value FROM meta"))
    connection.execute("INSERT OR REPLACE INTO meta VALUES('sum', ?)", (manifest_sum(meta),))
    connection.execute(f"PRAGMA user_version={FORMAT}")


def _origins_apart(connection: sqlite3.Connection) -> None:
    """Format 1 kept the ids of a file's articles as JSON in its row, without a sum."""
    rows = connection.execute("SELECT path, size, mtime_ns, sha256, articles FROM file").fetchall()
    connection.execute("DROP TABLE file")
    for statement in _statements(_FILES):
        connection.execute(statement)
    for path, size, mtime_ns, sha256, listed in rows:
        ids = sorted(set(json.loads(listed)))
        total = row_sum(path, size, mtime_ns, sha256, *ids)
        connection.execute(
            "INSERT INTO file VALUES(?, ?, ?, ?, ?)", (path, size, mtime_ns, sha256, total)
        )
        connection.executemany("INSERT INTO origin VALUES(?, ?)", [(id_, path) for id_ in ids])
    connection.execute(
        "INSERT INTO origin SELECT id, '' FROM article WHERE id NOT IN (SELECT article FROM origin)"
    )


def _sign_articles(connection: sqlite3.Connection) -> None:
    """Format 2 knew no near-duplicates."""
    for statement in _statements(FAMILY_TABLES):
        connection.execute(statement)
    Families(connection).rebuild()


_MIGRATIONS: Mapping[int, Callable[[sqlite3.Connection], None]] = {
    1: _origins_apart,
    2: _sign_articles,
}
