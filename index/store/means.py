"""One vector for each article: the mean of those of its passages."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from index.store.reading import Snapshot
from index.types import ArticleInfo


def mean_vectors(snapshot: Snapshot) -> tuple[list[ArticleInfo], NDArray[np.float32]]:
    """Return the articles that have passages, oldest first, and their mean vectors (n, d)."""
    infos = {info.id: info for info in snapshot.articles()}
    runs = snapshot.rows(
        "SELECT id, first, passages FROM article WHERE passages > 0 ORDER BY number"
    )
    articles = [infos[id_] for id_, _, _ in runs if id_ in infos]
    rows = {info.id: row for row, info in enumerate(articles)}
    owned = [(first, first + count, rows[id_]) for id_, first, count in runs if id_ in rows]
    owned.sort()
    starts = np.array([run[0] for run in owned], np.int64)
    ends = np.array([run[1] for run in owned], np.int64)
    owner = np.array([run[2] for run in owned], np.int64)
    sums = np.zeros((len(articles), snapshot.manifest.dimension), np.float32)
    counts = np.zeros(len(articles), np.float32)
    for ids, vectors in snapshot.vector_rows():
        run = np.searchsorted(starts, ids, side="right") - 1
        inside = (run >= 0) & (ids < ends[run])
        of = owner[run[inside]]
        np.add.at(sums, of, vectors[inside].astype(np.float32))
        np.add.at(counts, of, 1)
    return articles, (sums / np.maximum(counts, 1)[:, None]).astype(np.float32)
