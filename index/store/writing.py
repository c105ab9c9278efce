"""Write a store: one transaction per batch of articles, with all that belongs to them."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple
from pathlib import Path
from typing import Any

import numpy as np

from index.errors import ArticleError, StoreError
from index.store.reading import Snapshot
from index.store.rows import (
    AnnFile,
    IndexedArticle,
    Manifest,
    SourceFile,
    article_columns,
    encode_sentences,
    encode_vectors,
    row_sum,
)
from index.store.schema import explained
from index.types import Failure

_ID_LIMIT = 4096
_SUMS = 1 << 128  # set_sum counts modulo this


class Writer:
    """The one that may write; from ``with store.writer() as writer``.

    When ``put`` or ``remove`` returns, its rows are on the disk. ``stored`` reads what is
    committed. The FAISS file and the full-text index are tidied when the writer ends.
    """

    def __init__(self, connection: sqlite3.Connection, folder: Path, manifest: Manifest) -> None:
        self._connection = connection
        self._folder = folder
        self._dimension = manifest.dimension
        self._process = os.getpid()
        self._rebuild = False
        self._broken = False
        self.erased = False
        self.stored = Snapshot(connection, folder, manifest, {})

    def put(
        self,
        articles: Sequence[IndexedArticle] = (),
        *,
        files: Sequence[SourceFile] = (),
        failures: Sequence[Failure] = (),
    ) -> int:
        """Commit a batch and return the generation; an article replaces the one of its id.

        A file recorded here no longer counts as failed. ArticleError, before anything is
        written, where an article cannot be stored; ValueError where vectors do not fit.
        """
        for article in articles:
            _check(article, self._dimension)
        if not (articles or files or failures):
            return self.stored.generation
        with self._transaction():
            self._delete([article.article.id for article in articles])
            self._insert(list({article.article.id: article for article in articles}.values()))
            self._execute("DELETE FROM failure WHERE path = ?", [(file.path,) for file in files])
            self._execute(
                "INSERT OR REPLACE INTO file VALUES(?, ?, ?, ?, ?)",
                [(f.path, f.size, f.mtime_ns, f.sha256, json.dumps(f.articles)) for f in files],
            )
            self._execute(
                "INSERT OR REPLACE INTO failure VALUES(?, ?)",
                [(failure.path, failure.message) for failure in failures],
            )
        return self.stored.generation

    def remove(self, article_ids: Sequence[str]) -> int:
        """Erase articles and what is remembered of their files; return how many there were.

        Their bytes are overwritten in the database; the search structures follow when the
        writer ends.
        """
        article_ids = [id_ for id_ in dict.fromkeys(article_ids) if self._holds(id_)]
        if not article_ids:
            return 0
        with self._transaction():
            removed = self._delete(article_ids)
            rows = self.stored.rows(
                "SELECT DISTINCT file.path FROM file, json_each(file.articles) "
                "WHERE json_each.value IN (SELECT value FROM json_each(?))",
                (json.dumps(article_ids),),
            )
            self._execute("DELETE FROM file WHERE path = ?", rows)
        self.erased = True
        return removed

    def forget_files(self, paths: Sequence[str]) -> None:
        """Forget files and failures of these paths, so that the next run reads them again."""
        with self._transaction():
            for table in ("file", "failure"):
                self._execute(f"DELETE FROM {table} WHERE path = ?", [(path,) for path in paths])

    def record_ann_file(self, row: AnnFile | None) -> None:
        """Commit the row of a FAISS file that is wholly on the disk; it replaces the old one."""
        with self._transaction(generation=False):
            self._execute("DELETE FROM ann_file", [()])
            if row:
                self._execute(f"INSERT INTO ann_file VALUES({', '.join('?' * 8)})", [astuple(row)])

    def rebuild_full_text(self) -> None:
        """Build the full-text index anew from the stored terms."""
        with self._transaction(generation=False):
            self._execute("INSERT INTO fts(fts) VALUES('rebuild')", [()])

    def full_text_agrees(self) -> bool:
        """Compare the full-text index with the stored terms, entry by entry."""
        try:
            # Rank 1 compares with the content table; without it FTS5 only looks at itself.
            self._connection.execute("INSERT INTO fts(fts, rank) VALUES('integrity-check', 1)")
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_CORRUPT:
                return False
            raise StoreError(
                f"the full text of {self._folder} cannot be checked ({error}): try again",
                path=self._folder,
            ) from error
        return True

    def reset_set_sum(self, total: int) -> None:
        """Take ``total`` as the sum of all rows, after what is missing was reported."""
        with self._transaction(generation=False):
            self._execute("UPDATE meta SET value = ? WHERE key = 'set_sum'", [(f"{total:x}",)])

    def tidy(self) -> None:
        """Merge what removal left behind, and move the log into the database."""
        if self.erased:  # merging drops the terms of removed passages from the full-text index
            with self._transaction(generation=False):
                self._execute("INSERT INTO fts(fts) VALUES('optimize')", [()])
        with explained(self._folder):
            if not self.erased:  # readers may keep the log; only an erasure waits for them
                self._connection.execute("PRAGMA busy_timeout=0")
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

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
                if generation:
                    self._connection.execute(
                        "UPDATE meta SET value = value + 1 WHERE key = 'generation'"
                    )
                self._connection.execute("COMMIT")
            except sqlite3.OperationalError as error:
                # What a failed fsync left on the disk is unknown: only opening again tells.
                self._broken = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_IOERR
                raise
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")

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
                self._add_sums([total, *(row[2] for row in passages)], sign=-1)
                removed += 1
        return removed

    def _insert(self, articles: Sequence[IndexedArticle]) -> None:
        number = self._last("article")
        first = self._last("passage") + 1
        heads, passages, sums = [], [], []
        for article in articles:
            number += 1
            count = len(article.passages)
            columns = article_columns(article.article, number, first, count)
            sums.append(row_sum(*columns))
            heads.append((*columns, sums[-1], article.article.text))
            passages += list(_passage_rows(article, number, first))
            first += count
        self._execute(f"INSERT INTO article VALUES({', '.join('?' * 14)})", heads)
        self._execute(f"INSERT INTO passage VALUES({', '.join('?' * 11)})", passages)
        self._execute(
            "INSERT INTO fts(rowid, terms) VALUES(?, ?)", [(row[0], row[6]) for row in passages]
        )
        self._add_sums([*sums, *(row[10] for row in passages)])

    def _holds(self, article_id: str) -> bool:
        return bool(self.stored.rows("SELECT 1 FROM article WHERE id = ?", (article_id,)))

    def _last(self, table: str) -> int:
        rows = self.stored.rows("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,))
        return int(rows[0][0]) if rows else 0

    def _add_sums(self, sums: Sequence[bytes], sign: int = 1) -> None:
        value = self.stored.rows("SELECT value FROM meta WHERE key = 'set_sum'")[0][0]
        total = (int(value, 16) + sign * sum(int.from_bytes(s) for s in sums)) % _SUMS
        self._execute("UPDATE meta SET value = ? WHERE key = 'set_sum'", [(f"{total:x}",)])


def _passage_rows(article: IndexedArticle, number: int, first: int) -> Iterator[tuple[Any, ...]]:
    if not article.passages:
        return
    vectors = encode_vectors(np.stack([passage.vector for passage in article.passages]))
    for place, (passage, vector) in enumerate(zip(article.passages, vectors, strict=True)):
        span = passage.passage
        blob = vector.tobytes()
        vec_sum = row_sum(first + place, blob)
        columns = (
            first + place,
            number,
            place,
            span.start,
            span.end,
            encode_sentences(span.sentences),
            " ".join(passage.terms),
            passage.content,
        )
        text = article.article.text[span.start : span.end]
        yield (*columns, blob, vec_sum, row_sum(*columns, vec_sum, text))


def _check(indexed: IndexedArticle, dimension: int) -> None:
    """Refuse what the database could not give back exactly."""
    article = indexed.article
    if not 0 < len(article.id) <= _ID_LIMIT or "\0" in article.id:
        raise ArticleError(
            f"the article from {article.source or 'a list'} has no usable id "
            f"(1 to {_ID_LIMIT} characters, no NUL): give it another id",
            path=article.source,
        )
    try:
        for value in (article.id, article.title, article.source, article.language, article.url):
            (value or "").encode()
        article.text.encode()
    except UnicodeEncodeError as error:
        raise ArticleError(
            f"the article {article.id!a} holds half a character ({error.reason}): "
            "save it again as UTF-8",
            path=article.source or article.id,
        ) from error
    for passage in indexed.passages:
        span = passage.passage
        if article.text[span.start : span.end] != span.text or span.article_id != article.id:
            raise ValueError(f"not a passage of the article {article.id!r}: {span}")
        if passage.vector.shape != (dimension,):
            raise ValueError(f"the index holds {dimension}-d vectors, not {passage.vector.shape}")
