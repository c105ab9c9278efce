"""Hybrid search: a dense and a lexical leg, joined by weighted reciprocal rank fusion.

The fused score of a passage is the sum over the legs of weight / (10 + rank) (Cormack et al.
2009, "Reciprocal rank fusion outperforms Condorcet"). The lexical weight follows whether question
and article share a language: across languages only names and numbers can match.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.analysis import query_terms
from index.grouping import also_in, without_copies
from index.languages import detect_language
from index.store import Snapshot, newest_day, passage_days
from index.timing import RANK_CONSTANT, Timing, boosted
from index.types import Filters, Hit
from index.vectors import VectorView

DEPTH = 100
_LONGEST_QUERY = 4000
# Malay and Indonesian share an analysis, so words match across them.
_SAME = {"ms": "id"}


@dataclass(frozen=True, slots=True)
class FusionWeights:
    """How much each leg says: the lexical leg within one language, and across two.

    ``in_period`` and ``recent`` are how much a fitting date counts, see
    :func:`index.timing.boosted`; chosen by ``benchmarks/time_questions.py``.
    """

    dense: float = 1.0
    lexical_same: float = 1.0
    lexical_across: float = 0.1
    in_period: float = 1.25
    recent: float = 0.5


def hybrid_search(
    snapshot: Snapshot,
    view: VectorView,
    query: str,
    vector: NDArray[np.float32],
    k: int,
    *,
    filters: Filters | None = None,
    timing: Timing | None = None,
    weights: FusionWeights = FusionWeights(),
) -> list[Hit]:
    """Return the best ``k`` passages for a query, best first; equal scores by passage id.

    Of near-duplicates only the article with the best passage is shown.

    :param vector: the query's embedding, a unit row (d,).
    """
    if k < 1:
        raise ValueError(f"k must be at least 1, not {k}")
    allowed = snapshot.allowed_ids(filters)
    if allowed is not None and not len(allowed):
        return []
    collection = [language for language in snapshot.languages() if language]
    language = detect_language(query, collection)
    terms = query_terms(query, language, collection)
    depth = max(DEPTH, k)
    while True:
        dense = dense_ranks(view, vector, depth, allowed)
        lexical = _lexical_ranks(snapshot, terms, depth, allowed, weights)
        scores = _fused(snapshot, dense, lexical, language, weights)
        if timing:
            scores = _fitting(snapshot, scores, timing, filters, weights)
        ranked = sorted(scores, key=lambda id_: (-scores[id_], id_))
        shown = without_copies(snapshot, ranked)
        # Where copies took the places of others, those are found further down.
        if len(shown) >= min(k, len(ranked)) or max(len(dense), len(lexical)) < depth:
            break
        depth *= 4
    return _hits(snapshot, shown[:k], scores, dense, lexical, filters)


def _hits(
    snapshot: Snapshot,
    ids: Sequence[int],
    scores: Mapping[int, float],
    dense: Mapping[int, int],
    lexical: Mapping[int, int],
    filters: Filters | None,
) -> list[Hit]:
    copies = also_in(snapshot, ids, filters)
    return [
        Hit(
            passage=one.passage,
            score=scores[id_],
            dense_rank=dense.get(id_),
            lexical_rank=lexical.get(id_),
            article=one.article,
            also_in=copies.get(id_, ()),
        )
        for id_, one in snapshot.passages(ids).items()
    ]


def checked_query(query: str) -> str:
    """Return a query without outer white space; ValueError for one that is too long."""
    query = query.strip()
    if len(query) > _LONGEST_QUERY:
        raise ValueError(
            f"The question has {len(query)} characters; ask in {_LONGEST_QUERY} or fewer."
        )
    return query


def dense_ranks(
    view: VectorView,
    vector: NDArray[np.float32],
    depth: int,
    allowed: NDArray[np.int64] | None,
) -> dict[int, int]:
    """Return passage id -> rank from 1 of the nearest passages."""
    if not len(view):
        return {}
    ids, _ = view.search(vector[None], depth, allowed)[0]
    return {int(id_): rank for rank, id_ in enumerate(ids, start=1)}


def _lexical_ranks(
    snapshot: Snapshot,
    terms: Sequence[str],
    depth: int,
    allowed: NDArray[np.int64] | None,
    weights: FusionWeights,
) -> dict[int, int]:
    """Return passage id -> rank from 1 of the passages with the best of the terms."""
    if not terms or not (weights.lexical_same or weights.lexical_across):
        return {}
    found = snapshot.lexical(terms, depth, allowed)
    return {id_: rank for rank, (id_, _) in enumerate(found, start=1)}


def _fitting(
    snapshot: Snapshot,
    scores: dict[int, float],
    timing: Timing,
    filters: Filters | None,
    weights: FusionWeights,
) -> dict[int, float]:
    """Return the scores with what a fitting date adds."""
    newest = newest_day(snapshot, filters) if timing.present else None
    return boosted(
        scores, passage_days(snapshot, list(scores)), timing,
        newest=newest, in_period=weights.in_period, recent=weights.recent,
    )  # fmt: skip


def _fused(
    snapshot: Snapshot,
    dense: dict[int, int],
    lexical: dict[int, int],
    language: str,
    weights: FusionWeights,
) -> dict[int, float]:
    """Return the fused score of each passage that has one above 0, by ascending id."""
    candidates = sorted(dense.keys() | lexical.keys())
    languages = snapshot.passage_languages(candidates)
    scores = {}
    for id_ in candidates:
        same = same_words(languages.get(id_, ""), language)
        lexical_weight = weights.lexical_same if same else weights.lexical_across
        scores[id_] = _part(weights.dense, dense.get(id_)) + _part(lexical_weight, lexical.get(id_))
    return {id_: score for id_, score in scores.items() if score > 0}


def _part(weight: float, rank: int | None) -> float:
    return 0.0 if rank is None else weight / (RANK_CONSTANT + rank)


def same_words(article_language: str, question_language: str) -> bool:
    """Say whether words can match: one language, languages of one analysis, or an unknown one."""
    if not article_language or not question_language:
        return True
    return _SAME.get(article_language, article_language) == _SAME.get(
        question_language, question_language
    )


def article_order(hits: Sequence[Hit]) -> list[str]:
    """Return the ids of the articles in the order of their best passage, each with its copies."""
    return list(dict.fromkeys(info.id for hit in hits for info in (hit.article, *hit.also_in)))
