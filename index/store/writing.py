"""Write a store: one transaction per batch of articles, with all that belongs to them."""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple
from pathlib import Path
from typing import Any

from index.errors import StoreError
from index.store.encoding import encode, must_be_storable
from index.store.families import Families
from index.store.newest import read_newest, write_newest
from index.store.reading import Snapshot
from index.store.rows import AnnFile, IndexedArticle, Manifest, SourceFile
from index.store.schema import explained
from index.types import Failure

_log = logging.getLogger("kutip.store")
_PATHS = 256  # paths given up in one transaction
_SUMS = 1 << 128  # set_sum counts modulo this


class Writer:
    """The one that may write; from ``with store.writer() as writer``.

    When ``put`` or ``remove`` returns, its rows are on the disk. ``stored`` reads what is
    committed. The FAISS file and the full-text index are tidied when the writer ends.
    ``released`` counts the articles that left because no file holds them any more, ``copies``
    those stored that are near-duplicates of one that was here.
    """

    def __init__(self, connection: sqlite3.Connection, folder: Path, manifest: Manifest) -> None:
        self._connection = connection
        self._folder = folder
        self._manifest = manifest
        self._newest = read_newest(folder, manifest.store_id)
        self._process = os.getpid()
        self._rebuild = False
        self._broken = False
        self.erased = False
        self.released = 0
        self.copies = 0
        self._families = Families(connection)
        self.stored = Snapshot(connection, folder, manifest, {})

    def put(
        self,
        articles: Sequence[IndexedArticle] = (),
        *,
        files: Sequence[SourceFile] = (),
        failures: Sequence[Failure] = (),
        given: Sequence[str] = (),
        resolved: Sequence[str] = (),
    ) -> int:
        """Commit a batch and return the generation; an article replaces the one of its id.

        A file recorded here no longer counts as failed, and articles that it held before and
        that nothing else holds leave with the same commit. ``given`` are ids of articles here
        already that were given as values, too; ``resolved`` are paths that no longer fail.
        ArticleError, before anything is written, where an article cannot be stored; ValueError
        where vectors do not fit.
        """
        for article in articles:
            must_be_storable(article, self._manifest.dimension)
        if not (articles or files or failures or given or resolved):
            return self.stored.generation
        with self._transaction():
            self._delete([article.article.id for article in articles])
            sums = self._insert(
                list({article.article.id: article for article in articles}.values()),
                self._last("article") + 1,
                self._last("passage") + 1,
            )
            self._add_sums(sums)
            self._own([(each.article.id, each.origin) for each in articles])
            self._own([(article_id, "") for article_id in given])
            for file in files:
                self._replace_file(file)
            self._execute("DELETE FROM failure WHERE path = ?", [(path,) for path in resolved])
            self._execute(
                "INSERT OR REPLACE INTO failure VALUES(?, ?)",
                [(failure.path, failure.message) for failure in failures],
            )
        return self.stored.generation

    def remove(self, article_ids: Sequence[str], *, erase: bool = True) -> int:
        """Remove articles and what is remembered of their files; return how many there were.

        With ``erase`` nothing of them can be found in any file once the writer has ended, at
        the price of writing full text and vectors anew; without it, later runs do that.
        """
        article_ids = [id_ for id_ in dict.fromkeys(article_ids) if self._holds(id_)]
        if not article_ids:
            return 0
        with self._transaction():
            removed = self._delete(article_ids)
            for article_id in article_ids:
                paths = [(path,) for path in self.stored.origins(article_id)]
                self._execute("DELETE FROM file WHERE path = ?", paths)
                self._execute("DELETE FROM origin WHERE article = ?", [(article_id,)])
        self.erased = self.erased or erase
        return removed

    def release(self, paths: Sequence[str]) -> None:
        """Forget files that are gone, and remove the articles that nothing else holds."""
        for start in range(0, len(paths), _PATHS):
            part = paths[start : start + _PATHS]
            with self._transaction():
                for path in part:
                    self._disown(path, self.stored.articles_from(path))
                for table in ("file", "failure"):
                    self._execute(f"DELETE FROM {table} WHERE path = ?", [(one,) for one in part])

    def record_ann_file(self, row: AnnFile | None) -> None:
        """Commit the row of a FAISS file that is wholly on the disk; it replaces the old one."""
        with self._transaction(generation=False):
            self._execute("DELETE FROM ann_file", [()])
            if row:
                self._execute(f"INSERT INTO ann_file VALUES({', '.join('?' * 8)})", [astuple(row)])

    def tidy(self) -> None:
        """Merge what removal left behind, and move the log into the database."""
        if self.erased:  # merging drops the terms of removed passages from the full-text index
            with self._transaction(generation=False):
                self._execute("INSERT INTO fts(fts) VALUES('optimize')", [()])
        with explained(self._folder):
            if not self.erased:  # readers may keep the log; only an erasure waits for them
                self._connection.execute("PRAGMA busy_timeout=0")
            busy = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if busy and self.erased:
            _log.warning(
                "a reader holds on to the log of %s, so what was removed can still be found in "
                "its files: run `kutip index` once the reader has finished",
                self._folder,
            )

    # Inside a transaction

    @contextmanager
    def _transaction(self, generation: bool = True) -> Iterator[None]:
        if self._broken or os.getpid() != self._process:
            why = "its disk reported an error" if self._broken else "this process was forked"
            raise StoreError(
                f"the index {self._folder} cannot be written any more, because {why}: "
                "open it again",
                path=self._folder,
            )
        with explained(self._folder):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                if self._rebuild:
                    self._execute("INSERT INTO fts(fts) VALUES('rebuild')", [()])
                    self._rebuild = False
                number = max(self.stored.generation, self._newest) + generation
                self._connection.execute(
                    "UPDATE meta SET value = ? WHERE key = 'generation'", (str(number),)
                )
                self._connection.execute("COMMIT")
            except sqlite3.OperationalError as error:
                # What a failed fsync left on the disk is unknown: only opening again tells.
                self._broken = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_IOERR
                raise
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
        self._newest = number
        write_newest(self._folder, self._manifest.store_id, number)

    def _execute(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        self._connection.executemany(sql, rows)

    def _delete(self, article_ids: Sequence[str]) -> int:
        removed = 0
        for article_id in dict.fromkeys(article_ids):
            rows = self.stored.rows("SELECT number, sum FROM article WHERE id = ?", (article_id,))
            for number, total in rows:
                passages = self.stored.rows(
                    "SELECT id, terms, sum FROM passage WHERE article = ? ORDER BY id", (number,)
                )
                # FTS5 needs the terms as they were indexed; where a row is damaged they may not
                # be, and the index is built anew before the commit.
                whole = len(self.stored.passages([row[0] for row in passages])) == len(passages)
                self._rebuild = self._rebuild or not whole
                self._execute(
                    "INSERT INTO fts(fts, rowid, terms) VALUES('delete', ?, ?)",
                    [row[:2] for row in passages],
                )
                self._execute("DELETE FROM passage WHERE article = ?", [(number,)])
                self._execute("DELETE FROM article WHERE number = ?", [(number,)])
                self._families.remove([number])
                self._add_sums([total, *(row[2] for row in passages)], sign=-1)
                removed += 1
        return removed

    def _insert(self, articles: Sequence[IndexedArticle], number: int, first: int) -> list[bytes]:
        """Write the rows of articles and return their sums."""
        heads, passages = encode(articles, number, first)
        self._execute(f"INSERT INTO article VALUES({', '.join('?' * 14)})", heads)
        self._execute(f"INSERT INTO passage VALUES({', '.join('?' * 11)})", passages)
        self._execute(
            "INSERT INTO fts(rowid, terms) VALUES(?, ?)", [(row[0], row[6]) for row in passages]
        )
        self.copies += self._families.add((row[0], row[2], row[13]) for row in heads)
        return [*(row[12] for row in heads), *(row[10] for row in passages)]

    def _own(self, pairs: Sequence[tuple[str, str]]) -> None:
        self._execute("INSERT OR IGNORE INTO origin VALUES(?, ?)", pairs)

    def _replace_file(self, file: SourceFile) -> None:
        kept = set(file.articles)
        gone = [id_ for id_ in self.stored.articles_from(file.path) if id_ not in kept]
        self._disown(file.path, gone)
        self._own([(article_id, file.path) for article_id in file.articles])
        inside = (file.path, f"{file.path}/", f"{file.path}0")  # of an archive; "0" follows "/"
        self._execute("DELETE FROM failure WHERE path = ? OR path > ? AND path < ?", [inside])
        row = (file.path, file.size, file.mtime_ns, file.sha256, file.sum)
        self._execute("INSERT OR REPLACE INTO file VALUES(?, ?, ?, ?, ?)", [row])

    def _disown(self, path: str, article_ids: Sequence[str]) -> None:
        """Part articles from a file; those that came from nowhere else are removed."""
        for article_id in article_ids:
            self._execute("DELETE FROM origin WHERE article = ? AND path = ?", [(article_id, path)])
            if others := self.stored.origins(article_id):
                # Their version may be another one: they are read again.
                self._execute("DELETE FROM file WHERE path = ?", [(other,) for other in others])
            else:
                self.released += self._delete([article_id])

    def _holds(self, article_id: str) -> bool:
        return bool(self.stored.rows("SELECT 1 FROM article WHERE id = ?", (article_id,)))

    def _last(self, table: str) -> int:
        """Return the highest number ever given in a table, whatever became of its row."""
        rows = self.stored.rows("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,))
        key = {"article": "number", "passage": "id"}[table]
        rows += self.stored.rows(f"SELECT max({key}) FROM {table}")
        if table == "passage":  # an id that the FAISS file knows is taken, too
            rows += self.stored.rows("SELECT max(last) FROM ann_file")
        return max((int(row[0] or 0) for row in rows), default=0)

    def _add_sums(self, sums: Sequence[bytes], sign: int = 1) -> None:
        value = self.stored.rows("SELECT value FROM meta WHERE key = 'set_sum'")[0][0]
        total = (int(value, 16) + sign * sum(int.from_bytes(s) for s in sums)) % _SUMS
        self._execute("UPDATE meta SET value = ? WHERE key = 'set_sum'", [(f"{total:x}",)])
