"""Answer evaluation with scripted answers, with every figure worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest

from index import Article, ArticleIndex, ArticleInfo, KutipError
from qa.evaluation.answers import answer_each, evaluate_answers
from qa.evaluation.rows import Question
from qa.types import Answer, Citation

ARTICLE = Article("a", "Gempa", "Gempa\nKota Palu rusak.\nWarga lari ke bukit.", language="id")
ENGLISH = Article("b", "Quake", "Quake\nPalu city was hit.\nPeople ran.", language="en",
                  metadata={"parallel": "a"})  # fmt: skip


class FakeIndex:
    """Two articles that are one story."""

    def articles(self) -> list[ArticleInfo]:
        """List both."""
        return [ArticleInfo(a.id, "", None, a.language, "", "") for a in (ARTICLE, ENGLISH)]

    def article(self, article_id: str) -> Article:
        """Return one."""
        return ARTICLE if article_id == "a" else ENGLISH


INDEX = cast(ArticleIndex, FakeIndex())


def cite(text: str, sentence: str, article: Article = ARTICLE) -> Citation:
    """Quote ``text`` within ``sentence`` exactly."""
    start, sentence_start = article.text.index(text), article.text.index(sentence)
    return Citation(
        number=1,
        article_id=article.id,
        article_digest=article.digest,
        title=article.title,
        source="",
        url=None,
        published=None,
        language=article.language,
        start=start,
        end=start + len(text),
        text=text,
        sentence_start=sentence_start,
        sentence_end=sentence_start + len(sentence),
        sentence=sentence,
        score=0.5,
    )


RIGHT = cite("Palu", "Kota Palu rusak.")
WRONG = cite("Warga lari", "Warga lari ke bukit.")


class ScriptedAnswer:
    """Gives each question its confidence and citations, refusing below 0.5 unless told not to."""

    def __init__(self, script: dict[str, tuple[float, tuple[Citation, ...]]]) -> None:
        self.script = script
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def __call__(self, question: str, **options: Any) -> Answer:
        """Answer from the script."""
        self.asked.append((question, options))
        confidence, citations = self.script[question]
        threshold = options.get("threshold", 0.5)
        found = bool(citations) and (threshold is None or confidence >= threshold)
        return Answer(
            question=question,
            text="-",
            found=found,
            confidence=confidence,
            citations=citations if found else (),
            hits=(),
            unsupported=(),
            reader="scripted",
            language="id",
        )


def question(name: str, *sentences: int, lang: str = "id", **answers: str) -> Question:
    """Ask over article a; unanswerable without sentences."""
    golds = {language: (text,) for language, text in answers.items()}
    return Question(name, name, lang, "a" if sentences else "", sentences, answers=golds)


QUESTIONS = [
    question("right", 1, id="Kota Palu", en="not said like this"),
    question("wrong", 1, 0, id="Palu"),
    question("shy", 1, lang="en", id="di tempat lain"),
    question("mute", 1, id="Palu"),
    question("refused"),
    question("fooled", lang="en"),
]
SCRIPT: dict[str, tuple[float, tuple[Citation, ...]]] = {
    "right": (0.9, (RIGHT, WRONG)),
    "wrong": (0.7, (WRONG, RIGHT)),
    "shy": (0.4, (RIGHT,)),
    "mute": (0.0, ()),
    "refused": (0.2, (WRONG,)),
    "fooled": (0.8, (WRONG,)),
}


def test_evaluate_answers() -> None:
    """Each measure over all questions."""
    answer = ScriptedAnswer(SCRIPT)
    report = evaluate_answers(INDEX, QUESTIONS, answer=answer)
    latency, by_pair = report.pop("latency_ms"), report.pop("by_pair")
    assert report == {
        "n": 6,
        "evidence_first": 2 / 4,  # right, shy
        # "Palu" against "Kota Palu" is 2/3; "wrong" and "mute" 0; "shy"'s gold is not there.
        "answer_f1": pytest.approx((2 / 3 + 0 + 0) / 3),
        "citations_exact": 1.0,
        "refusal": {
            "precision": pytest.approx(1 / 3),  # shy, mute, refused
            "recall": 1 / 2,
            # 0.9 0.7 0.4 0 against 0.2 0.8: 2 + 1 + 1 + 0 of 8 pairs.
            "auroc": pytest.approx(4 / 8),
        },
        # Six bins of one: |0.9-1| |0.7-0| |0.4-1| |0-0| |0.2-0| |0.8-0|
        "ece": pytest.approx((0.1 + 0.7 + 0.6 + 0 + 0.2 + 0.8) / 6),
    }
    assert 0 <= latency["p50"] <= latency["p95"]
    assert list(by_pair) == ["en-en+id", "id-en+id"]
    assert by_pair["id-en+id"]["evidence_first"] == pytest.approx(1 / 3)
    assert by_pair["en-en+id"]["refusal"] == {"precision": 0.0, "recall": 0.0, "auroc": 0.0}
    assert by_pair["en-en+id"]["answer_f1"] is None
    assert set(by_pair["en-en+id"]) == {*report, "latency_ms"}


def test_refusing_is_switched_off_only_where_it_refused() -> None:
    """One untimed call to load, then each question once, refused ones twice."""
    answer = ScriptedAnswer(SCRIPT)
    reader = cast(Any, object())
    answer_each(INDEX, QUESTIONS[1:3], answer=answer, reader=reader, k=5)
    shipped = {"index": INDEX, "reader": reader, "k": 5}
    assert answer.asked == [
        ("wrong", shipped),
        ("wrong", shipped),
        ("shy", shipped),
        ("shy", {**shipped, "threshold": None}),
    ]


def test_cited_language_decides() -> None:
    """A quote of the English version is scored against what its own sentences say."""
    english = cite("Palu city", "Palu city was hit.", ENGLISH)
    answer = ScriptedAnswer({"q": (0.9, (english,))})
    golds = question("q", 1, id="Palu rusak", en="the Palu city hit")
    (outcome,) = answer_each(INDEX, [golds], answer=answer)
    assert outcome.evidence
    assert outcome.f1 is None  # neither stands in "Palu city was hit."
    golds = question("q", 1, id="Palu", en="the city")
    (outcome,) = answer_each(INDEX, [golds], answer=answer)
    assert outcome.f1 == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    "false",
    [
        replace(RIGHT, text="palu"),
        replace(RIGHT, start=RIGHT.start + 1),
        replace(RIGHT, article_id="b"),
        replace(RIGHT, article_id="nowhere"),
        replace(RIGHT, article_digest=ENGLISH.digest),
        replace(RIGHT, sentence="Kota Palu rusak"),
        replace(RIGHT, sentence_end=RIGHT.sentence_end - 1),
    ],
)
def test_inexact_citations_are_counted(false: Citation) -> None:
    """One false character, article or version makes a citation inexact."""
    answer = ScriptedAnswer({"q": (0.9, (RIGHT, false))})
    report = evaluate_answers(INDEX, [question("q", 1, id="Palu")], answer=answer)
    assert report["citations_exact"] == 0.5


def test_measures_of_nothing_are_none() -> None:
    """Without citations, refusals or unanswerable questions there is nothing to measure."""
    answer = ScriptedAnswer({"mute": (0.0, ()), "right": (0.9, (RIGHT,))})
    report = evaluate_answers(INDEX, QUESTIONS[3:4], answer=answer)
    assert report["citations_exact"] is None
    assert report["refusal"] == {"precision": 0.0, "recall": None, "auroc": None}
    report = evaluate_answers(INDEX, QUESTIONS[:1], answer=answer)
    assert report["refusal"]["precision"] is None


def test_unanswerable_alone() -> None:
    """Where nothing is answerable the pair names the collection's languages."""
    report = evaluate_answers(INDEX, QUESTIONS[4:], answer=ScriptedAnswer(SCRIPT))
    assert list(report["by_pair"]) == ["en-en+id", "id-en+id"]
    assert report["evidence_first"] is None
    assert report["refusal"] == {"precision": 1.0, "recall": 0.5, "auroc": None}


def test_question_without_gold_sentence() -> None:
    """Evidence cannot be judged without one."""
    bare = Question("q9", "?", "id", doc="a")
    with pytest.raises(KutipError, match="'q9' names no gold sentence"):
        evaluate_answers(INDEX, [bare], answer=ScriptedAnswer(SCRIPT))


def test_half_and_nothing_left() -> None:
    """Halves partition the questions; an empty one is named."""
    sizes = [
        len(answer_each(INDEX, QUESTIONS, answer=ScriptedAnswer(SCRIPT), half=half))
        for half in ("tune", "report")
    ]
    assert sum(sizes) == 6
    with pytest.raises(KutipError, match="nothing to evaluate"):
        evaluate_answers(INDEX, [], answer=ScriptedAnswer(SCRIPT))
