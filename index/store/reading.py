"""Read a store: everything a search shows, from one transaction, each row proved by its sum."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Iterable, Iterator, Sequence, Set
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import StoreError
from index.store import full_text
from index.store.filters import ORDERS, Order, expand_runs, where
from index.store.proving import (
    PASSAGE_COLUMNS,
    article_problem,
    passage_rows,
    passages_problem,
)
from index.store.records import Records
from index.store.rows import (
    ARTICLE_COLUMNS,
    Manifest,
    StoredPassage,
    decode_sentences,
    decode_vectors,
    row_sum,
    slice_text,
    to_article,
    to_info,
)
from index.store.schema import damaged
from index.types import Article, ArticleInfo, Filters, Passage

_log = logging.getLogger("kutip.store")
_BATCH = 4096


class Snapshot(Records):
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
        super().__init__(connection, folder, manifest)
        self._frequencies = frequencies

    # Articles

    def article(self, article_id: str) -> Article | None:
        """Return the article, or None; StoreError where its row no longer fits its sum."""
        rows = self._article_rows("WHERE id = ?", (article_id,), text=True)
        if not rows:
            return None
        if not article_problem(*rows[0]):
            return to_article(rows[0][0], rows[0][2])
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

    def titled(self, titles: Iterable[str]) -> list[str]:
        """Return the ids of the articles with one of these titles, in the order they were added.

        Capitals count alike (ASCII), and what stands in brackets at the end of a title, not at all.
        """
        listed = "(SELECT value FROM json_each(?))"
        rows = self.rows(
            f"SELECT id FROM article WHERE title COLLATE NOCASE IN {listed} OR title LIKE '% (%)' "
            f"AND substr(title, 1, instr(title, ' (') - 1) COLLATE NOCASE IN {listed} "
            "ORDER BY number",
            (json.dumps(list(titles)),) * 2,
        )
        return [str(id_) for (id_,) in rows]

    def article_ids(self) -> list[str]:
        """Return the ids of all articles, in the order they were added."""
        return [str(id_) for (id_,) in self.rows("SELECT id FROM article ORDER BY number")]

    def intact(self, article_id: str) -> Article | None:
        """Return an article that is here, and undamaged with all its passages and vectors."""
        for columns, total, text in self._article_rows("WHERE id = ?", (article_id,), text=True):
            rows = passage_rows(self, columns[0])
            if not article_problem(columns, total, text) and not passages_problem(
                columns, text, rows
            ):
                return to_article(columns, text)
        return None

    # Passages

    def passages(self, ids: Iterable[int]) -> dict[int, StoredPassage]:
        """Return the passages of these ids, in their order, without absent and damaged ones."""
        articles: dict[int, tuple[tuple[Any, ...], bytes, str]] = {}
        found = {}
        for id_ in ids:
            sql = f"SELECT {PASSAGE_COLUMNS}, sum FROM passage WHERE id = ?"
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
        """Return the language of the article of each passage.

        Ordered by the ids of the articles and the places of the passages in them.
        """
        rows = self.rows(
            "SELECT passage.id, language FROM passage JOIN article ON article.number = article "
            "WHERE passage.id IN (SELECT value FROM json_each(?)) ORDER BY article.id, ord",
            (json.dumps(list(ids)),),
        )
        return {int(id_): str(language) for id_, language in rows}

    def shared_terms(self, ids: Sequence[int], terms: Set[str]) -> dict[int, list[str]]:
        """Return which of the terms each passage has, in their order of the alphabet."""
        rows = self.rows(
            "SELECT id, terms FROM passage WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(ids)),),
        )
        return {int(id_): sorted(terms & set(text.split(" "))) for id_, text in rows}

    def passage_articles(self, ids: Sequence[int]) -> list[str]:
        """Return the ids of the articles that passages are of, each once."""
        rows = self.rows(
            "SELECT DISTINCT article.id FROM passage JOIN article ON article.number = article "
            "WHERE passage.id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(ids)),),
        )
        return [str(id_) for (id_,) in rows]

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
        self,
        terms: Sequence[str],
        limit: int,
        allowed: NDArray[np.int64] | None = None,
        *,
        rescored: bool = False,
    ) -> list[tuple[int, float]]:
        """Return (passage id, BM25 score) of passages with any of the terms, best first.

        ``rescored``: all terms will score what is found, so rare ones are enough to find it.

        ``allowed``: ids that may be found, ascending (from ``allowed_ids``). Equal scores are
        ordered by id. See :mod:`index.store.full_text` for what happens to very frequent terms.
        """
        return full_text.search(self, terms, limit, allowed, self._frequencies, rescored=rescored)

    def count_passages(self, terms: Sequence[str]) -> list[int]:
        """Return in how many passages each term is."""
        return full_text.count_passages(self, terms, self._frequencies)

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
