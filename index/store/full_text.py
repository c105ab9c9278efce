"""BM25 over the stored terms, by SQLite's FTS5.

FTS5 scores every passage that has any of the terms, about 0.7 ms for 1,000 of them. A word that
a third of the collection has tells little and costs most, so terms are taken from the rarest on
while their passages together stay within a budget; the rarest is always taken. Collections up to
the budget lose nothing, and neither does a filtered search that the rare terms did not fill.

A search whose candidates are scored anew by all terms (:mod:`index.fusion`) needs no more than the
passages with the rare ones: its budget is ``RESCORED``, and the frequent terms only rescore.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from index.store.reading import Snapshot

BUDGET = 20_000  # passages scored for one query, unless its rarest term alone has more
RESCORED = 4_000  # the same where all terms score the candidates afterwards
_CACHE_LIMIT = 50_000

Scored = list[tuple[int, float]]


def search(
    snapshot: Snapshot,
    terms: Sequence[str],
    limit: int,
    allowed: NDArray[np.int64] | None,
    frequencies: dict[tuple[int, str], int],
    *,
    rescored: bool = False,
) -> Scored:
    """Return (passage id, score) best first; see :meth:`Snapshot.lexical`."""
    if limit < 1:
        raise ValueError(f"limit must be at least 1, not {limit}")
    if allowed is not None and not len(allowed):
        return []
    budget = RESCORED if rescored else BUDGET
    ranked = _by_frequency(snapshot, terms, frequencies)
    taken: list[str] = []
    total = 0
    for count, term in ranked:
        total += count
        if taken and total > budget:
            break
        taken.append(term)
    found = _match(snapshot, taken, limit, allowed)
    if allowed is not None and len(found) < limit and len(taken) < len(ranked):
        found = _match(snapshot, [term for _, term in ranked], limit, allowed)
    return found


def count_passages(
    snapshot: Snapshot, terms: Sequence[str], known: dict[tuple[int, str], int]
) -> list[int]:
    """Return in how many passages each term is.

    :param known: what was counted before, by generation and term; what is new is added.
    """
    generation = snapshot.generation
    counts = {term: known.get((generation, term)) for term in terms}
    missing = [term for term, count in counts.items() if count is None]
    if missing:
        sql = "SELECT term, doc FROM fts_terms WHERE term IN (SELECT value FROM json_each(?))"
        rows = snapshot.rows(sql, (json.dumps(missing),))
        found = dict.fromkeys(missing, 0) | {str(term): int(count) for term, count in rows}
        counts |= found
        # Other threads use ``known`` too, so nothing is read from it after it may be emptied.
        if len(known) + len(found) > _CACHE_LIMIT:
            known.clear()
        known.update(((generation, term), count) for term, count in found.items())
    return [counts[term] or 0 for term in terms]


def _by_frequency(
    snapshot: Snapshot, terms: Sequence[str], known: dict[tuple[int, str], int]
) -> list[tuple[int, str]]:
    """Return (passages that have it, term) of the terms that occur, rarest first."""
    terms = list(dict.fromkeys(terms))
    counts = count_passages(snapshot, terms, known)
    return sorted((count, term) for count, term in zip(counts, terms, strict=True) if count)


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
