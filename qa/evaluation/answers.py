"""Measure the whole: is the evidence right, the quote exact, the refusal wise, the wait short."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from time import perf_counter

import numpy as np

from index import Article, ArticleIndex, KutipError, Span
from qa.evaluation.collection import Collection, Gold, SentenceLists
from qa.evaluation.metrics import (
    Report,
    auroc,
    average,
    expected_calibration_error,
    f1,
    occurs_in,
    report_by_pair,
)
from qa.evaluation.rows import Half, Question, in_half, nothing_left
from qa.types import Answer, Citation, Reader

Answerer = Callable[..., Answer]
"""Called as ``qa.answer`` is: ``(question, *, index, reader, k)`` and ``threshold=None``."""


@dataclass(frozen=True, slots=True)
class AnswerOutcome:
    """How one question was answered.

    ``evidence`` says whether citation 1's sentence is a gold one, with refusing off; ``f1``
    is None where the gold answer does not stand in the gold sentences.
    """

    pair: str
    answerable: bool
    refused: bool
    confidence: float
    evidence: bool
    f1: float | None
    citations: int
    exact_citations: int
    milliseconds: float


def evaluate_answers(
    index: ArticleIndex,
    questions: Iterable[Question],
    *,
    answer: Answerer | None = None,
    reader: Reader | None = None,
    k: int = 8,
    sentences: SentenceLists | None = None,
    half: Half = "all",
) -> Report:
    """Return n, evidence_first, answer_f1, citations_exact, refusal, ece and latency_ms.

    Evidence, F1 and confidence are measured with refusing off, refusals and latency as
    shipped; what a measure has nothing to say of is None. ``answer`` is ``qa.answer``
    unless given. Raises KutipError where a gold article is missing or no question is left.
    """
    outcomes = answer_each(
        index, questions, answer=answer, reader=reader, k=k, sentences=sentences, half=half
    )
    if not outcomes:
        raise nothing_left(half)
    return report_by_pair(outcomes, _summarise)


def answer_each(
    index: ArticleIndex,
    questions: Iterable[Question],
    *,
    answer: Answerer | None = None,
    reader: Reader | None = None,
    k: int = 8,
    sentences: SentenceLists | None = None,
    half: Half = "all",
) -> list[AnswerOutcome]:
    """Answer every question of ``half`` and return the outcomes, in order."""
    ask = partial(answer or _default_answer(), index=index, reader=reader, k=k)
    collection = Collection.of(index, sentences)
    chosen = [question for question in questions if in_half(question, half)]
    golds = [_gold(question, collection) for question in chosen]
    # What nothing answers is reported with the language the other questions look for.
    languages = "+".join(sorted({gold.languages for gold in golds if gold}))
    if chosen:
        ask(chosen[0].question)  # warm: loading the models is not answering
    outcomes = []
    for question, gold in zip(chosen, golds, strict=True):
        found_in = gold.languages if gold else languages or collection.languages
        pair = f"{question.question_lang}-{found_in}"
        asked = _ask(ask, question.question)
        outcomes.append(_outcome(question, gold, asked, pair, collection.articles))
    return outcomes


@dataclass(frozen=True, slots=True)
class _Asked:
    answer: Answer  # with refusing off
    refused: bool
    milliseconds: float


def _ask(ask: Answerer, question: str) -> _Asked:
    started = perf_counter()
    shipped = ask(question)
    milliseconds = 1000 * (perf_counter() - started)
    # An answer that was given is the same with refusing off.
    unrefused = shipped if shipped.found else ask(question, threshold=None)
    return _Asked(unrefused, not shipped.found, milliseconds)


def _default_answer() -> Answerer:
    from qa.answering import answer

    return answer


def _gold(question: Question, collection: Collection) -> Gold | None:
    if not question.answerable:
        return None
    gold = collection.find_gold(question)
    if not gold.sentences:
        raise KutipError(
            f"Question {question.id!r} names no gold sentence; add the numbers that prove it."
        )
    return gold


def _outcome(
    question: Question,
    gold: Gold | None,
    asked: _Asked,
    pair: str,
    articles: Mapping[str, Article],
) -> AnswerOutcome:
    citations = asked.answer.citations
    first = citations[0] if citations else None
    evidence = False
    if gold and first:
        evidence = gold.met_by(Span(first.article_id, first.sentence_start, first.sentence_end))
        evidence = evidence or gold.met_by_copy(first.sentence, asked.answer.also_in(first))
    return AnswerOutcome(
        pair=pair,
        answerable=gold is not None,
        refused=asked.refused,
        confidence=asked.answer.confidence,
        evidence=evidence,
        f1=_answer_f1(question, gold, first, articles) if gold else None,
        citations=len(citations),
        exact_citations=sum(_is_exact(c, articles.get(c.article_id)) for c in citations),
        milliseconds=asked.milliseconds,
    )


def _answer_f1(
    question: Question,
    gold: Gold,
    first: Citation | None,
    articles: Mapping[str, Article],
) -> float | None:
    """Score citation 1's answer against the golds that stand in a sentence of its language."""
    languages = [article.language for article in gold.articles]
    language = first.language if first and first.language in languages else languages[0]
    proofs = [
        articles[span.article_id].text[span.start : span.end]
        for span in gold.sentences
        if articles[span.article_id].language == language
    ]
    golds = [
        text
        for texts in question.answers.values()
        for text in texts
        if any(occurs_in(text, proof, language) for proof in proofs)
    ]
    return f1(first.text if first else "", golds, language) if golds else None


def _is_exact(citation: Citation, article: Article | None) -> bool:
    return article is not None and citation.stands_in(article)


def _summarise(outcomes: Sequence[AnswerOutcome]) -> Report:
    answerable = [o for o in outcomes if o.answerable]
    unanswerable = [o for o in outcomes if not o.answerable]
    exact = sum(o.exact_citations for o in outcomes)
    cited = sum(o.citations for o in outcomes)
    p50, p95 = np.percentile([o.milliseconds for o in outcomes], [50, 95])
    return {
        "n": len(outcomes),
        "evidence_first": average([float(o.evidence) for o in answerable]),
        "answer_f1": average([o.f1 for o in outcomes if o.f1 is not None]),
        "citations_exact": exact / cited if cited else None,
        "refusal": {
            "precision": average([float(not o.answerable) for o in outcomes if o.refused]),
            "recall": average([float(o.refused) for o in unanswerable]),
            "auroc": auroc(
                [o.confidence for o in answerable], [o.confidence for o in unanswerable]
            ),
        },
        "ece": expected_calibration_error(
            [o.confidence for o in outcomes], [o.evidence for o in outcomes]
        ),
        "latency_ms": {"p50": float(p50), "p95": float(p95)},
    }
