"""Questions to answers: search, read, cite, and say so where the articles do not answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

from index import ArticleIndex, Filters, Hit, ReaderError, default_path, detect_language
from qa.citing import cite
from qa.conversation import search_question
from qa.follow_up import search_quoted_too
from qa.phrases import phrase
from qa.question_time import newest_cited, question_time
from qa.reading import load_reader
from qa.second_step import read_again
from qa.timely import read_in_time
from qa.types import Answer, Claim, Draft, Reader

PASSAGES_READ = 8
_LONGEST = 100_000  # characters; the search itself takes fewer
Threshold = float | Literal["shipped"] | None

_open_lock = threading.Lock()


@cache
def _opened(path: Path) -> ArticleIndex:
    return ArticleIndex.open(path, readonly=True)


def open_index(index: ArticleIndex | str | Path | None = None) -> ArticleIndex:
    """Return an open index; a path, or None for the default, is opened once per process."""
    if isinstance(index, ArticleIndex):
        return index
    path = Path(index) if index is not None else default_path()
    with _open_lock:
        return _opened(path.resolve())


def answer(
    question: str,
    *,
    index: ArticleIndex | str | Path | None = None,
    history: Sequence[Answer] = (),
    k: int = PASSAGES_READ,
    reader: Reader | str | None = None,
    filters: Filters | None = None,
    threshold: Threshold = "shipped",
    today: date | None = None,
    steps: int = 1,
) -> Answer:
    """Answer a question from the articles of an index, with verbatim citations.

    :param index: an open index or its folder; None is ``$KUTIP_INDEX`` or ./kutip-index.
    :param history: earlier answers of the conversation, oldest first.
    :param k: how many passages are read.
    :param reader: a reader or its name; None is the ``extractive`` reader.
    :param threshold: the confidence below which the answer is refused; "shipped" is the
        reader's own, None never refuses.
    :param steps: 2 searches again, with what was found, where the first step would refuse.
    :param today: what "yesterday" and "pekan lalu" are relative to; None is the day it is.
    :raises KutipError: there is no index, or it cannot be used.
    """
    *_, last = stream_answer(
        question, index=index, history=history, k=k, reader=reader, filters=filters,
        threshold=threshold, today=today, steps=steps,
    )  # fmt: skip
    return last


def stream_answer(
    question: str,
    *,
    index: ArticleIndex | str | Path | None = None,
    history: Sequence[Answer] = (),
    k: int = PASSAGES_READ,
    reader: Reader | str | None = None,
    filters: Filters | None = None,
    threshold: Threshold = "shipped",
    today: date | None = None,
    steps: int = 1,
) -> Iterator[Answer]:
    """Yield growing answers: the hits first, then the claims one by one; the last is whole."""
    question, began = _checked(question), time.perf_counter()
    opened = open_index(index)
    chosen = resolve(reader, opened)
    language = detect_language(question, opened.languages)
    wanted = search_question(question, history, language)
    timing, filters = question_time(wanted, filters, today)
    turns = history if wanted != question else ()
    generation, hits = search_quoted_too(wanted, turns, opened, k, filters, timing)
    searched = time.perf_counter()
    base = _begun(question, wanted, hits, chosen, language, generation)
    if not question.strip() or not hits:
        yield _timed(replace(base, text=_nothing(question, opened, language)), began, searched)
        return
    yield base
    draft = _read(chosen, wanted, hits, language, opened)
    if draft.reader and draft.reader != chosen.name:
        chosen = resolve(None, opened)
    limit = getattr(chosen, "threshold", 0.0) if threshold == "shipped" else threshold
    if limit:  # otherwise whatever is read first is answered
        draft = read_in_time(draft, hits, limit, chosen, wanted, timing, today)
        if steps > 1:
            draft, hits = read_again(draft, hits, limit, chosen, wanted, opened, filters)
    for grown in _grow(base, draft, rank(hits, draft), limit):
        as_of = newest_cited(grown.citations) if timing.present else None
        yield _timed(replace(grown, as_of=as_of), began, searched)


def _begun(
    question: str, wanted: str, hits: Sequence[Hit], reader: Reader, language: str, generation: int
) -> Answer:
    """Return the answer that knows its hits only."""
    return Answer(
        question=question, text="", found=False, confidence=0.0, citations=(), hits=tuple(hits),
        unsupported=(), reader=reader.name, language=language, generation=generation,
        completed=wanted if wanted != question else None,
    )  # fmt: skip


def _checked(question: object) -> str:
    """Return a question that can be read: a string of bounded length, without lone surrogates."""
    if not isinstance(question, str):
        raise ValueError(f"The question must be a string, not {type(question).__name__}.")
    if len(question) > _LONGEST:  # before its language is told, which takes long then
        raise ValueError(f"The question has {len(question)} characters; ask in a few sentences.")
    # They come in through JSON; no tokenizer takes them, and no output could carry them.
    return question.encode("utf-8", "replace").decode("utf-8")


def rank(hits: Sequence[Hit], draft: Draft) -> list[Hit]:
    """Order hits by retrieval score times the reader's verdict; equal ones keep their order."""
    if len(draft.verdicts) != len(hits):
        return list(hits)
    judged = [
        replace(hit, score=hit.score * (0.5 + verdict))
        for hit, verdict in zip(hits, draft.verdicts, strict=True)
    ]
    return sorted(judged, key=lambda hit: -hit.score)


def resolve(reader: Reader | str | None, index: ArticleIndex) -> Reader:
    """Return a reader by its name; None is the one that is used unless another is asked for."""
    if reader is None or isinstance(reader, str):
        return load_reader(reader, embedder=index.embedder)
    return reader


def _read(
    reader: Reader, question: str, hits: Sequence[Hit], language: str, index: ArticleIndex
) -> Draft:
    """Read; where a chat model fails, read without it and say so."""
    try:
        return reader.read(question, hits)
    except ReaderError as error:
        fallback = resolve(None, index)
        if reader.name == fallback.name:
            raise
        notice = phrase("model_failed", language).format(error=error)
        draft = fallback.read(question, hits)
        return replace(draft, notice=notice, reader=fallback.name)


def _grow(base: Answer, draft: Draft, hits: Sequence[Hit], limit: float | None) -> Iterator[Answer]:
    """Yield the answer claim by claim, or one refusal."""
    cited = cite(draft.claims, hits)
    refused = {id(claim) for claim in cited.unsupported}
    proved = [claim for claim in draft.claims if id(claim) not in refused]
    base = replace(
        base, hits=tuple(hits), notice=draft.notice, reader=draft.reader or base.reader,
        unsupported=cited.unsupported,
    )  # fmt: skip
    confidence = _confidence(proved)
    if not proved or (limit is not None and confidence < limit):
        text = phrase("not_found", base.language)
        yield replace(base, text=text, confidence=confidence)
        return
    for count in range(1, len(proved) + 1):
        part = cite(proved[:count], hits)
        yield replace(
            base, text=part.text, found=True, confidence=confidence, citations=part.citations
        )


def _confidence(claims: Sequence[Claim]) -> float:
    return max((claim.probability for claim in claims), default=0.0)


def _nothing(question: str, index: ArticleIndex, language: str) -> str:
    if not question.strip():
        return phrase("no_question", language)
    empty = not index.articles(limit=1)
    return phrase("empty_index" if empty else "not_found", language)


def _timed(answer: Answer, began: float, searched: float) -> Answer:
    now = time.perf_counter()
    timings = {
        "search": round((searched - began) * 1000, 1),
        "read": round((now - searched) * 1000, 1),
        "total": round((now - began) * 1000, 1),
    }
    return replace(answer, timings=timings)
