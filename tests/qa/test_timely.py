"""Questions of a time are answered from articles of that time, by a reader that sees no dates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import pytest

from index import Article, ArticleIndex, Hit, Span
from qa import Claim, Draft, answer, question_time
from qa.question_time import without_time
from qa.timely import read_in_time
from tests.index.conftest import HashEmbedder

TODAY = date(2022, 4, 26)
PRICES = {
    "old": ("Rice cost five coins in the north.", date(2022, 2, 9)),
    "middle": ("Rice was sold for seven coins by traders.", date(2022, 3, 18)),
    "new": ("Traders asked nine coins for their rice.", date(2022, 4, 25)),
    "undated": ("Nobody bought rice for eleven coins.", None),
}
LIMIT = 0.5


class Prices:
    """Answers with the number of coins of the passage that it likes best, as it is told."""

    name = "prices"
    threshold = LIMIT

    def __init__(self, liking: dict[str, float], refused: str = "") -> None:
        self.liking, self.refused = liking, refused
        self.asked: list[tuple[str, list[str]]] = []

    def read(self, question: str, hits: Sequence[Hit]) -> Draft:
        self.asked.append((question, sorted(hit.article.id for hit in hits)))
        verdicts = tuple(self.liking.get(hit.article.id, 0.0) for hit in hits)
        best = max(range(len(hits)), key=lambda place: verdicts[place])
        passage = hits[best].passage
        span = Span(passage.article_id, passage.start, passage.end)
        refused = bool(self.refused) and self.refused in question
        probability = 0.1 if refused else verdicts[best]
        return Draft((Claim(passage.text, (span,), probability),), verdicts=verdicts)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[ArticleIndex]:
    with ArticleIndex.open(tmp_path / "index", create=True, model=HashEmbedder()) as index:
        index.add(
            Article(id_, "", text, language="en", published=day)
            for id_, (text, day) in PRICES.items()
        )
        yield index


def answered(index: ArticleIndex, question: str, reader: Prices) -> tuple[bool, list[str]]:
    found = answer(question, index=index, reader=reader, today=TODAY)
    return found.found, [cited.article_id for cited in found.citations]


ALIKE = {"old": 0.95, "middle": 0.9, "new": 0.8, "undated": 0.9}


@pytest.mark.parametrize(
    ("question", "article"),
    [
        ("What does rice cost?", "old"),
        ("What does rice cost now?", "new"),
        ("What is the latest price of rice?", "new"),
        ("What did rice cost in March 2022?", "middle"),
        ("What did rice cost last month?", "middle"),
        ("What did rice cost yesterday?", "new"),
        ("What did rice cost in 1998?", "old"),  # no article of that time: as it was read
        ("What has rice cost since 2019?", "old"),  # a long time tells nothing
    ],
)
def test_the_article_of_the_time_answers(index: ArticleIndex, question: str, article: str) -> None:
    assert answered(index, question, Prices(ALIKE)) == (True, [article])


def test_what_answers_less_well_is_left_for_all_its_newness(index: ArticleIndex) -> None:
    """The newest has 0.7, less than 0.8 of the best."""
    reader = Prices({**ALIKE, "new": 0.7})
    assert answered(index, "What does rice cost now?", reader) == (True, ["middle"])


def test_what_is_refused_is_read_without_its_time(index: ArticleIndex) -> None:
    reader = Prices(ALIKE, refused="2022")
    assert answered(index, "What did rice cost in March 2022?", reader) == (True, ["middle"])
    everything = sorted(PRICES)
    assert reader.asked == [
        ("What did rice cost in March 2022?", everything),
        ("What did rice cost?", everything),
        ("What did rice cost in March 2022?", ["middle"]),
        ("What did rice cost?", ["middle"]),
    ]


def test_what_stays_refused_is_refused(index: ArticleIndex) -> None:
    reader = Prices(ALIKE, refused="rice")
    assert answered(index, "What did rice cost in March 2022?", reader) == (False, [])
    # Two readings of everything, and none of an article alone.
    assert [len(articles) for _, articles in reader.asked] == [4, 4]


def test_without_a_threshold_the_first_reading_stands(index: ArticleIndex) -> None:
    found = answer("What does rice cost now?", index=index, reader=Prices(ALIKE), threshold=None)
    assert [cited.article_id for cited in found.citations] == ["old"]


def test_readers_that_judge_no_passages_are_left_alone(index: ArticleIndex) -> None:
    hits = index.search("rice", 4)
    draft = Draft((Claim("x", (Span(hits[0].article.id, 0, 4),), 0.9),))
    timing, _ = question_time("What does rice cost now?", today=TODAY)
    reader = Prices(ALIKE)
    assert read_in_time(draft, hits, LIMIT, reader, "rice now?", timing) is draft
    assert read_in_time(draft, hits, 0.95, reader, "rice now?", timing) is draft
    assert reader.asked == []


@pytest.mark.parametrize(
    ("question", "without"),
    [
        ("Berapa harga beras pada Februari 2022?", "Berapa harga beras?"),
        ("Berapa harga beras pada bulan Maret lalu?", "Berapa harga beras?"),
        ("Apa yang terjadi di Banyu pekan lalu?", "Apa yang terjadi di Banyu?"),
        ("Berapa harga beras terbaru?", "Berapa harga beras?"),
        ("What does rice cost now?", "What does rice cost?"),
        ("How much did rice cost in March 2022 in Banyu?", "How much did rice cost in Banyu?"),
        (
            "Siapa yang ditemui pada Selasa (26/4/2022)?",
            "Siapa yang ditemui pada Selasa (26/4/2022)?",
        ),
        ("Who closed the bridge?", "Who closed the bridge?"),
    ],
)
def test_a_question_without_its_time(question: str, without: str) -> None:
    assert without_time(question, TODAY) == without
