"""Question files: what is read from them, and what is said of bad ones."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from index import ArticleError
from qa.evaluation.rows import (
    GoldAnswer,
    Question,
    ReaderRow,
    half_of,
    in_half,
    nothing_left,
    read_questions,
    read_records,
    read_rows,
)

ROW: dict[str, Any] = {
    "id": "r1",
    "question": "Di mana?",
    "question_lang": "id",
    "context": "Ia tinggal di Palu.",
    "context_lang": "id",
    "answers": [{"start": 14, "text": "Palu"}],
    "group": "Palu",
    "origin": "human",
}
QUESTION: dict[str, Any] = {
    "id": "q1",
    "question": "Where?",
    "question_lang": "en",
    "doc": "bbc.1",
    "sentences": [0, 3],
    "answer_id": "di Palu",
    "answer_en": "in Palu",
    "kind": "where",
}


def write(path: Path, *records: Any) -> Path:
    """Write JSON lines, gzip'ed where the name says so."""
    content = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    data = content.encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.jsonl.gz"])
def test_read_rows(tmp_path: Path, name: str) -> None:
    """Plain and gzip'ed files give the same rows; a null language is undetermined."""
    bare: dict[str, Any] = {"question": "Apa?", "context": "x", "answers": [], "context_lang": None}
    assert read_rows(write(tmp_path / name, ROW, bare)) == [
        ReaderRow(
            "r1", "Di mana?", "id", "Ia tinggal di Palu.", "id", (GoldAnswer("Palu", 14),), "Palu"
        ),
        ReaderRow("line 2", "Apa?", "und", "x", "und", (), ""),
    ]


def test_read_questions(tmp_path: Path) -> None:
    """Gold-sentence rows; null and empty both say that nothing answers."""
    nothing = {"id": "q2", "question": "Who?", "question_lang": "en", "sentences": []}
    path = write(
        tmp_path / "q.jsonl",
        QUESTION,
        {**nothing, "doc": None, "answer_id": None},
        {**nothing, "doc": "", "answer_id": ""},
    )
    first, second, third = read_questions(path)
    assert first == Question(
        id="q1",
        question="Where?",
        question_lang="en",
        doc="bbc.1",
        sentences=(0, 3),
        answers={"id": ("di Palu",), "en": ("in Palu",)},
    )
    assert second == third == Question(id="q2", question="Who?", question_lang="en")
    assert (first.answerable, second.answerable) == (True, False)


def test_read_questions_of_reader_rows(tmp_path: Path) -> None:
    """A reader row asks for the article of its context; without answers nothing answers it."""
    path = write(tmp_path / "q.jsonl", ROW, {**ROW, "answers": []})
    answerable, unanswerable = read_questions(path)
    assert answerable == Question(
        id="r1",
        question="Di mana?",
        question_lang="id",
        context="Ia tinggal di Palu.",
        spans=(GoldAnswer("Palu", 14),),
        answers={"id": ("Palu",)},
        group="Palu",
    )
    assert answerable.answerable
    assert not unanswerable.answerable
    assert unanswerable.answers == {}


def test_blank_lines_and_byte_order_mark(tmp_path: Path) -> None:
    """Neither is a row; line numbers count as an editor does."""
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"a": 1}\n\n  \n{"a": 2}\n')
    assert list(read_records(path)) == [(1, {"a": 1}), (4, {"a": 2})]


@pytest.mark.parametrize(
    ("read", "change", "said"),
    [
        (read_rows, {"context": None}, '"context" text and "answers" list'),
        (read_rows, {"answers": {"text": ["Palu"]}}, '"context" text and "answers" list'),
        (read_rows, {"answers": ["Palu"]}, 'without "text" and "start"'),
        (read_rows, {"answers": [{"text": "Palu", "start": True}]}, 'without "text" and "start"'),
        (read_rows, {"answers": [{"text": "Palu", "start": -5}]}, 'without "text" and "start"'),
        (read_rows, {"answers": [{"text": "Palu", "start": 13}]}, 'not in "context"'),
        (read_rows, {"answers": [{"text": "", "start": 13}]}, 'not in "context"'),
        (read_rows, {"question": " "}, 'no "question"'),
        (read_rows, {"question_lang": 7}, '"question_lang" that is not text'),
        (read_questions, {"context": 7}, '"context" text and "answers" list'),
    ],
)
def test_bad_reader_row(
    tmp_path: Path, read: Callable[[Path], Any], change: dict[str, Any], said: str
) -> None:
    """The message names the line, the file and what is wrong."""
    path = write(tmp_path / "rows.jsonl", ROW, {**ROW, **change})
    with pytest.raises(ArticleError) as caught:
        read(path)
    assert str(caught.value).startswith(f"Line 2 of {path} has ")
    assert said in str(caught.value)
    assert caught.value.path == str(path)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"sentences": None}, 'neither "doc" and "sentences" nor "context"'),
        ({"sentences": [True]}, "not numbers from 0"),
        ({"sentences": [-1]}, "not numbers from 0"),
        ({"answer_id": ["Palu"]}, '"answer_id" that is not text'),
        ({"doc": 3}, '"doc" that is not text'),
    ],
)
def test_bad_question(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    """The message says what is wrong with the row."""
    path = write(tmp_path / "q.jsonl", {**QUESTION, **change})
    with pytest.raises(ArticleError, match="Line 1 of ") as caught:
        read_questions(path)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("rows.jsonl", b"", "is empty"),
        ("rows.jsonl", b"{'a': 1}", "is not JSON"),
        ("rows.jsonl", b"[1]", "is not a JSON object"),
        ("rows.jsonl", b'{"a": "\xff"}', "cannot be read"),
        ("rows.jsonl.gz", b"plain text", "cannot be read"),
        ("rows.jsonl.gz", gzip.compress(b'{"a": 1}\n' * 99, mtime=0)[:-9], "cannot be read"),
    ],
)
def test_bad_file(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    """Every way of being unreadable is one sentence with the path."""
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ArticleError, match=said) as caught:
        list(read_records(path))
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_missing_file(tmp_path: Path) -> None:
    """A missing file is named."""
    with pytest.raises(ArticleError, match="cannot be read"):
        read_rows(tmp_path / "nowhere.jsonl")


def test_half_follows_the_article() -> None:
    """The parity of the first SHA-256 byte of group, doc or id decides, in that order."""
    parity = {text: hashlib.sha256(text.encode()).hexdigest()[:2] for text in "abef"}
    assert parity == {"a": "ca", "b": "3e", "e": "3f", "f": "25"}
    assert half_of(Question("e", "?", "en", doc="e", group="a")) == "tune"
    assert half_of(Question("a", "?", "en", doc="e")) == "report"
    assert half_of(Question("b", "?", "en")) == "tune"
    assert half_of(Question("f", "?", "en")) == "report"
    assert half_of(ReaderRow("a", "?", "en", "x", "id", (), "f")) == "report"


def test_halves_share_nothing() -> None:
    """ "all" takes both halves, each half its own."""
    row = Question("b", "?", "en")
    assert [in_half(row, half) for half in ("all", "tune", "report")] == [True, True, False]


def test_nothing_left() -> None:
    """The message names the half only where one was asked for."""
    assert "'tune' half" in str(nothing_left("tune"))
    assert "half" not in str(nothing_left("all"))
