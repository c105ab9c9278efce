"""Read a store: everything a search shows, from one transaction, each row proved by its sum."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import StoreError
from index.store import full_text
from index.store.filters import ORDERS, Order, expand_runs, where
from index.store.rows import (
    ARTICLE_COLUMNS,
    AnnFile,
    Manifest,
    SourceFile,
    StoredPassage,
    StoreStats,
    decode_sentences,
    decode_vectors,
    folder_size,
    row_sum,
    slice_text,
    to_article,
    to_info,
)
from index.store.schema import damaged, explained
from index.types import Article, ArticleInfo, Failure, Filters, Passage

_log = logging.getLogger("kutip.store")
_PASSAGE_COLUMNS = "id, article, ord, start, stop, sentences, terms, content, vec_sum"
_BATCH = 4096


class Snapshot:
    """The store as it was at one moment, whatever a writer does meanwhile.

    Use it inside ``with store.snapshot() as snapshot`` and only in the thread that opened it.
    Damaged rows are never returned: they are left out and logged.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        folder: Path,
        manifest: Manifest,
        frequencies: dict[tuple[int, str], int],
    ) -> None:
        self._connection: sqlite3.Connection | None = connection
        self.folder = folder
        self.manifest = manifest
        self._frequencies = frequencies

    def close(self) -> None:
        """Give up the connection, which another snapshot may use from now on."""
        self._connection = None

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run one query of this package and return its rows."""
        if self._connection is None:
            raise ValueError("the snapshot was used after its end")
        with explained(self.folder):
            return self._connection.execute(sql, values).fetchall()

    @property
    def generation(self) -> int:
        """The number of commits that made this state."""
        rows = self.rows("SELECT value FROM meta WHERE key = 'generation'")
        if not rows or not str(rows[0][0]).isdecimal():
            raise damaged(self.folder)
        return int(rows[0][0])

    # Articles

    def article(self, article_id: str) -> Article | None:
        """Return the article, or None; StoreError where its row no longer fits its sum."""
        rows = self._article_rows("WHERE id = ?", (article_id,), text=True)
        if not rows:
            return None
        columns, total, text = rows[0]
        if row_sum(*columns) == total:
            article = to_article(columns, text)
            if article.digest == columns[9]:
                return article
        raise StoreError(
            f"the article {article_id} is damaged in the index {self.folder}: "
            "run `kutip check --repair`, then index its source again",
            path=self.folder,
        )

    def articles(
        self,
        filters: Filters | None = None,
        *,
        offset: int = 0,
        limit: int | None = None,
        order: Order = "added",
    ) -> list[ArticleInfo]:
        """Return the articles that pass, sorted; "published" puts the newest first."""
        if order not in ORDERS:
            raise ValueError(f"order must be one of {', '.join(ORDERS)}, not {order!r}")
        clause, values = where(filters)
        tail = f"{clause} ORDER BY {ORDERS[order]} LIMIT ? OFFSET ?"
        rows = self._article_rows(tail, (*values, -1 if limit is None else limit, offset))
        return [to_info(columns) for columns, total, _ in rows if self._proved(columns, total)]

    def digests(self, article_ids: Sequence[str]) -> dict[str, str]:
        """Return the digests of those articles that are here and wholly undamaged."""
        found = {}
        for article_id in article_ids:
            for columns, total, text in self._article_rows("WHERE id = ?", (article_id,), True):
                if not self._proved(columns, total):
                    continue
                numbers = np.arange(columns[10], columns[10] + columns[11])
                vectors = sum(len(ids) for ids, _ in self.vector_rows(numbers))
                whole = to_article(columns, text).digest == columns[9]
                if whole and len(self.passages(numbers)) == vectors == len(numbers):
                    found[article_id] = str(columns[9])
        return found

    def copies(self, digest: str) -> list[str]:
        """Return the ids of the articles with exactly this title and text, oldest first."""
        rows = self.rows("SELECT id FROM article WHERE digest = ? ORDER BY number", (digest,))
        return [str(row[0]) for row in rows]

    def languages(self) -> dict[str, int]:
        """Return the languages of the articles and how many each has, most first."""
        rows = self.rows(
            "SELECT language, count(*) AS n FROM article GROUP BY language "
            "ORDER BY n DESC, language"
        )
        return {str(language): int(count) for language, count in rows}

    # Passages

    def passages(self, ids: Iterable[int]) -> dict[int, StoredPassage]:
        """Return the passages of these ids, in their order, without absent and damaged ones."""
        articles: dict[int, tuple[tuple[Any, ...], bytes, str]] = {}
        found = {}
        for id_ in ids:
            sql = f"SELECT {_PASSAGE_COLUMNS}, sum FROM passage WHERE id = ?"
            for *columns, total in self.rows(sql, (int(id_),)):
                number = columns[1]
                if number not in articles:
                    rows = self._article_rows("WHERE number = ?", (number,), text=True)
                    if not rows or not self._proved(rows[0][0], rows[0][1]):
                        continue
                    articles[number] = rows[0]
                head, _, text = articles[number]
                if passage := self._passage(columns, total, head, text):
                    found[int(id_)] = passage
        return found

    def _passage(
        self, columns: Sequence[Any], total: bytes, head: tuple[Any, ...], text: str
    ) -> StoredPassage | None:
        id_, _, _, start, stop, sentences, _, content, _ = columns
        part = slice_text(text, start, stop)
        if not self._proved((*columns, part), total):
            return None
        info = to_info(head)
        passage = Passage(info.id, start, stop, decode_sentences(sentences, info.id), part)
        return StoredPassage(id_, passage, info, content)

    def passage_languages(self, ids: Sequence[int]) -> dict[int, str]:
        """Return the language of the article of each passage."""
        rows = self.rows(
            "SELECT passage.id, language FROM passage JOIN article ON article.number = article "
            "WHERE passage.id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(ids)),),
        )
        return {int(id_): str(language) for id_, language in rows}

    def passage_ids(self, filters: Filters | None = None) -> NDArray[np.int64]:
        """Return the ids of all passages whose article passes, ascending."""
        clause, values = where(filters)
        rows = self.rows(f"SELECT first, passages FROM article {clause}", values)
        last = self.rows("SELECT max(id) FROM passage")[0][0] or 0
        try:
            return expand_runs(rows, last)
        except (TypeError, ValueError, OverflowError):
            raise damaged(self.folder) from None

    def allowed_ids(self, filters: Filters | None) -> NDArray[np.int64] | None:
        """Return the ids a search may find, ascending; None: all; an empty array: none."""
        return self.passage_ids(filters) if filters else None

    def vectors(self, contents: Sequence[bytes]) -> dict[bytes, NDArray[np.float32]]:
        """Return the stored vectors of those contents that were embedded before."""
        found = {}
        for content in dict.fromkeys(contents):
            sql = "SELECT id, vec, vec_sum FROM passage WHERE content = ? ORDER BY id LIMIT 1"
            for ids, vectors in self._verified(self.rows(sql, (content,))):
                if len(ids):
                    found[content] = vectors[0].astype(np.float32)
        return found

    def vector_rows(
        self, ids: NDArray[np.int64] | None = None
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float16]]]:
        """Yield ids (m,) and stored vectors (m, d) in batches, ascending; None: all passages."""
        wanted = self.passage_ids() if ids is None else ids
        for start in range(0, len(wanted), _BATCH):
            part = wanted[start : start + _BATCH]
            sql = (
                "SELECT id, vec, vec_sum FROM passage "
                "WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id"
            )
            yield from self._verified(self.rows(sql, (json.dumps(part.tolist()),)))

    def _verified(
        self, rows: Sequence[tuple[int, bytes, bytes]]
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float16]]]:
        size = 2 * self.manifest.dimension
        good = [row for row in rows if row_sum(row[0], row[1]) == row[2] and len(row[1]) == size]
        if len(good) < len(rows):
            count = len(rows) - len(good)
            _log.warning(
                "%d damaged vectors of %s are left out: run `kutip check`", count, self.folder
            )
        ids = np.array([row[0] for row in good], dtype=np.int64)
        yield ids, decode_vectors([row[1] for row in good], self.manifest.dimension)

    def lexical(
        self, terms: Sequence[str], limit: int, allowed: NDArray[np.int64] | None = None
    ) -> list[tuple[int, float]]:
        """Return (passage id, BM25 score) of passages with any of the terms, best first.

        ``allowed``: ids that may be found, ascending (from ``allowed_ids``). Equal scores are
        ordered by id. See :mod:`index.store.full_text` for what happens to very frequent terms.
        """
        return full_text.search(self, terms, limit, allowed, self._frequencies)

    # Bookkeeping

    def file(self, path: str) -> SourceFile | None:
        """Return what is remembered of a file, or None."""
        sql = "SELECT path, size, mtime_ns, sha256, articles FROM file WHERE path = ?"
        for path_, size, mtime_ns, sha256, articles in self.rows(sql, (path,)):
            with suppress(TypeError, ValueError):  # damaged: as good as unknown
                return SourceFile(path_, size, mtime_ns, sha256, tuple(json.loads(articles)))
        return None

    def failures(self) -> list[Failure]:
        """Return the inputs that failed when they were last tried, by path."""
        return [
            Failure(*row) for row in self.rows("SELECT path, message FROM failure ORDER BY path")
        ]

    def ann_file(self) -> AnnFile | None:
        """Return the row of the newest FAISS file, or None."""
        rows = self.rows(
            "SELECT name, generation, count, last, dimension, kind, size, sha256 FROM ann_file "
            "ORDER BY generation DESC, name LIMIT 1"
        )
        row = AnnFile(*rows[0]) if rows else None
        return row if row and isinstance(row.name, str) and isinstance(row.last, int) else None

    def stats(self) -> StoreStats:
        """Return the figures of the store."""
        articles, passages = self.rows("SELECT count(*), total(passages) FROM article")[0]
        ann = self.ann_file()
        return StoreStats(
            path=str(self.folder),
            articles=articles,
            passages=int(passages),
            files=self.rows("SELECT count(*) FROM file")[0][0],
            failures=self.rows("SELECT count(*) FROM failure")[0][0],
            languages=self.languages(),
            bytes=folder_size(self.folder),
            generation=self.generation,
            manifest=self.manifest,
            vector_index=ann.kind if ann else "none",
            sqlite_version=sqlite3.sqlite_version,
        )

    def _article_rows(
        self, tail: str, values: Sequence[Any], text: bool = False
    ) -> list[tuple[tuple[Any, ...], bytes, str]]:
        rows = self.rows(
            f"SELECT {ARTICLE_COLUMNS}, sum, {'text' if text else 'NULL'} FROM article {tail}",
            values,
        )
        return [(row[:-2], row[-2], row[-1]) for row in rows]

    def _proved(self, columns: Sequence[Any], total: bytes) -> bool:
        if row_sum(*columns) == total:
            return True
        _log.warning("a damaged row of %s is left out: run `kutip check`", self.folder)
        return False
