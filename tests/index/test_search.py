"""Fusion against a hand-written reciprocal rank fusion."""

from __future__ import annotations

from pathlib import Path

import pytest

from index import Article, ArticleIndex, FusionWeights

ENGLISH = [
    "The minister opened the new railway.",
    "The railway carries coal to the harbour.",
    "Coal prices fell again in March.",
    "A choir sang at the station.",
]
INDONESIAN = ["Menteri membuka jalur kereta baru.", "Harga batu bara turun pada Maret 2024."]


@pytest.fixture
def index(tmp_path: Path, embedder: object) -> ArticleIndex:
    index = ArticleIndex.open(tmp_path / "index", create=True, model=embedder)
    articles = [Article(f"en{n}", "", text, language="en") for n, text in enumerate(ENGLISH)]
    articles += [Article(f"id{n}", "", text, language="id") for n, text in enumerate(INDONESIAN)]
    index.add(articles)
    return index


def fused(index: ArticleIndex, query: str, same: float, across: float) -> dict[str, float]:
    """Compute the scores from the two legs asked one by one."""
    dense = index.search(query, 10, weights=FusionWeights(1.0, 0.0, 0.0))
    lexical = index.search(query, 10, weights=FusionWeights(0.0, 1.0, 1.0))
    scores: dict[str, float] = {}
    for hit in dense:
        scores[hit.article.id] = 1.0 / (10 + hit.dense_rank)
    for hit in lexical:
        weight = same if hit.article.language == "en" else across
        scores[hit.article.id] = scores.get(hit.article.id, 0.0) + weight / (10 + hit.lexical_rank)
    return scores


@pytest.mark.parametrize(("same", "across"), [(1.0, 1.0), (0.7, 0.25), (2.0, 0.0)])
def test_scores_are_weighted_reciprocal_ranks(
    index: ArticleIndex, same: float, across: float
) -> None:
    query = "what did the minister of railway say about coal in March 2024?"
    expected = fused(index, query, same, across)
    hits = index.search(query, 10, weights=FusionWeights(1.0, same, across))
    assert {hit.article.id: hit.score for hit in hits} == pytest.approx(expected)
    ordered = [hit.score for hit in hits]
    assert ordered == sorted(ordered, reverse=True)


def test_names_and_numbers_match_across_languages(index: ArticleIndex) -> None:
    hits = index.search("What happened in March 2024?", 10, weights=FusionWeights(0.0, 1.0, 1.0))
    assert hits[0].article.id == "id1"
    assert hits[0].lexical_rank == 1


def test_legs_alone_have_the_ranks_of_the_legs(index: ArticleIndex) -> None:
    dense = index.search("coal railway", 6, weights=FusionWeights(1.0, 0.0, 0.0))
    assert [hit.dense_rank for hit in dense] == [1, 2, 3, 4, 5, 6]
    assert [hit.lexical_rank for hit in dense] == [None] * 6
    lexical = index.search("coal railway", 6, weights=FusionWeights(0.0, 1.0, 1.0))
    # Both words are in en1 alone; "coal" is in en2, "railway" in en0.
    assert lexical[0].article.id == "en1"
    assert {hit.article.id for hit in lexical} == {"en0", "en1", "en2"}
