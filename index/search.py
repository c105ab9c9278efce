"""Hybrid search: a dense and a lexical leg, their candidates ranked by one fused score.

See :mod:`index.fusion` for the score. A hit's own score is its place in that order, as reciprocal
ranks are (Cormack et al. 2009): legs / (10 + rank), so that what a date adds, and what a reader
makes of it, mean the same for every question.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from index.analysis import query_terms
from index.fusion import Evidence, FusionWeights, fused, term_weights
from index.grouping import also_in, without_copies
from index.languages import detect_language
from index.store import Snapshot, newest_day, passage_days
from index.timing import RANK_CONSTANT, Timing, boosted
from index.types import Filters, Hit
from index.vectors import VectorView

DEPTH = 100
_DEEPEST = 1600  # passages of a leg that are looked at for the sake of equal scores
_LONGEST_QUERY = 4000
# Malay and Indonesian share an analysis, so words match across them.
_SAME = {"ms": "id"}


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """Passage ids, best first, of near-duplicates only the best; scores and each leg's ranks."""

    ids: Sequence[int] = ()
    scores: Mapping[int, float] = field(default_factory=dict)
    dense: Mapping[int, int] = field(default_factory=dict)
    lexical: Mapping[int, int] = field(default_factory=dict)


def rank_passages(
    snapshot: Snapshot,
    view: VectorView,
    query: str,
    vector: Callable[[], NDArray[np.float32]],
    k: int,
    *,
    filters: Filters | None = None,
    timing: Timing | None = None,
    weights: FusionWeights,
) -> Ranking:
    """Rank the passages for a query, ``k`` or more where there are.

    Equal scores are ordered by the id of the article and the place in it, so that the order in
    which articles were added shows nowhere.

    Of near-duplicates only the article with the best passage is ranked.

    :param vector: returns the query's embedding, a unit row (d,); called after the lexical leg, so
        that it can be made meanwhile.
    """
    if k < 1:
        raise ValueError(f"k must be at least 1, not {k}")
    allowed = snapshot.allowed_ids(filters)
    if allowed is not None and not len(allowed):
        return Ranking()
    asked = _Asked.of(snapshot, view, query, vector)
    depth = max(DEPTH, k)
    while True:
        order, dense, words = asked.candidates(depth, k, allowed, weights)
        scores = {id_: weights.legs / (RANK_CONSTANT + n) for n, id_ in enumerate(order, 1)}
        if timing:
            scores = _fitting(snapshot, scores, timing, filters, weights)
        ranked = sorted(scores, key=lambda id_: -scores[id_])  # equal ones stay in fused order
        shown = without_copies(snapshot, ranked)
        # Where copies took the places of others, those are found further down.
        if len(shown) >= min(k, len(ranked)) or (dense.whole and words.whole):
            return Ranking(shown, scores, _ranks(dense.scores), _ranks(words.scores))
        depth *= 4


@dataclass(frozen=True, slots=True)
class Leg:
    """Passage id -> score of one leg, best first, and whether these are all there are."""

    scores: Mapping[int, float] = field(default_factory=dict)
    whole: bool = True

    def ordered(self, order: Sequence[int]) -> Leg:
        """Return the leg with equal scores in the order given."""
        ids = (id_ for id_ in order if id_ in self.scores)
        best = sorted(ids, key=lambda id_: -self.scores[id_])
        return Leg({id_: self.scores[id_] for id_ in best}, self.whole)


def cut(search: Callable[[int], Mapping[int, float]], depth: int, k: int) -> Leg:
    """Return the ``depth`` best of a leg, or fewer: equal scores are in it together or not at all.

    Deeper where fewer than ``k`` would be left.

    :param search: returns so many, or all there are.
    """
    while True:
        found = search(depth + 1)
        if len(found) <= depth:
            return Leg(found)
        least = min(found.values())
        kept = {id_: score for id_, score in found.items() if score > least}
        if len(kept) >= k or depth >= _DEEPEST:
            return Leg(kept or found, whole=False)
        depth *= 4


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """A query as both legs need it: its terms with their weights, and what ``most`` of them is.

    ``terms`` are those of every analysis in the collection, ``most`` is the weight of those of the
    query's own, since a passage has a word in one of its forms.
    """

    snapshot: Snapshot
    view: VectorView
    vector: Callable[[], NDArray[np.float32]]
    language: str
    terms: Mapping[str, float]
    most: float

    @classmethod
    def of(
        cls,
        snapshot: Snapshot,
        view: VectorView,
        query: str,
        vector: Callable[[], NDArray[np.float32]],
    ) -> _Asked:
        collection = [language for language in snapshot.languages() if language]
        language = detect_language(query, collection)
        terms = query_terms(query, language, collection)
        weights = term_weights(snapshot.count_passages(terms), len(view))
        weighted = dict(zip(terms, weights, strict=True))
        own = query_terms(query, language, ())
        most = sum(weighted[term] for term in own or terms)
        return cls(snapshot, view, vector, language, weighted, most)

    def candidates(
        self, depth: int, k: int, allowed: NDArray[np.int64] | None, weights: FusionWeights
    ) -> tuple[list[int], Leg, Leg]:
        """Return passages in fused order, and those of each leg with its scores."""
        dense, words = Leg(), Leg()
        if weights.lexical and self.terms:
            words = cut(lambda n: self.matching(n, allowed, weights), depth, k)
        vector = self.vector()
        if weights.dense:
            dense = cut(lambda n: nearest(self.view, vector, n, allowed), depth, k)
        languages = self.snapshot.passage_languages([*{**dense.scores, **words.scores}])
        found = [*languages]  # in the order of articles and places
        dense, words = dense.ordered(found), words.ordered(found)
        if not weights.dense:
            return [*words.scores], dense, words
        unknown = [id_ for id_ in found if id_ not in dense.scores]
        evidence = Evidence(
            cosines={**dense.scores, **self.view.cosines(vector, unknown)},
            coverage=self.coverage(found) if words.scores else {},
            foreign=_foreign(languages, self.language),
        )
        return fused(found, evidence, weights), dense, words

    def matching(
        self, count: int, allowed: NDArray[np.int64] | None, weights: FusionWeights
    ) -> dict[int, float]:
        """Return passage id -> BM25 score of the best passages of the lexical leg."""
        rescored = weights.dense > 0
        return dict(self.snapshot.lexical([*self.terms], count, allowed, rescored=rescored))

    def coverage(self, ids: Sequence[int]) -> dict[int, float]:
        """Return the share of the query's weight that each passage has, from 0 to 1."""
        shared = self.snapshot.shared_terms(ids, self.terms.keys())
        return {
            id_: min(1.0, sum(self.terms[term] for term in terms) / self.most)
            for id_, terms in shared.items()
        }


def hits_of(
    snapshot: Snapshot, ranking: Ranking, k: int, filters: Filters | None = None
) -> list[Hit]:
    """Return the first ``k`` passages of a ranking, read from the store."""
    ids = ranking.ids[:k]
    copies = also_in(snapshot, ids, filters)
    return [
        Hit(
            passage=one.passage,
            score=ranking.scores[id_],
            dense_rank=ranking.dense.get(id_),
            lexical_rank=ranking.lexical.get(id_),
            article=one.article,
            also_in=copies.get(id_, ()),
        )
        for id_, one in snapshot.passages(ids).items()
    ]


def articles_of(
    snapshot: Snapshot, passage_ids: Sequence[int], filters: Filters | None = None
) -> list[str]:
    """Return the ids of the articles of passages, and of those articles' copies."""
    found = snapshot.passage_articles(passage_ids)
    copies = also_in(snapshot, passage_ids, filters).values()
    return list(dict.fromkeys([*found, *(info.id for infos in copies for info in infos)]))


def checked_query(query: str) -> str:
    """Return a query without outer white space; ValueError for one that is too long."""
    query = query.strip()
    if len(query) > _LONGEST_QUERY:
        raise ValueError(
            f"The question has {len(query)} characters; ask in {_LONGEST_QUERY} or fewer."
        )
    return query


def nearest(
    view: VectorView,
    vector: NDArray[np.float32],
    depth: int,
    allowed: NDArray[np.int64] | None,
) -> dict[int, float]:
    """Return passage id -> cosine of the nearest passages, best first."""
    if not len(view):
        return {}
    ids, scores = view.search(vector[None], depth, allowed)[0]
    return dict(zip(ids.tolist(), scores.tolist(), strict=True))


def _ranks(found: Iterable[int]) -> dict[int, int]:
    """Return passage id -> rank from 1."""
    return {id_: rank for rank, id_ in enumerate(found, start=1)}


def _foreign(languages: Mapping[int, str], language: str) -> frozenset[int]:
    """Return the passages in whose language the question's words mean nothing."""
    return frozenset(id_ for id_, own in languages.items() if not same_words(own, language))


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


def same_words(article_language: str, question_language: str) -> bool:
    """Say whether words can match: one language, languages of one analysis, or an unknown one."""
    if not article_language or not question_language:
        return True
    return _SAME.get(article_language, article_language) == _SAME.get(
        question_language, question_language
    )
