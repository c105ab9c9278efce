"""Equal scores, and the order in which articles were added, against brute force."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import Article, ArticleIndex, FusionWeights, Hit, Period, Timing
from index.search import Leg, cut
from index.timing import boosted
from tests.index.conftest import HashEmbedder

WORDS = "harga beras naik pasar turun minister railway coal opens Bogotá gana final".split()
texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map(" ".join)
QUERY = "harga beras minister"
DENSE = FusionWeights(1.0, 0.0, 0.0)


def articles_of(given_texts: list[str]) -> list[Article]:
    """Return articles without title, date and language; equal texts make equal scores."""
    return [Article(f"a{number}", "", text) for number, text in enumerate(given_texts)]


def searched(batches: list[list[Article]], weights: FusionWeights) -> list[Hit]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "index"
        with ArticleIndex.open(path, create=True, model=HashEmbedder()) as index:
            for batch in batches:
                index.add(batch)
            return index.search(QUERY, 50, weights=weights)


@settings(deadline=None, max_examples=25)
@given(data=st.data(), given_texts=st.lists(texts, min_size=2, max_size=9))
def test_results_are_the_same_in_any_order_of_adding(
    data: st.DataObject, given_texts: list[str]
) -> None:
    """Hits, scores, ranks of both legs, copies and languages; one run or several."""
    articles = articles_of(given_texts)
    shuffled = data.draw(st.permutations(articles))
    half = data.draw(st.integers(0, len(articles)))
    weights = data.draw(st.sampled_from([FusionWeights(), DENSE, FusionWeights(0.0, 1.0, 0.0)]))
    there = searched([articles], weights)
    assert searched([shuffled[:half], shuffled[half:]], weights) == there


@settings(deadline=None, max_examples=25)
@given(given_texts=st.lists(texts, min_size=1, max_size=9))
def test_the_dense_order_is_that_of_brute_force(given_texts: list[str]) -> None:
    """By cosine, and where two are the same by the article's id, as a sort of all of them says."""
    articles = articles_of(given_texts)
    embedder = HashEmbedder()
    query = embedder.embed([QUERY], kind="query")[0].astype(np.float64)
    stored = embedder.embed(given_texts, kind="passage").astype(np.float16).astype(np.float64)
    cosines = (stored * query).sum(axis=1).astype(np.float32)
    order = [articles[n].id for n in sorted(range(len(articles)), key=lambda n: (-cosines[n], n))]
    hits = searched([articles[::-1]], DENSE)
    found = [hit.article.id for hit in hits]
    copies = {copy.id for hit in hits for copy in hit.also_in}
    assert found == [id_ for id_ in order if id_ in found]
    assert {*found} | copies == {*order}
    assert [hit.score for hit in hits] == pytest.approx(
        [1 / (10 + 1 + order.index(id_)) for id_ in found]
    )


def test_more_equal_passages_than_a_leg_holds(tmp_path: Path, embedder: object) -> None:
    """All 130 are alike to the query; the first by their ids are found, whatever came first."""
    articles = [Article(f"a{n:03}", "", "Beras.", published=None) for n in range(130)]
    wanted = []
    for name, given_articles in (("there", articles), ("back", articles[::-1])):
        with ArticleIndex.open(tmp_path / name, create=True, model=embedder) as index:
            index.add(given_articles)
            [hit, *_] = index.search("beras", 5)
            wanted.append((hit.article.id, len(hit.also_in)))
    assert wanted[0] == wanted[1]
    assert wanted[0][0] == "a000"


def test_a_leg_is_cut_between_scores() -> None:
    scores = {n: float(-(n // 4)) for n in range(20)}  # four of each

    def search(count: int) -> dict[int, float]:
        return dict([*scores.items()][:count])

    assert cut(search, 20, 5) == Leg(scores, whole=True)
    # The seventh to tenth are not all among the first ten.
    assert cut(search, 10, 5) == Leg({n: scores[n] for n in range(8)}, whole=False)
    # Of the first two none is certain, so it looks among the first eight.
    assert cut(search, 2, 1) == Leg({n: scores[n] for n in range(8)}, whole=False)
    assert cut(search, 8, 1) == Leg({n: scores[n] for n in range(8)}, whole=False)


def test_a_leg_in_another_order() -> None:
    leg = Leg({3: 2.0, 1: 1.0, 2: 1.0, 4: 1.0})
    assert [*leg.ordered([4, 3, 2, 1]).scores] == [3, 4, 2, 1]


def test_a_period_keeps_the_order_of_equal_scores() -> None:
    april = Timing((Period(date(2022, 4, 1), date(2022, 4, 30)),))
    days = dict.fromkeys((7, 3), date(2022, 4, 2))
    found = boosted({7: 0.2, 3: 0.2}, days, april, newest=None, in_period=1.0, recent=0.0)
    assert found == pytest.approx({7: 0.2 + 1 / 11, 3: 0.2 + 1 / 12})
