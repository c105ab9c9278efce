"""Hybrid search: a dense and a lexical leg, joined by weighted reciprocal rank fusion.

The fused score of a passage is the sum over the legs of weight / (10 + rank) (Cormack et al.
2009, "Reciprocal rank fusion outperforms Condorcet"). The lexical weight follows whether question
and article share a language: across languages only names and numbers can match.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.analysis import query_terms
from index.languages import detect_language
from index.store import Snapshot
from index.types import Filters, Hit
from index.vectors import VectorView

DEPTH = 100
# Cormack et al. use 60; 10 lets the first ranks count for more. Chosen with the weights below on
# the tuning half of NTREX and on FacQA (docs/log.md).
_RANK_CONSTANT = 10.0
# Malay and Indonesian share an analysis, so words match across them.
_SAME = {"ms": "id"}


@dataclass(frozen=True, slots=True)
class FusionWeights:
    """How much each leg says: the lexical leg within one language, and across two."""

    dense: float = 1.0
    lexical_same: float = 1.0
    lexical_across: float = 0.1


def hybrid_search(
    snapshot: Snapshot,
    view: VectorView,
    query: str,
    vector: NDArray[np.float32],
    k: int,
    *,
    filters: Filters | None = None,
    weights: FusionWeights = FusionWeights(),
) -> list[Hit]:
    """Return the best ``k`` passages for a query, best first; equal scores by passage id.

    :param vector: the query's embedding, a unit row (d,).
    """
    if k < 1:
        raise ValueError(f"k must be at least 1, not {k}")
    allowed = snapshot.allowed_ids(filters)
    if allowed is not None and not len(allowed):
        return []
    depth = max(DEPTH, k)
    dense = dense_ranks(view, vector, depth, allowed)
    collection = [language for language in snapshot.languages() if language]
    language = detect_language(query, collection)
    lexical: dict[int, int] = {}
    if weights.lexical_same or weights.lexical_across:
        terms = query_terms(query, language, collection)
        found = snapshot.lexical(terms, depth, allowed) if terms else []
        lexical = {id_: rank for rank, (id_, _) in enumerate(found, start=1)}
    return _fuse(snapshot, dense, lexical, language, k, weights)


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


def _fuse(
    snapshot: Snapshot,
    dense: dict[int, int],
    lexical: dict[int, int],
    language: str,
    k: int,
    weights: FusionWeights,
) -> list[Hit]:
    candidates = sorted(dense.keys() | lexical.keys())
    languages = snapshot.passage_languages(candidates)
    scores = {}
    for id_ in candidates:
        same = same_words(languages.get(id_, ""), language)
        lexical_weight = weights.lexical_same if same else weights.lexical_across
        scores[id_] = _part(weights.dense, dense.get(id_)) + _part(lexical_weight, lexical.get(id_))
    best = sorted(
        (id_ for id_ in candidates if scores[id_] > 0), key=lambda id_: (-scores[id_], id_)
    )
    stored = snapshot.passages(best[:k])
    return [
        Hit(
            passage=one.passage,
            score=scores[id_],
            dense_rank=dense.get(id_),
            lexical_rank=lexical.get(id_),
            article=one.article,
        )
        for id_, one in stored.items()
    ]


def _part(weight: float, rank: int | None) -> float:
    return 0.0 if rank is None else weight / (_RANK_CONSTANT + rank)


def same_words(article_language: str, question_language: str) -> bool:
    """Say whether words can match: one language, languages of one analysis, or an unknown one."""
    if not article_language or not question_language:
        return True
    return _SAME.get(article_language, article_language) == _SAME.get(
        question_language, question_language
    )


def article_order(hits: Sequence[Hit]) -> list[str]:
    """Return the ids of the articles in the order of their best passage."""
    return list(dict.fromkeys(hit.article.id for hit in hits))
