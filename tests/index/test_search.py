"""Both legs, alone and fused, against scores written out by hand."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path

import pytest

from index import Article, ArticleIndex, FusionWeights, analyse, query_terms
from index.fusion import Evidence, fused, term_weights
from index.search import nearest

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


@pytest.mark.parametrize(("lexical", "across"), [(0.11, 0.04), (0.0, 5.0), (3.0, 0.0)])
def test_hits_are_in_the_order_of_the_formula(
    index: ArticleIndex, lexical: float, across: float
) -> None:
    """From the cosines of the dense leg and the terms of the texts, by the formula written out."""
    query = "what did the minister of railway say about coal in March 2024?"
    with index._store.snapshot() as snapshot:  # the scores behind the ranks
        cosines = nearest(index._current_view(snapshot), index.embed_query(query), 10, None)
        names = {id_: one.article.id for id_, one in snapshot.passages(cosines).items()}
    texts = [*(analyse(text, "en") for text in ENGLISH), *(analyse(t, "id") for t in INDONESIAN)]

    def weight(terms: Iterable[str]) -> float:
        counts = [sum(term in text for text in texts) for term in terms]
        return sum(max(math.log((6 - n + 0.5) / (n + 0.5)), 1e-6) for n in counts)

    own, every = query_terms(query, "en", ()), query_terms(query, "en", ("en", "id"))
    assert set(every) > set(own)  # Indonesian writes some of the words otherwise
    order = [f"en{n}" for n in range(4)] + ["id0", "id1"]
    shares = {
        name: min(1.0, weight(set(every).intersection(text)) / weight(own))
        for name, text in zip(order, texts, strict=True)
    }
    scores = {
        id_: cosine + lexical * shares[names[id_]] ** 1.5 + across * names[id_].startswith("id")
        for id_, cosine in cosines.items()
    }
    hits = index.search(query, 10, weights=FusionWeights(1.0, lexical, across))
    assert [hit.article.id for hit in hits] == [
        names[i] for i in sorted(scores, key=lambda i: -scores[i])
    ]
    legs = 2 if lexical else 1
    assert [hit.score for hit in hits] == pytest.approx([legs / (10 + n) for n in range(1, 7)])


def test_names_and_numbers_match_across_languages(index: ArticleIndex) -> None:
    hits = index.search("What happened in March 2024?", 10, weights=FusionWeights(0.0, 1.0, 0.0))
    assert hits[0].article.id == "id1"
    assert hits[0].lexical_rank == 1


def test_legs_alone_have_the_ranks_of_the_legs(index: ArticleIndex) -> None:
    dense = index.search("coal railway", 6, weights=FusionWeights(1.0, 0.0, 0.0))
    assert [hit.dense_rank for hit in dense] == [1, 2, 3, 4, 5, 6]
    assert [hit.lexical_rank for hit in dense] == [None] * 6
    lexical = index.search("coal railway", 6, weights=FusionWeights(0.0, 1.0, 0.0))
    # Both words are in en1 alone; "coal" is in en2, "railway" in en0.
    assert lexical[0].article.id == "en1"
    assert {hit.article.id for hit in lexical} == {"en0", "en1", "en2"}


def test_rare_terms_weigh_more() -> None:
    # In a collection of 9, a term in 1 weighs ln(8.5 / 1.5), one in none ln(9.5 / 0.5), and one in
    # 5 nothing to speak of.
    assert term_weights([1, 0, 5], 9) == pytest.approx([math.log(8.5 / 1.5), math.log(19), 1e-6])
    assert term_weights([], 9) == []


def test_fused_scores_computed_by_hand() -> None:
    weights = FusionWeights(1.0, 0.2, 0.05)
    evidence = Evidence({1: 0.80, 2: 0.84, 3: 0.82, 4: 0.80}, {1: 0.64, 3: 0.25}, {3})
    # 1: 0.80 + 0.2 * 0.512 = 0.9024; 3: 0.82 + 0.2 * 0.125 + 0.05 = 0.895; 2: 0.84; 4: 0.80
    assert fused([4, 3, 2, 1], evidence, weights) == [1, 3, 2, 4]
    # The power makes a third less than a third: 0.80 + 0.2 * 0.192 < 0.85, though 0.8667 were more.
    assert fused([1, 2], Evidence({1: 0.80, 2: 0.85}, {1: 1 / 3}), weights) == [2, 1]
    # Equal scores in the order they are given in.
    assert fused([2, 1, 4], Evidence({1: 0.5, 2: 0.5, 4: 0.5}), weights) == [2, 1, 4]


def test_a_poor_match_of_words_does_not_pass_a_near_passage_of_another_language() -> None:
    """The best English passage shares one word of ten; by ranks it would still come first."""
    evidence = Evidence({1: 0.83, 2: 0.84}, {1: 0.1}, {2})
    assert fused([1, 2], evidence, FusionWeights()) == [2, 1]


def test_the_order_of_indexing_does_not_matter(tmp_path: Path, embedder: object) -> None:
    articles = [Article(f"en{n}", "", text, language="en") for n, text in enumerate(ENGLISH)]
    articles += [Article(f"id{n}", "", text, language="id") for n, text in enumerate(INDONESIAN)]
    found = []
    for name, given in (("there", articles), ("back", articles[::-1])):
        with ArticleIndex.open(tmp_path / name, create=True, model=embedder) as index:
            index.add(given)
            hits = index.search("which minister spoke of coal and the railway?", 10)
            found.append([(hit.article.id, hit.score) for hit in hits])
    assert found[0] == found[1]


def test_cosines_are_those_of_the_search(index: ArticleIndex) -> None:
    vector = index.embed_query("coal railway")
    with index._store.snapshot() as snapshot:
        view = index._current_view(snapshot)
        scores = nearest(view, vector, 6, None)
        assert view.cosines(vector, sorted(scores)) == scores
        assert view.cosines(vector, [10**6]) == {}
        assert view.cosines(vector, []) == {}
