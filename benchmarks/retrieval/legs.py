"""What each leg finds for each question, asked once; combinations are made of that."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from benchmarks.retrieval.sets import Asked
from index import ArticleIndex, analyse
from index.fusion import FusionWeights
from index.search import DEPTH, Ranking, hits_of, rank_passages
from index.store import Snapshot, shared_families

Ranked = list[int]
_JOINED = 30  # passages of each search that a second step joins


@dataclass(frozen=True, slots=True)
class Place:
    """Where a passage is; ``family`` is what its article and the copies of it have in common."""

    article: str
    start: int
    end: int
    family: int


class Legs:
    """Asks one collection with every combination."""

    def __init__(self, index: ArticleIndex, snapshot: Snapshot) -> None:
        self.index, self.snapshot = index, snapshot
        self.view = index._current_view(snapshot)
        self._plain: sqlite3.Connection | None = None
        self.places = _places(snapshot)
        self.ids = {(place.article, place.start): id_ for id_, place in self.places.items()}

    def find(self, asked: Asked) -> dict[str, Ranked]:
        """Return the ranked passages of every combination."""
        question = asked.question
        dense = self.ranked(question, FusionWeights(1, 0, 0))
        lexical = self.ranked(question, FusionWeights(0, 1, 0))
        return {
            "dense": dense,
            "lexical": lexical,
            "lexical, one analysis for all languages": self._unanalysed(question),
            "plain rank fusion": reciprocal(dense, lexical, lambda _: 1.0),
            "rank fusion, less across languages": self._language_weighted(asked, dense, lexical),
            "cosine and coverage, languages alike": self.ranked(question, FusionWeights(across=0)),
            "Kutip": self.ranked(question, FusionWeights()),
        }

    def ranked(self, question: str, weights: FusionWeights) -> Ranked:
        """Return what Kutip finds with these weights."""
        return list(self.rank(question, weights).ids)

    def rank(self, question: str, weights: FusionWeights) -> Ranking:
        """Return what Kutip finds with these weights, with scores."""
        vector = self.index.embed_query(question)
        return rank_passages(
            self.snapshot, self.view, question, lambda: vector, DEPTH, weights=weights
        )

    def _language_weighted(self, asked: Asked, dense: Ranked, lexical: Ranked) -> Ranked:
        """Return what Kutip did before: the lexical leg counts a tenth across languages."""
        languages = self.snapshot.passage_languages([*dense, *lexical])
        return reciprocal(
            dense, lexical, lambda id_: 1.0 if languages[id_] == asked.language else 0.1
        )

    def _unanalysed(self, question: str) -> Ranked:
        """Return BM25's ranking without stemming and stop words."""
        if self._plain is None:
            self._plain = sqlite3.connect(":memory:")
            self._plain.execute(
                "CREATE VIRTUAL TABLE fts USING fts5(terms, tokenize=\"ascii tokenchars '_.'\")"
            )
            texts = self.snapshot.rows(
                "SELECT passage.id, substr(text, start + 1, stop - start) FROM passage "
                "JOIN article ON article.number = article ORDER BY passage.id"
            )
            self._plain.executemany(
                "INSERT INTO fts(rowid, terms) VALUES(?, ?)",
                ((id_, " ".join(analyse(text, ""))) for id_, text in texts),
            )
        terms = dict.fromkeys(analyse(question, ""))
        if not terms:
            return []
        rows = self._plain.execute(
            "SELECT rowid FROM fts WHERE fts MATCH ? ORDER BY bm25(fts), rowid LIMIT ?",
            (" OR ".join(f'"{term}"' for term in terms), DEPTH),
        )
        return [int(id_) for (id_,) in rows]


def reciprocal(dense: Ranked, lexical: Ranked, weight: Callable[[int], float]) -> Ranked:
    """Fuse two rankings by reciprocal rank, constant 10; equal scores by id."""
    scores = {id_: 1 / (10 + rank) for rank, id_ in enumerate(dense, 1)}
    for rank, id_ in enumerate(lexical, 1):
        scores[id_] = scores.get(id_, 0.0) + weight(id_) / (10 + rank)
    return sorted(scores, key=lambda id_: (-scores[id_], id_))


def with_reader(legs: Legs, questions: Iterable[Asked], name: str) -> Iterator[Ranked]:
    """Yield for each question Kutip's passages, the first 8 in the order of a reader's verdicts."""
    from qa.answering import PASSAGES_READ, rank, resolve

    reader = resolve(name, legs.index)
    for asked in questions:
        ranking = legs.rank(asked.question, FusionWeights())
        hits = hits_of(legs.snapshot, ranking, PASSAGES_READ)
        ids = {hit.passage: id_ for hit, id_ in zip(hits, ranking.ids, strict=False)}
        first = [ids[hit.passage] for hit in rank(hits, reader.read(asked.question, hits))]
        yield [*first, *ranking.ids[len(first) :]]


def second_step(legs: Legs, questions: Iterable[Asked]) -> Iterator[Ranked]:
    """Yield for each question Kutip's passages, joined with those of a second search."""
    from qa.second_step import search_again

    for asked in questions:
        ranking = legs.rank(asked.question, FusionWeights())
        hits = hits_of(legs.snapshot, ranking, _JOINED)
        joined = search_again(asked.question, hits, legs.index, _JOINED)
        yield [legs.ids[hit.passage.article_id, hit.passage.start] for hit in joined]


def _places(snapshot: Snapshot) -> dict[int, Place]:
    rows = snapshot.rows(
        "SELECT passage.id, article.number, article.id, start, stop FROM passage "
        "JOIN article ON article.number = article"
    )
    families = shared_families(snapshot, [row[0] for row in rows])
    return {
        id_: Place(article, start, stop, families[id_][1] if id_ in families else -number)
        for id_, number, article, start, stop in rows
    }
