"""Time in questions from end to end, the day an answer is of, and fitting sentences."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from index import Article, ArticleIndex, Filters, Hit, Span
from qa import Claim, Draft, answer, find, search, stream_answer
from tests.index.conftest import HashEmbedder

STRIKE = "The harbour strike closed the bridge. Rice was cheap."
TODAY = date(2022, 4, 26)


class First:
    """A reader that quotes the first sentence of each hit, and may say which fits best."""

    name = "first"

    def __init__(self, fitting: int | None = None) -> None:
        self.fitting = fitting

    def read(self, question: str, hits: Sequence[Hit]) -> Draft:
        spans = [hit.passage.sentences[0] for hit in hits]
        claims = tuple(Claim(hits[0].passage.slice(span), (span,), 0.9) for span in spans[:1])
        if self.fitting is None:
            return Draft(claims)
        chosen = tuple(hit.passage.sentences[self.fitting] for hit in hits)
        return Draft(claims, sentences=chosen, verdicts=(0.5,) * len(hits))


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> ArticleIndex:
    """Return an index of one text published on six days, and once without a date."""
    folder = tmp_path_factory.mktemp("finding") / "index"
    index = ArticleIndex.open(folder, create=True, model=HashEmbedder())
    days = {
        "march": date(2022, 3, 10),
        "yesterday": date(2022, 4, 25),
        "week": date(2022, 4, 6),
        "old": date(2019, 4, 25),
        "older": date(2018, 1, 5),
        "newest": date(2023, 1, 1),
        "undated": None,
    }
    index.add(
        # A word of their own each, or they would be copies of one another.
        Article(name, "", f"{STRIKE}\n{name}.", language="en", source=name, published=day)
        for name, day in days.items()
    )
    return index


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("What closed the bridge in March 2022?", "march"),
        ("What closed the bridge yesterday?", "yesterday"),
        ("Apa yang menutup bridge tiga pekan lalu?", "week"),
        ("What closed the bridge in April 2019?", "old"),
        ("What closed the bridge before 2019?", "older"),
        ("What is the latest on the bridge?", "newest"),
    ],
)
def test_the_article_of_the_day_comes_first(index: ArticleIndex, question: str, first: str) -> None:
    found = answer(question, index=index, reader=First(), today=TODAY, k=7)
    assert found.hits[0].article.id == first
    assert len(found.hits) == 7
    assert search(question, index=index, reader=First(), today=TODAY, k=7) == list(found.hits)
    assert find(question, index=index, reader=First(), today=TODAY, k=7).hits == found.hits


@pytest.mark.parametrize(
    "question", ["What is the latest on the bridge?", "Apa kabar terbaru bridge?"]
)
def test_the_latest_counts_half_as_much_again(index: ArticleIndex, question: str) -> None:
    plain = {hit.article.id: hit.score for hit in index.search(question)}
    found = {hit.article.id: hit.score for hit in search(question, index=index, reader=First())}
    assert found["newest"] / plain["newest"] == pytest.approx(1.5)
    assert found["undated"] == plain["undated"]
    assert found["old"] < 1.01 * plain["old"]


def test_articles_published_in_a_year_are_all_there_is(index: ArticleIndex) -> None:
    question = "Which articles about the bridge were published in 2022?"
    found = find(question, index=index, reader=First(), today=TODAY)
    assert {hit.article.id for hit in found.hits} == {"march", "week", "yesterday"}
    assert found.facets.articles == 3
    assert {hit.article.id for hit in answer(question, index=index, reader=First()).hits} == {
        "march",
        "week",
        "yesterday",
    }
    later = Filters(published_from=date(2023, 1, 1))
    found = find(question, index=index, reader=First(), filters=later)
    assert [hit.article.id for hit in found.hits] == ["newest"]
    none = question.replace("2022", "1999")
    assert find(none, index=index, reader=First()).hits == ()
    assert not answer(none, index=index, reader=First()).found


def test_an_answer_about_now_carries_the_day_of_its_newest_article(index: ArticleIndex) -> None:
    found = answer("What is the latest on the bridge?", index=index, reader=First())
    assert found.as_of == date(2023, 1, 1)
    assert str(found).splitlines()[1] == "(as of 1 January 2023)"
    only = Filters(article_ids=("newest",))
    question = "Bagaimana keadaan bridge saat ini?"
    found = answer(question, index=index, reader=First(), filters=only)
    assert found.as_of_words == "per 1 Januari 2023"
    *_, last = stream_answer("What is the latest on the bridge?", index=index, reader=First())
    assert last.as_of == date(2023, 1, 1)


def test_the_newest_of_several_citations_counts(index: ArticleIndex) -> None:
    class Two(First):
        def read(self, question: str, hits: Sequence[Hit]) -> Draft:
            chosen = [hit for hit in hits if hit.article.id in ("old", "march", "undated")]
            spans = tuple(hit.passage.sentences[0] for hit in chosen)
            return Draft((Claim("closed", spans, 0.9),))

    found = answer("Is the bridge currently closed?", index=index, reader=Two(), k=7)
    assert len(found.citations) == 3
    assert found.as_of == date(2022, 3, 10)


@pytest.mark.parametrize(
    "question",
    ["What closed the bridge?", "What closed the bridge in April 2022?", "Who was the mayor?"],
)
def test_other_answers_carry_no_day(index: ArticleIndex, question: str) -> None:
    found = answer(question, index=index, reader=First(), today=TODAY)
    assert found.found
    assert (found.as_of, found.as_of_words) == (None, "")
    assert "as of" not in str(found)


def test_no_day_without_citations_or_dates(index: ArticleIndex) -> None:
    question = "What is the latest on the bridge?"
    refused = answer(question, index=index, reader=First(), threshold=0.95)
    assert (refused.found, refused.as_of) == (False, None)
    undated = Filters(article_ids=("undated",))
    found = answer(question, index=index, reader=First(), filters=undated)
    assert (found.found, found.as_of) == (True, None)


def fitting(index: ArticleIndex, query: str, reader: First) -> list[str]:
    """Return the fitting sentences of what a query finds."""
    found = find(query, index=index, reader=reader, k=2)
    pairs = zip(found.hits, found.sentences, strict=True)
    return [hit.passage.slice(one) if one else "" for hit, one in pairs]


def test_the_fitting_sentence(index: ArticleIndex) -> None:
    strike, rice = "The harbour strike closed the bridge.", "Rice was cheap."
    # Without a word from the reader, that which shares most terms.
    assert fitting(index, "how cheap is it?", First()) == [rice, rice]
    assert fitting(index, "cheap bridge strike", First()) == [strike, strike]
    assert fitting(index, "volcano", First()) == ["", ""]
    # The reader's choice, unless a sentence has all terms.
    assert fitting(index, "what is cheap about the volcano?", First(0)) == [strike, strike]
    assert fitting(index, "volcano", First(1)) == [rice, rice]
    assert fitting(index, "cheap rice", First(0)) == [rice, rice]


def test_sentences_go_with_their_hits_when_the_reader_reorders_them(tmp_path: Path) -> None:
    class Reversing(First):
        def read(self, question: str, hits: Sequence[Hit]) -> Draft:
            chosen = tuple(Span(hit.article.id, 0, len(hit.passage.text)) for hit in hits)
            return Draft(sentences=chosen, verdicts=tuple(float(n) for n in range(len(hits))))

    with ArticleIndex.open(tmp_path / "i", create=True, model=HashEmbedder()) as index:
        index.add(Article(f"a{n}", "", f"Bridge {'long ' * n}.", language="en") for n in range(4))
        found = find("span of the bridge", index=index, reader=Reversing())
        ranked = search("span of the bridge", index=index, reader=Reversing())
    assert list(found.hits) == ranked
    spans = [span.article_id for span in found.sentences if span]
    assert spans == [hit.article.id for hit in found.hits]
    assert found.hits[0].dense_rank != 1
