"""Near-duplicates in answers: they count as one source, and the original's copy is right, too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from index import Article, ArticleIndex, ArticleInfo, Hit, Passage, Sentence, Span
from qa import Answer, Citation, Claim, Draft, answer
from qa.citing import cite
from qa.evaluation.answers import answer_each
from qa.evaluation.retrieval import search_each
from qa.evaluation.rows import Question
from tests.index.conftest import HashEmbedder

FACT = "The harbour opened again on Monday after eleven days."
BODY = (
    f"{FACT} The mayor, Ana Reyes, thanked the 40 crews who had cleared the wreck. "
    "Ferries to Larantuka sail at 7 and at 16 from pier 3 until the end of June. "
    "The fishing fleet lost some 900 million rupiah, the cooperative Laut Biru said."
)
OTHER = "Engineers say the harbour opened too early, and want another survey of the wreck."


def wire(number: int) -> Article:
    """Return a copy of the story, with a dateline and a credit of its own."""
    text = f"CITY {number} - {BODY} (agency {number})"
    return Article(f"wire{number}", f"Headline {number}", text, source=f"p{number}", language="en")


ARTICLES = [wire(0), wire(1), wire(2), Article("critics", "", OTHER, language="en")]


class Everything:
    """A reader that cites the first sentence of every passage."""

    name = "everything"

    def read(self, question: str, hits: Sequence[Hit]) -> Draft:
        spans = [hit.passage.sentences[0] for hit in hits]
        return Draft(tuple(Claim(f"{n}", (span,), 0.9) for n, span in enumerate(spans)))


def index_of(path: Path, articles: Sequence[Article] = ARTICLES) -> ArticleIndex:
    """Return an index of articles."""
    index = ArticleIndex.open(path / "index", create=True, model=HashEmbedder())
    index.add(articles)
    return index


def info(article_id: str) -> ArticleInfo:
    """Return what a hit tells of an article."""
    return ArticleInfo(article_id, article_id, None, "en", "", "")


def hit(article_id: str, *copies: str) -> Hit:
    """Return a hit whose article also stands elsewhere."""
    passage = Passage(article_id, 0, 4, (Sentence(article_id, 0, 4),), "text")
    return Hit(passage, 1.0, 1, 1, info(article_id), tuple(info(one) for one in copies))


def cited(*hits: Hit) -> Answer:
    """Return an answer that cites each of its hits."""
    claims = [Claim("x", (Span(one.article.id, 0, 4),), 0.9) for one in hits]
    citations = cite(claims, hits).citations
    return Answer("?", "x", True, 0.9, citations, hits, (), "fake", "en")


def test_copies_are_one_source() -> None:
    """Citations count by family, whichever of its articles they quote."""
    assert cited(hit("a"), hit("b")).sources == 2
    assert cited(hit("a", "b"), hit("b", "a")).sources == 1
    assert cited(hit("b", "a", "c"), hit("c", "a", "b"), hit("d")).sources == 2
    assert cited(hit("a", "b"), hit("c", "d")).sources == 2
    assert cited().sources == 0
    answered = cited(hit("a", "b"), hit("c"))
    assert [one.id for one in answered.also_in(answered.citations[0])] == ["b"]
    assert answered.also_in(answered.citations[1]) == ()
    stray = replace(answered.citations[0], article_id="nowhere")
    assert replace(answered, citations=(stray,)).sources == 1
    assert answered.also_in(stray) == ()


def test_an_answer_rests_on_one_of_three_wires(tmp_path: Path) -> None:
    """The story is quoted from one paper, the others are named, the critics are another source."""
    with index_of(tmp_path) as index:
        found = answer("When did the harbour open?", index=index, reader=Everything())
        articles = {one.article_id for one in found.citations}
        assert len(articles) == 2
        assert "critics" in articles
        assert found.sources == 2
        quoted: Citation = next(one for one in found.citations if one.article_id != "critics")
        copies = {one.id for one in found.also_in(quoted)}
        assert copies | {quoted.article_id} == {"wire0", "wire1", "wire2"}
        assert index.article(quoted.article_id).text[quoted.start : quoted.end] == quoted.text


def question(gold: str) -> Question:
    """Return a question that the first sentence of an article answers."""
    return Question("q", "When did the harbour open again?", "en", doc=gold, sentences=(0,))


def test_a_copy_of_the_right_article_is_right(tmp_path: Path) -> None:
    """Whichever copy is shown, retrieval and answers are measured as if it were the gold one."""
    sentences = {one.id: (FACT,) for one in ARTICLES[:3]}
    with index_of(tmp_path) as index:
        for gold in ("wire0", "wire1", "wire2"):
            [outcome] = search_each(index, [question(gold)], sentences=sentences)
            assert outcome.recall == (1.0, 1.0, 1.0)
            assert outcome.sentence == (1.0, 1.0, 1.0)
            [asked] = answer_each(index, [question(gold)], sentences=sentences, reader=Everything())
            assert asked.evidence
        [wrong] = search_each(index, [Question("q", FACT, "en", doc="critics", sentences=(0,))])
        assert wrong.recall[0] == 0.0
        assert wrong.sentence[0] == 0.0
