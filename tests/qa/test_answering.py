"""Search, read, cite: with scripted readers, so that each step's part shows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from index import Article, ArticleIndex, Filters, Hit, ReaderError, Span, StoreError
from qa import Answer, Claim, Draft, answer, open_index, search, stream_answer
from qa.answering import rank
from qa.conversation import search_question, stands_alone

TEXT = "Wali kota membuka pasar ikan. Pasar itu menjual 40 ton ikan sehari. Cuaca cerah."


class Scripted:
    """A reader that says what the test tells it to."""

    def __init__(self, *claims: tuple[str, int, int, float], name: str = "scripted") -> None:
        self.name, self.claims, self.asked = name, claims, []

    def read(self, question: str, hits: Sequence[Hit]) -> Draft:
        self.asked.append(question)
        spans = [(text, Span("pasar", start, end), p) for text, start, end, p in self.claims]
        return Draft(tuple(Claim(text, (span,), p) for text, span, p in spans))


class Broken:
    name = "openai:broken"

    def read(self, question: str, hits: Sequence[Hit]) -> Draft:
        raise ReaderError("openai:broken could not be reached.")


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> ArticleIndex:
    index = ArticleIndex.open(tmp_path_factory.mktemp("answering") / "index", create=True)
    index.add(Article("pasar", "", TEXT, source="pasar", language="id", published=date(2024, 5, 1)))
    return index


def test_an_answer_holds_exact_quotes(index: ArticleIndex) -> None:
    reader = Scripted(("40 ton", 48, 54, 0.9))
    found = answer("Berapa ton ikan dijual sehari?", index=index, reader=reader)
    assert found.found
    assert found.text == "40 ton [1]"
    assert found.confidence == 0.9
    assert found.language == "id"
    (citation,) = found.citations
    assert index.article(citation.article_id).text[citation.start : citation.end] == "40 ton"
    assert citation.sentence == "Pasar itu menjual 40 ton ikan sehari."
    assert citation.published == date(2024, 5, 1)
    assert found.generation == index.generation
    assert str(found).splitlines()[0] == "40 ton [1]"
    assert "Pasar itu menjual 40 ton ikan sehari." in str(found)


@pytest.mark.parametrize(
    ("question", "refusal"),
    [
        ("Who is the president of France?", "These articles do not answer that question."),
        ("Siapa presiden Prancis saat ini?", "Artikel-artikel ini tidak menjawab pertanyaan itu."),
    ],
)
def test_a_refusal_says_so_in_the_questions_language(
    index: ArticleIndex, question: str, refusal: str
) -> None:
    reader = Scripted(("40 ton", 48, 54, 0.2))
    refused = answer(question, index=index, reader=reader, threshold=0.5)
    assert (refused.found, refused.text, refused.citations) == (False, refusal, ())
    assert refused.confidence == 0.2
    assert [hit.article.id for hit in refused.hits] == ["pasar"]
    # Without a threshold nothing is refused.
    assert answer(question, index=index, reader=reader, threshold=None).found


def test_a_lying_reader_is_reported_not_quoted(index: ArticleIndex) -> None:
    reader = Scripted(("true", 48, 54, 0.9), ("made up", 500, 600, 0.99))
    found = answer("Berapa ton?", index=index, reader=reader)
    assert found.text == "true [1]"
    assert [claim.text for claim in found.unsupported] == ["made up"]
    assert found.confidence == 0.9
    only_lies = answer("Berapa ton?", index=index, reader=Scripted(("made up", 500, 600, 0.99)))
    assert not only_lies.found
    assert [claim.text for claim in only_lies.unsupported] == ["made up"]


def test_the_stream_grows_and_ends_in_the_answer(index: ArticleIndex) -> None:
    reader = Scripted(("Wali kota", 0, 9, 0.9), ("40 ton", 48, 54, 0.8))
    steps = list(stream_answer("Siapa membuka pasar?", index=index, reader=reader))
    assert [step.text for step in steps] == ["", "Wali kota [1]", "Wali kota [1]\n40 ton [2]"]
    assert [hit.article.id for hit in steps[0].hits] == ["pasar"]
    assert steps[-1] == answer("Siapa membuka pasar?", index=index, reader=reader)


def test_a_failing_model_falls_back_and_says_so(index: ArticleIndex) -> None:
    found = answer("Berapa ton ikan dijual sehari?", index=index, reader=Broken(), threshold=None)
    plain = answer("Berapa ton ikan dijual sehari?", index=index, threshold=None)
    assert found.notice == (
        "openai:broken could not be reached. Jawaban ini ditemukan tanpa model bahasa."
    )
    assert (found.text, found.reader) == (plain.text, plain.reader)


def test_empty_questions_and_filters_without_match(index: ArticleIndex) -> None:
    assert answer("  ", index=index).text == "Ask a question about your articles."
    nothing = answer("Berapa ton?", index=index, filters=Filters(languages=("fi",)))
    assert (nothing.found, nothing.hits) == (False, ())
    with pytest.raises(ValueError, match="must be a string, not bytes"):
        answer(b"Berapa ton?", index=index)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="k must be at least 1"):
        answer("Berapa ton?", index=index, k=0)


def test_an_index_without_articles_says_so(tmp_path: Path) -> None:
    with ArticleIndex.open(tmp_path / "index", create=True) as empty:
        assert answer("What happened?", index=empty).text == (
            "There are no articles to answer from yet."
        )


def test_a_path_is_opened_once_and_a_missing_one_is_one_sentence(
    index: ArticleIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert open_index(index.path) is open_index(str(index.path))
    monkeypatch.setenv("KUTIP_INDEX", str(index.path))
    assert open_index() is open_index(index.path)
    with pytest.raises(StoreError, match="kutip index"):
        answer("Berapa ton?", index=tmp_path / "nowhere")


def test_rank_multiplies_retrieval_with_the_readers_verdict(index: ArticleIndex) -> None:
    (hit,) = index.search("pasar", 1)
    from dataclasses import replace

    hits = [replace(hit, score=score) for score in (0.9, 0.8, 0.7)]
    ranked = rank(hits, Draft(verdicts=(0.0, 0.5, 0.5)))
    assert [one.score for one in ranked] == pytest.approx([0.8, 0.7, 0.45])
    assert rank(hits, Draft()) == hits


def test_search_orders_by_retrieval_and_reader(index: ArticleIndex) -> None:
    assert [hit.article.id for hit in search("pasar ikan", index=index)] == ["pasar"]
    assert search("", index=index) == []


@pytest.mark.parametrize(
    ("question", "language", "alone"),
    [
        ("And when was that?", "en", False),
        ("Siapa dia?", "id", False),
        ("Kapan itu terjadi?", "id", False),
        ("Berapa harganya?", "id", False),
        ("Who met Vladimir Putin in Moscow?", "en", True),
        ("Di mana Guterres bertemu Putin?", "id", True),
    ],
)
def test_which_questions_stand_alone(question: str, language: str, alone: bool) -> None:
    assert stands_alone(question, language) is alone


def test_a_follow_up_is_searched_with_the_last_answered_question(index: ArticleIndex) -> None:
    reader = Scripted(("40 ton", 48, 54, 0.9))
    first = answer("Siapa membuka pasar ikan?", index=index, reader=reader)
    refused = Answer("Apa?", "", False, 0.0, (), (), (), "scripted", "id")
    answer("Kapan itu?", index=index, reader=reader, history=(first, refused))
    assert reader.asked[-1] == "Kapan membuka pasar ikan?"
    assert search_question("Kapan itu?", (refused,), "id") == "Kapan itu?"
