"""BM25 over the stored terms, by SQLite's FTS5.

FTS5 scores every passage that has any of the terms, about 0.7 ms for 1,000 of them. A word that
a third of the collection has tells little and costs most, so terms are taken from the rarest on
while their passages together stay within a budget; the rarest is always taken. Collections up to
the budget lose nothing, and neither does a filtered search that the rare terms did not fill.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from index.store.reading import Snapshot

BUDGET = 20_000  # passages scored for one query, unless its rarest term alone has more
_CACHE_LIMIT = 50_000

Scored = list[tuple[int, float]]


def search(
    snapshot: Snapshot,
    terms: Sequence[str],
    limit: int,
    allowed: NDArray[np.int64] | None,
    frequencies: dict[tuple[int, str], int],
) -> Scored:
    """Return (passage id, score) best first; see :meth:`Snapshot.lexical`."""
    if limit < 1:
        raise ValueError(f"limit must be at least 1, not {limit}")
    if allowed is not None and not len(allowed):
        return []
    ranked = _by_frequency(snapshot, terms, frequencies)
    taken: list[str] = []
    total = 0
    for count, term in ranked:
        total += count
        if taken and total > BUDGET:
            break
        taken.append(term)
    found = _match(snapshot, taken, limit, allowed)
    if allowed is not None and len(found) < limit and len(taken) < len(ranked):
        found = _match(snapshot, [term for _, term in ranked], limit, allowed)
    return found


def _by_frequency(
    snapshot: Snapshot, terms: Sequence[str], frequencies: dict[tuple[int, str], int]
) -> list[tuple[int, str]]:
    """Return (passages that have it, term) of the terms that occur, rarest first."""
    generation = snapshot.generation
    ranked = []
    for term in dict.fromkeys(terms):
        key = (generation, term)
        count = frequencies.get(key)
        if count is None:
            rows = snapshot.rows("SELECT doc FROM fts_terms WHERE term = ?", (term,))
            count = rows[0][0] if rows else 0
            if len(frequencies) >= _CACHE_LIMIT:
                frequencies.clear()
            frequencies[key] = count
        if count:
            ranked.append((count, term))
    return sorted(ranked)


def _match(
    snapshot: Snapshot, terms: Sequence[str], limit: int, allowed: NDArray[np.int64] | None
) -> Scored:
    if not terms:
        return []
    query = " OR ".join('"' + term.replace('"', '""') + '"' for term in terms)
    if allowed is None:
        sql = (
            "SELECT rowid, -bm25(fts) AS score FROM fts WHERE fts MATCH ? "
            "ORDER BY score DESC, rowid LIMIT ?"
        )
        return [(int(id_), float(s)) for id_, s in snapshot.rows(sql, (query, limit))]
    # FTS5 itself skips what lies outside the range; the rest of the filter is a sorted lookup.
    sql = "SELECT rowid, -bm25(fts) FROM fts WHERE fts MATCH ? AND rowid BETWEEN ? AND ?"
    rows = snapshot.rows(sql, (query, int(allowed[0]), int(allowed[-1])))
    if not rows:
        return []
    ids = np.array([row[0] for row in rows], dtype=np.int64)
    scores = np.array([row[1] for row in rows], dtype=np.float64)
    place = np.minimum(np.searchsorted(allowed, ids), len(allowed) - 1)
    inside = allowed[place] == ids
    ids, scores = ids[inside], scores[inside]
    best = np.lexsort((ids, -scores))[:limit]
    return list(zip(ids[best].tolist(), scores[best].tolist(), strict=True))
