"""Measure a reader by itself: each question with the one text that may answer it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from index import (
    Article,
    ArticleInfo,
    Hit,
    Passage,
    load_embedder,
    pack_passages,
    split_sentences,
)
from qa.evaluation.metrics import Report, auroc, average, exact_match, f1, report_by_pair
from qa.evaluation.rows import Half, ReaderRow, in_half, nothing_left
from qa.types import Reader

TokenCounter = Callable[[Sequence[str]], Sequence[int]]


@dataclass(frozen=True, slots=True)
class ReaderOutcome:
    """What a reader made of one row.

    ``em`` and ``f1`` are at the threshold, where refusing is right if nothing answers;
    ``f1_unrefused`` is the answer's with refusing off. ``probability`` is the best claim's,
    0 without a claim.
    """

    pair: str
    answerable: bool
    prediction: str
    probability: float
    refused: bool
    em: float
    f1: float
    f1_unrefused: float


def evaluate_reader(
    rows: Iterable[ReaderRow],
    reader: Reader,
    *,
    threshold: float | None = None,
    half: Half = "all",
    count_tokens: TokenCounter | None = None,
) -> Report:
    """Return n, em, f1, f1_answerable, no_answer_accuracy and auroc, also by language pair.

    ``threshold`` is the reader's own unless given; a reader without one refuses only by
    claiming nothing. Raises KutipError where no row is left.
    """
    outcomes = read_each(rows, reader, threshold=threshold, half=half, count_tokens=count_tokens)
    if not outcomes:
        raise nothing_left(half)
    return report_by_pair(outcomes, _summarise)


def read_each(
    rows: Iterable[ReaderRow],
    reader: Reader,
    *,
    threshold: float | None = None,
    half: Half = "all",
    count_tokens: TokenCounter | None = None,
) -> list[ReaderOutcome]:
    """Read every row of ``half`` and return the outcomes, in order: to compare two readers."""
    if threshold is None:
        threshold = float(getattr(reader, "threshold", 0.0))
    count = count_tokens or load_embedder().count_tokens
    return [_read(row, reader, threshold, count) for row in rows if in_half(row, half)]


def _read(
    row: ReaderRow, reader: Reader, threshold: float, count_tokens: TokenCounter
) -> ReaderOutcome:
    claims = reader.read(row.question, passages_of(row, count_tokens)).claims
    prediction, probability = "", 0.0
    if claims:
        probability = claims[0].probability
        span = claims[0].spans[0] if claims[0].spans else None
        # A span of another text is no answer, whatever the reader says.
        if span and span.article_id == row.id:
            prediction = row.context[span.start : span.end]
    refused = not claims or probability < threshold
    golds = [answer.text for answer in row.answers]
    unrefused = f1(prediction, golds, row.context_lang)
    right = 0.0 if refused else exact_match(prediction, golds, row.context_lang)
    return ReaderOutcome(
        pair=f"{row.question_lang}-{row.context_lang}",
        answerable=bool(golds),
        prediction=prediction,
        probability=probability,
        refused=refused,
        em=right if golds else float(refused),
        f1=(0.0 if refused else unrefused) if golds else float(refused),
        f1_unrefused=unrefused,
    )


def passages_of(row: ReaderRow, count_tokens: TokenCounter) -> list[Hit]:
    """Cut the row's context into passages as an index would, all of them found equally well."""
    article = Article(id=row.id, title="", text=row.context, language=row.context_lang)
    about = ArticleInfo(row.id, "", None, row.context_lang, "", article.digest)
    sentences = split_sentences(row.context, row.context_lang, article_id=row.id)
    passages: list[Passage] = pack_passages(article, sentences, count_tokens)
    return [Hit(p, 1.0, rank, None, about) for rank, p in enumerate(passages, start=1)]


def _summarise(outcomes: Sequence[ReaderOutcome]) -> Report:
    answerable = [o for o in outcomes if o.answerable]
    unanswerable = [o for o in outcomes if not o.answerable]
    return {
        "n": len(outcomes),
        "em": average([o.em for o in outcomes]),
        "f1": average([o.f1 for o in outcomes]),
        "f1_answerable": average([o.f1_unrefused for o in answerable]),
        "no_answer_accuracy": average([float(o.refused) for o in unanswerable]),
        "auroc": auroc([o.probability for o in answerable], [o.probability for o in unanswerable]),
    }
