"""The question files: SQuAD-like rows for readers, gold-sentence rows for whole collections.

Both are JSON lines, plain or gzip'ed. A file that cannot be used raises
:class:`ArticleError`, naming the line.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from index import ArticleError, KutipError

Half = Literal["all", "tune", "report"]
"""Which rows to use: thresholds are tuned on one half and figures reported on the other."""

_UNKNOWN_LANGUAGE = "und"  # ISO 639-2 for undetermined


@dataclass(frozen=True, slots=True)
class GoldAnswer:
    """A right answer: ``context[start : start + len(text)] == text``."""

    text: str
    start: int


@dataclass(frozen=True, slots=True)
class ReaderRow:
    """A question with the one text to read; no ``answers`` where it does not say."""

    id: str
    question: str
    question_lang: str
    context: str
    context_lang: str
    answers: tuple[GoldAnswer, ...]
    group: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question over a collection, and where its answer stands.

    ``doc`` is an article's id or ``parallel`` key and ``sentences`` the numbers of its
    sentences that prove the answer; or ``context`` is a stretch of an article and ``spans``
    the answers in it. Where nothing answers, both are empty. ``answers`` are right answers
    by language.
    """

    id: str
    question: str
    question_lang: str
    doc: str = ""
    sentences: tuple[int, ...] = ()
    context: str = ""
    spans: tuple[GoldAnswer, ...] = ()
    answers: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    group: str = ""

    @property
    def answerable(self) -> bool:
        """Whether something in the collection answers the question."""
        return bool(self.doc or self.spans)


def read_rows(path: str | Path) -> list[ReaderRow]:
    """Read SQuAD-like rows: id, question, question_lang, context, context_lang, answers, group."""
    return [_reader_row(record, path, line) for line, record in read_records(path)]


def read_questions(path: str | Path) -> list[Question]:
    """Read rows with ``doc`` and ``sentences``, or SQuAD-like rows over an indexed context."""
    return [_question(record, path, line) for line, record in read_records(path)]


def half_of(row: ReaderRow | Question) -> Literal["tune", "report"]:
    """Say in which half a row falls, by its article, so that no article is in both.

    Rows without an article of their own, as unanswerable ones are, go by their id.
    """
    article = row.group or (row.doc if isinstance(row, Question) else "") or row.id
    return "report" if hashlib.sha256(article.encode()).digest()[0] % 2 else "tune"


def in_half(row: ReaderRow | Question, half: Half) -> bool:
    """Say whether ``row`` is to be used when evaluating ``half``."""
    return half in ("all", half_of(row))


def nothing_left(half: Half) -> KutipError:
    """Return the error for a question file of which ``half`` leaves nothing to evaluate."""
    part = "the file" if half == "all" else f"the {half!r} half of the file"
    return KutipError(f"There is nothing to evaluate in {part}; give other questions.")


def read_records(path: str | Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the objects of a JSON lines file with their line numbers, from 1.

    Raises ArticleError where the file cannot be read, holds something else, or nothing.
    """
    number = 0
    try:
        opener = gzip.open if str(path).endswith(".gz") else open
        with opener(path, "rt", encoding="utf-8-sig") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield number, _record(line, path, number)
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        message = f"{path} cannot be read as JSON lines ({error}); check the file."
        raise ArticleError(message, path=path) from error
    if not number:
        raise ArticleError(f"{path} is empty; give a file with one row a line.", path=path)


def _record(line: str, path: str | Path, number: int) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except ValueError as error:
        raise _bad_row(path, number, "is not JSON") from error
    if not isinstance(record, dict):
        raise _bad_row(path, number, "is not a JSON object")
    return record


def _reader_row(record: dict[str, Any], path: str | Path, line: int) -> ReaderRow:
    answers = record.get("answers")
    if not isinstance(record.get("context"), str) or not isinstance(answers, list):
        raise _bad_row(path, line, 'has no "context" text and "answers" list')
    context: str = record["context"]
    return ReaderRow(
        id=_text(record, "id", path, line) or f"line {line}",
        question=_question_text(record, path, line),
        question_lang=_text(record, "question_lang", path, line) or _UNKNOWN_LANGUAGE,
        context=context,
        context_lang=_text(record, "context_lang", path, line) or _UNKNOWN_LANGUAGE,
        answers=tuple(_gold_answer(answer, context, path, line) for answer in answers),
        group=_text(record, "group", path, line),
    )


def _question(record: dict[str, Any], path: str | Path, line: int) -> Question:
    if "context" in record:
        return _question_of_row(_reader_row(record, path, line))
    sentences = record.get("sentences")
    if "doc" not in record or not isinstance(sentences, list):
        raise _bad_row(path, line, 'has neither "doc" and "sentences" nor "context"')
    if not all(type(number) is int and number >= 0 for number in sentences):
        raise _bad_row(path, line, 'has "sentences" that are not numbers from 0')
    answers = {
        key.removeprefix("answer_"): (_text(record, key, path, line),)
        for key in record
        if key.startswith("answer_") and record[key]
    }
    return Question(
        id=_text(record, "id", path, line) or f"line {line}",
        question=_question_text(record, path, line),
        question_lang=_text(record, "question_lang", path, line) or _UNKNOWN_LANGUAGE,
        doc=_text(record, "doc", path, line),
        sentences=tuple(sentences),
        answers=answers,
        group=_text(record, "group", path, line),
    )


def _question_of_row(row: ReaderRow) -> Question:
    texts = tuple(answer.text for answer in row.answers)
    return Question(
        id=row.id,
        question=row.question,
        question_lang=row.question_lang,
        context=row.context,
        spans=row.answers,
        answers={row.context_lang: texts} if texts else {},
        group=row.group,
    )


def _gold_answer(answer: object, context: str, path: str | Path, line: int) -> GoldAnswer:
    text = answer.get("text") if isinstance(answer, dict) else None
    start = answer.get("start") if isinstance(answer, dict) else None
    if not (isinstance(text, str) and type(start) is int and start >= 0):
        raise _bad_row(path, line, 'has an answer without "text" and "start"')
    if not text or not context.startswith(text, start):
        raise _bad_row(path, line, 'has an answer that is not in "context" at its "start"')
    return GoldAnswer(text, start)


def _question_text(record: dict[str, Any], path: str | Path, line: int) -> str:
    question = _text(record, "question", path, line)
    if not question.strip():
        raise _bad_row(path, line, 'has no "question"')
    return question


def _text(record: dict[str, Any], name: str, path: str | Path, line: int) -> str:
    value = record.get(name)
    if value is not None and not isinstance(value, str):
        raise _bad_row(path, line, f'has a "{name}" that is not text')
    return value or ""


def _bad_row(path: str | Path, line: int, what: str) -> ArticleError:
    message = f"Line {line} of {path} {what}; correct the row or leave it out."
    return ArticleError(message, path=path)
