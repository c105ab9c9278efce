"""Retrieval and answer evaluation over a small fake index, with hand-computed figures."""

from __future__ import annotations

import json
from collections.abc import Sequence
from math import log2
from pathlib import Path
from typing import cast

import pytest

from index import (
    AddReport,
    Article,
    ArticleError,
    ArticleIndex,
    ArticleInfo,
    Failure,
    Hit,
    KutipError,
    Passage,
    Sentence,
    Span,
)
from qa.evaluation.collection import Collection, read_sentences, temporary_index
from qa.evaluation.retrieval import evaluate_retrieval
from qa.evaluation.rows import GoldAnswer, Question

ARTICLES = [
    Article("palu.id", "Gempa", "Gempa\nKota Palu rusak.\nWarga lari.\nKota Palu rusak.",
            language="id", metadata={"parallel": "palu"}),
    Article("palu.en", "Quake", "Quake\nPalu is damaged.\nPeople ran.\nPalu is damaged.",
            language="en", metadata={"parallel": "palu"}),
    *(Article(f"lain-{n}", "", f"Berita lain nomor {n}.", language="id") for n in range(20)),
]  # fmt: skip


class FakeIndex:
    """Finds what it was told to: article ids, each with the line that is the passage."""

    def __init__(self, found: Sequence[tuple[str, int]] = ()) -> None:
        self.found = found
        self.asked: list[int] = []

    def articles(self) -> list[ArticleInfo]:
        """List all articles."""
        return [ArticleInfo(a.id, a.title, None, a.language, "", a.digest) for a in ARTICLES]

    def article(self, article_id: str) -> Article:
        """Return one article."""
        return next(article for article in ARTICLES if article.id == article_id)

    def search(self, query: str, k: int = 10) -> list[Hit]:
        """Return the first ``k`` of the told passages."""
        self.asked.append(k)
        return [self._hit(*place) for place in self.found[:k]]

    def _hit(self, article_id: str, line: int) -> Hit:
        article = self.article(article_id)
        lines = article.text.split("\n")
        start = sum(len(text) + 1 for text in lines[:line])
        end = start + len(lines[line])
        sentence = Sentence(article_id, start, end)
        about = ArticleInfo(article_id, "", None, article.language, "", article.digest)
        return Hit(Passage(article_id, start, end, (sentence,), lines[line]), 1.0, 1, 1, about)


def index_of(*found: tuple[str, int]) -> ArticleIndex:
    """Make an index that finds ``found`` for every question."""
    return cast(ArticleIndex, FakeIndex(found))


ALL = Collection.of(index_of())


def test_ranks_articles_by_their_first_passage() -> None:
    """lain-0 twice, lain-1, then the gold article: third of the articles, fourth passage."""
    index = index_of(("lain-0", 0), ("lain-0", 0), ("lain-1", 0), ("palu.id", 2), ("palu.id", 1))
    report = evaluate_retrieval(index, [Question("q", "?", "id", doc="palu.id", sentences=(1,))])
    figures = {
        "n": 1,
        "recall": {"1": 0.0, "5": 1.0, "10": 1.0},
        "mrr": pytest.approx(1 / 3),
        "ndcg10": pytest.approx(1 / log2(4)),
        "gold_sentence": {"1": 0.0, "5": 1.0, "8": 1.0},
    }
    assert report == {**figures, "by_pair": {"id-id": figures}}


def test_any_language_counts_for_a_parallel_key() -> None:
    """The English version found first is right; versions after it do not push others down."""
    index = index_of(("palu.en", 2), ("palu.id", 0), ("lain-3", 0))
    question = Question("q", "?", "en", doc="palu", sentences=(2,))
    other = Question("r", "?", "en", doc="lain-3", sentences=(0,))
    report = evaluate_retrieval(index, [question, other])
    assert list(report["by_pair"]) == ["en-en+id", "en-id"]
    assert report["by_pair"]["en-en+id"]["mrr"] == 1.0
    assert report["by_pair"]["en-en+id"]["gold_sentence"]["1"] == 1.0
    # For the other question the two versions are two articles, so its own is third.
    assert report["by_pair"]["en-id"]["mrr"] == pytest.approx(1 / 3)
    assert report["mrr"] == pytest.approx((1 + 1 / 3) / 2)
    assert report["recall"]["1"] == 0.5


def test_not_found_is_zero() -> None:
    """Neither an empty search nor the eleventh article counts."""
    question = Question("q", "?", "id", doc="palu.id", sentences=(1,))
    eleventh = [(f"lain-{n}", 0) for n in range(10)] + [("palu.id", 1)]
    for found in ([], eleventh):
        report = evaluate_retrieval(index_of(*found), [question])
        assert report["mrr"] == report["ndcg10"] == 0.0
        assert report["recall"] == {"1": 0.0, "5": 0.0, "10": 0.0}
        assert report["gold_sentence"] == {"1": 0.0, "5": 0.0, "8": 0.0}


def test_searches_deeper_until_ten_articles() -> None:
    """150 passages of one article hide the gold one; k doubles until it is seen."""
    index = FakeIndex([("lain-0", 0)] * 150 + [(f"lain-{n}", 0) for n in range(1, 20)])
    question = Question("q", "?", "id", doc="lain-1", sentences=(0,))
    report = evaluate_retrieval(cast(ArticleIndex, index), [question])
    assert index.asked == [50, 100, 200]
    assert report["mrr"] == 0.5
    assert report["gold_sentence"]["8"] == 0.0


def test_search_argument() -> None:
    """Another search can be measured over the same articles."""
    found = index_of(("palu.id", 1))
    question = Question("q", "?", "id", doc="palu.id", sentences=(1,))
    report = evaluate_retrieval(
        index_of(), [question], search=lambda text, k: found.search(text, k)
    )
    assert report["mrr"] == 1.0


def test_unanswerable_questions_are_left_out() -> None:
    """Only questions that something answers count; none at all is a mistake."""
    nothing = Question("n", "?", "id")
    question = Question("q", "?", "id", doc="palu.id")
    report = evaluate_retrieval(index_of(("palu.id", 1)), [nothing, question])
    assert report["n"] == 1
    assert report["gold_sentence"] == {"1": None, "5": None, "8": None}
    with pytest.raises(KutipError, match="nothing to evaluate"):
        evaluate_retrieval(index_of(), [nothing])


def test_gold_number_is_a_line_of_the_text() -> None:
    """Number 3 of the repeated sentence is the second one, at its own place, in each language."""
    gold = ALL.find_gold(Question("q", "?", "id", doc="palu", sentences=(0, 3)))
    assert gold.sentences == (
        Span("palu.id", 0, 5),
        Span("palu.en", 0, 5),
        Span("palu.id", 35, 51),
        Span("palu.en", 35, 51),
    )
    assert ARTICLES[0].text[35:51] == "Kota Palu rusak."
    assert gold.met_by(Span("palu.id", 50, 60))
    assert not gold.met_by(Span("palu.id", 6, 35))
    assert not gold.met_by(Span("lain-0", 0, 5))


def test_gold_number_counts_the_sentence_list_where_there_is_one() -> None:
    """Sentences of one paragraph are found in order, each after the one before it."""
    article = Article("a", "Judul", "Judul\nSatu dua. Tiga. Satu dua.", language="id")
    lists = {"a": ("Judul", " Satu dua.", "Tiga.", "Satu dua. ")}
    collection = Collection({"a": article}, {"a": [article]}, lists)
    gold = collection.find_gold(Question("q", "?", "id", doc="a", sentences=(1, 3)))
    assert gold.sentences == (Span("a", 6, 15), Span("a", 22, 31))


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (Question("q7", "?", "id", doc="bbc.1", sentences=(0,)), "article 'bbc.1'"),
        (Question("q7", "?", "id", doc="palu.id", sentences=(4,)), "sentence 4 .* 'palu.id'"),
        (
            Question("q7", "?", "id", context="Tak ada", spans=(GoldAnswer("Tak", 0),)),
            "article that its context is from",
        ),
    ],
)
def test_gold_that_is_not_there(question: Question, said: str) -> None:
    """Questions over other articles are refused by name."""
    with pytest.raises(KutipError, match=said):
        ALL.find_gold(question)


def test_gold_of_a_reader_row() -> None:
    """The article that holds the context, and its sentence that holds the answer."""
    context = "  Kota Palu rusak.\nWarga lari.\n"
    question = Question("q", "?", "id", context=context, spans=(GoldAnswer("rusak.", 12),))
    gold = ALL.find_gold(question)
    assert [article.id for article in gold.articles] == ["palu.id"]
    assert [ARTICLES[0].text[s.start : s.end] for s in gold.sentences] == ["Kota Palu rusak."]


def test_read_sentences(tmp_path: Path) -> None:
    """Lists come from JSON lines that have them; other files have none."""
    path = tmp_path / "articles.jsonl"
    records = [{"id": "a", "sentences": ["Judul", "Isi."]}, {"id": "b"}, {"sentences": ["x"]}]
    path.write_text("\n".join(json.dumps(record) for record in records), encoding="utf-8")
    assert read_sentences([path, tmp_path / "berita.txt"]) == {"a": ("Judul", "Isi.")}


class _OpenedIndex:
    """Stands in for ``ArticleIndex`` where only opening, adding and closing matter."""

    failed: tuple[Failure, ...] = ()

    def __init__(self, path: Path) -> None:
        self.path = path
        self.added: list[str] = []

    @classmethod
    def open(cls, path: Path, *, create: bool, model: str | None) -> _OpenedIndex:
        assert (create, model) == (True, "small")
        path.mkdir()
        return cls(path)

    def __enter__(self) -> _OpenedIndex:
        return self

    def __exit__(self, *error: object) -> None:
        (self.path / "closed").touch()

    def add(self, paths: list[str], *, progress: object) -> AddReport:
        self.added += paths
        return AddReport(added=len(paths), failed=self.failed)


def test_temporary_index(monkeypatch: pytest.MonkeyPatch) -> None:
    """It holds the files while it is used and leaves nothing behind."""
    monkeypatch.setattr("qa.evaluation.collection.ArticleIndex", _OpenedIndex)
    with temporary_index(["a.jsonl"], model="small") as index:
        opened = cast(_OpenedIndex, index)
        assert opened.added == ["a.jsonl"]
        assert opened.path.is_dir()
    assert not opened.path.parent.exists()


def test_temporary_index_of_a_bad_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures over half the articles would mislead: a file that fails is an error."""
    monkeypatch.setattr("qa.evaluation.collection.ArticleIndex", _OpenedIndex)
    monkeypatch.setattr(_OpenedIndex, "failed", (Failure("b.jsonl", "b.jsonl is empty."),))
    with (
        pytest.raises(ArticleError, match=r"b\.jsonl is empty") as caught,
        temporary_index(["b.jsonl"], model="small"),
    ):
        pass
    assert caught.value.path == "b.jsonl"
