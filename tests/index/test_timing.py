"""Boosts by date against scores worked out by hand, and facets against counting."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from index import Article, ArticleIndex, Facets, Filters, FusionWeights, Period, Timing
from index.timing import boosted, newness

APRIL = Period(date(2022, 4, 1), date(2022, 4, 30))
DAYS = {
    1: date(2022, 3, 31),  # the day before: 0
    2: date(2022, 4, 1),
    3: date(2022, 4, 30),
    4: date(2022, 5, 15),  # 15 of 30 days after: 1/2
    5: date(2022, 5, 30),  # 30 days after: 0
    6: date(2023, 4, 15),
}


def test_nearness_is_whole_inside_and_falls_for_a_month_after() -> None:
    nearness = {id_: APRIL.nearness(day) for id_, day in DAYS.items()}
    assert nearness == pytest.approx({1: 0, 2: 1, 3: 1, 4: 0.5, 5: 0, 6: 0})
    assert APRIL.nearness(date(2022, 5, 1)) == pytest.approx(29 / 30)


def test_an_open_end_reaches_on() -> None:
    since, until = Period(date(2019, 1, 1), None), Period(None, date(2019, 12, 31))
    assert [since.nearness(date(year, 6, 1)) for year in (2018, 2019, 2030)] == [0, 1, 1]
    assert [until.nearness(date(year, 1, 15)) for year in (1900, 2019)] == [1, 1]
    assert until.nearness(date(2020, 1, 15)) == pytest.approx(0.5)


def test_newness_halves_every_180_days() -> None:
    newest = date(2022, 12, 31)
    ages = {0: 1.0, 180: 0.5, 360: 0.25, 90: 0.5**0.5}
    for age, expected in ages.items():
        day = date.fromordinal(newest.toordinal() - age)
        assert newness(day, newest) == pytest.approx(expected)


def boost(timing: Timing, newest: date | None = None, **scores: float) -> dict[int, float]:
    """Boost the scores of passages named p1, p2, ... with weights 2 and 0.5."""
    given = {int(name[1:]): score for name, score in scores.items()}
    days = {id_: day for id_, day in DAYS.items() if id_ in given}
    return boosted(given, days, timing, newest=newest, in_period=2.0, recent=0.5)


def test_a_period_is_a_third_leg() -> None:
    timing = Timing((APRIL,))
    found = boost(timing, p1=0.3, p2=0.2, p3=0.1, p4=0.2, p9=0.25)
    # Score × nearness is 0.2, 0.1 and 0.2 × 1/2 for 2, 3 and 4: ranks 1, 2 and, by its id, 3.
    # Passage 1 is of the day before, and 9 has no date: both stay as they are.
    expected = {1: 0.3, 2: 0.2 + 2 / 11, 3: 0.1 + 2 / 12, 4: 0.2 + 2 * 0.5 / 13, 9: 0.25}
    assert found == pytest.approx(expected)
    assert list(found) == [1, 2, 3, 4, 9]


def test_the_best_of_several_periods_counts() -> None:
    timing = Timing((APRIL, Period(date(2022, 5, 15), date(2022, 5, 15))))
    found = boost(timing, p3=0.1, p4=0.2, p5=0.1)
    # Nearness 1, 1 and, 15 days after the second period, 1/2.
    expected = {4: 0.2 + 2 / 11, 3: 0.1 + 2 / 12, 5: 0.1 + 2 * 0.5 / 13}
    assert found == pytest.approx(expected)


def test_the_present_prefers_what_is_new() -> None:
    timing = Timing(present=True)
    found = boost(timing, date(2022, 6, 29), p2=0.2, p3=0.2, p5=0.2)
    # 89, 60 and 30 days before the newest.
    halves = {2: 0.5 ** (89 / 180), 3: 0.5 ** (60 / 180), 5: 0.5 ** (30 / 180)}
    assert found == pytest.approx({id_: 0.2 * (1 + 0.5 * half) for id_, half in halves.items()})
    assert boost(timing, None, p2=0.2) == {2: 0.2}


def test_the_present_comes_on_top_of_a_period() -> None:
    timing = Timing((Period(date(2022, 4, 1), None),), present=True)
    found = boost(timing, date(2022, 4, 30), p1=0.1, p3=0.1)
    expected = {1: 0.1 * (1 + 0.5 * 0.5 ** (30 / 180)), 3: (0.1 + 2 / 11) * 1.5}
    assert found == pytest.approx(expected)


@pytest.mark.parametrize(
    ("first", "last", "message"),
    [
        (date(2022, 1, 2), date(2022, 1, 1), "the period is empty: 2022-01-02 is after 2022-01-01"),
        (None, None, "a period needs a first or a last day"),
    ],
)
def test_no_period_is_empty(first: date | None, last: date | None, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Period(first, last)


# Different enough to be no copies of each other.
CLOSED = (
    "The bridge was closed by the mayor.",
    "A storm shook the old bridge, and ferries carried all goods instead.",
    "Painters will work on the towers of the bridge until rain comes.",
    "Tolls on the bridge rose twice; drivers complained to the council.",
    "Fishermen under the bridge caught nothing this cold season, they say.",
    "Schoolchildren drew the bridge for a calendar that sold very well.",
)
ARTICLES = [
    Article(f"a{number}", "", CLOSED[number], language=language, source=source, published=published)
    for number, (language, source, published) in enumerate(
        [
            ("en", "north", date(2022, 3, 1)),
            ("en", "north", date(2022, 4, 10)),
            ("id", "south", date(2022, 4, 20)),
            ("en", "south", date(2021, 4, 10)),
            ("fr", "south", None),
            ("en", "west", date(2022, 6, 1)),
        ]
    )
]


@pytest.fixture
def index(tmp_path: Path, embedder: object) -> ArticleIndex:
    """Return an index of articles that differ in date, language and source only."""
    index = ArticleIndex.open(tmp_path / "index", create=True, model=embedder)
    index.add(ARTICLES)
    return index


def order(index: ArticleIndex, timing: Timing | None, **options: object) -> list[str]:
    hits = index.search("Who closed the bridge?", 10, timing=timing, **options)  # type: ignore[arg-type]
    return [hit.article.id for hit in hits]


DENSE = FusionWeights(1.0, 0.0, 0.0, in_period=1.0, recent=0.5)


def test_articles_of_the_period_come_first(index: ArticleIndex) -> None:
    plain = index.search("Who closed the bridge?", 10, weights=DENSE)
    found = index.search("Who closed the bridge?", 10, timing=Timing((APRIL,)), weights=DENSE)
    ranks = {hit.article.id: hit.dense_rank or 0 for hit in plain}
    assert sorted(ranks.values()) == [1, 2, 3, 4, 5, 6]
    assert min(ranks["a1"], ranks["a2"]) > 1
    expected = {id_: 1 / (10 + rank) for id_, rank in ranks.items()}
    for rank, id_ in enumerate(sorted(("a1", "a2"), key=lambda id_: ranks[id_]), start=1):
        expected[id_] += 1 / (10 + rank)
    scores = {hit.article.id: hit.score for hit in found}
    assert scores == pytest.approx(expected)
    assert list(scores) == sorted(expected, key=lambda id_: -expected[id_])
    assert {*list(scores)[:2]} == {"a1", "a2"}
    assert {hit.article.id: hit.dense_rank for hit in found} == ranks


def test_the_boost_acts_before_the_cut(index: ArticleIndex) -> None:
    """The one passage asked for is of the period, although another has the first rank."""
    [plain] = index.search("Who closed the bridge?", 1, weights=DENSE)
    [found] = index.search("Who closed the bridge?", 1, timing=Timing((APRIL,)), weights=DENSE)
    assert plain.article.id not in ("a1", "a2")
    assert found.article.id in ("a1", "a2")


def test_the_newest_is_that_of_the_articles_searched(index: ArticleIndex) -> None:
    now = Timing(present=True)
    hits = index.search("Who closed the bridge?", 10, timing=now, weights=DENSE)
    factors = {hit.article.id: hit.score * (10 + (hit.dense_rank or 0)) for hit in hits}
    assert factors["a5"] == pytest.approx(1.5)
    assert factors["a0"] == pytest.approx(1 + 0.5 * 0.5 ** (92 / 180))
    assert factors["a4"] == pytest.approx(1)  # without a date
    north = Filters(sources=("north",))
    hits = index.search("Who closed the bridge?", 10, timing=now, filters=north, weights=DENSE)
    factors = {hit.article.id: hit.score * (10 + (hit.dense_rank or 0)) for hit in hits}
    assert factors == pytest.approx({"a0": 1 + 0.5 * 0.5 ** (40 / 180), "a1": 1.5})


def test_nothing_said_of_time_changes_nothing(index: ArticleIndex) -> None:
    assert index.search("bridge", timing=Timing()) == index.search("bridge")
    assert order(index, Timing((Period(date(1999, 1, 1), date(1999, 1, 1)),))) == order(index, None)


def test_a_filter_without_match_finds_nothing(index: ArticleIndex) -> None:
    for timing in (None, Timing((APRIL,)), Timing(present=True)):
        assert order(index, timing, filters=Filters(languages=("fi",))) == []
        assert order(index, timing, filters=Filters(published_to=date(1999, 1, 1))) == []


def test_facets_are_counts_of_articles(index: ArticleIndex) -> None:
    facets = index.facets()
    assert facets == Facets(
        articles=6,
        languages=(("en", 4), ("fr", 1), ("id", 1)),
        sources=(("south", 3), ("north", 2), ("west", 1)),
        months=(("2022-06", 1), ("2022-04", 2), ("2022-03", 1), ("2021-04", 1), ("", 1)),
    )
    assert dict(facets.languages) == Counter(article.language for article in ARTICLES)


def test_facets_follow_filters_and_queries(index: ArticleIndex) -> None:
    english = index.facets(filters=Filters(languages=("en",)))
    assert (english.articles, english.languages) == (4, (("en", 4),))
    index.add(Article("b", "", "Rice became cheaper.", language="en", source="east"))
    assert index.facets().articles == 7
    # Among seven passages a query finds them all; a filter leaves what it finds there.
    assert index.facets("bridge").articles == 7
    rice = index.facets("rice", filters=Filters(sources=("east",)))
    assert rice == Facets(1, (("en", 1),), (("east", 1),), (("", 1),))
    empty = Facets(0, (), (), ())
    assert index.facets("bridge", filters=Filters(languages=("fi",))) == empty
    assert index.facets("  ") == empty


def test_facets_of_a_query_count_its_first_hundred_passages(
    tmp_path: Path, embedder: object
) -> None:
    """Each article is one passage here; what is far from the query is not counted."""
    with ArticleIndex.open(tmp_path / "many", create=True, model=embedder) as index:
        index.add(Article(f"r{n}", "", f"Rice {n}.", source=f"s{n}") for n in range(60))
        index.add(Article(f"c{n}", "", f"Coal {n}.", source="coal") for n in range(60))
        assert index.facets("rice").articles == 100
        sources = index.facets().sources
    assert sources[0] == ("coal", 60)
    # The 49 others listed are the first by name, for all have one article.
    assert list(sources[1:]) == sorted((f"s{n}", 1) for n in range(60))[:49]
