"""What a store remembers beside its articles: files, failures, the FAISS file, and its figures."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from index.store.rows import AnnFile, Manifest, SourceFile, StoreStats, folder_size
from index.store.schema import connect_reader, damaged, explained
from index.types import Failure

_ANN_FILE = (
    "SELECT name, generation, count, last, dimension, kind, size, sha256 FROM ann_file "
    "ORDER BY generation DESC, name LIMIT 1"
)


class Records:
    """The rows of one state of a store, read through one connection."""

    def __init__(self, connection: sqlite3.Connection, folder: Path, manifest: Manifest) -> None:
        self._connection: sqlite3.Connection | None = connection
        self.folder = folder
        self.manifest = manifest

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

    def languages(self) -> dict[str, int]:
        """Return the languages of the articles and how many each has, most first."""
        rows = self.rows(
            "SELECT language, count(*) AS n FROM article GROUP BY language "
            "ORDER BY n DESC, language"
        )
        return {str(language): int(count) for language, count in rows}

    def file(self, path: str) -> SourceFile | None:
        """Return what is remembered of a file; None where that is nothing, or damaged."""
        for size, mtime_ns, sha256, total in self.rows(
            "SELECT size, mtime_ns, sha256, sum FROM file WHERE path = ?", (path,)
        ):
            file = SourceFile(path, size, mtime_ns, sha256, self.articles_from(path))
            return file if file.sum == total else None
        return None

    def articles_from(self, path: str) -> tuple[str, ...]:
        """Return the ids of the articles that came from a file, sorted."""
        rows = self.rows("SELECT article FROM origin WHERE path = ? ORDER BY article", (path,))
        return tuple(str(id_) for (id_,) in rows)

    def origins(self, article_id: str) -> tuple[str, ...]:
        """Return the paths an article came from, "" where it was given as a value."""
        rows = self.rows("SELECT path FROM origin WHERE article = ? ORDER BY path", (article_id,))
        return tuple(str(path) for (path,) in rows)

    def paths_below(self, folder: str) -> list[str]:
        """Return the paths below a folder that articles came from, or that failed, sorted."""
        first, after = f"{folder.rstrip('/')}/", f"{folder.rstrip('/')}0"  # "0" follows "/"
        rows = self.rows(
            "SELECT path FROM origin WHERE path > ? AND path < ? "
            "UNION SELECT path FROM failure WHERE path > ? AND path < ? ORDER BY path",
            (first, after, first, after),
        )
        return [str(path) for (path,) in rows]

    def failures(self) -> list[Failure]:
        """Return the inputs that failed when they were last tried, by path."""
        return [
            Failure(*row) for row in self.rows("SELECT path, message FROM failure ORDER BY path")
        ]

    def ann_file(self) -> AnnFile | None:
        """Return the row of the FAISS file, or None."""
        return _ann_file(self.rows(_ANN_FILE))

    def newest_ann_file(self) -> AnnFile | None:
        """Return the row of the FAISS file as it is now, which a writer may have replaced."""
        with explained(self.folder):
            connection = connect_reader(self.folder)
            try:
                return _ann_file(connection.execute(_ANN_FILE).fetchall())
            finally:
                connection.close()

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


def _ann_file(rows: Sequence[tuple[Any, ...]]) -> AnnFile | None:
    row = AnnFile(*rows[0]) if rows else None
    return row if row and isinstance(row.name, str) and isinstance(row.last, int) else None
