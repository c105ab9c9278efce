"""What users say of answers: one line of JSON each, in a file beside the index.

A judgement is kept only of quotes that stand in the index as they were shown. The judgements can be
written as rows of an evaluation set: a right answer becomes a question with its gold answer in its
paragraph, a wrong one (or a quote that does not prove it) a question its sentence does not answer.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ui.as_json import JSON, dumps
from ui.records import json_of, proved

if TYPE_CHECKING:
    from index import Article
    from qa import Answer

Rating = Literal["right", "wrong", "wrong-quote"]
RATINGS: tuple[Rating, ...] = ("right", "wrong", "wrong-quote")
_LIMIT = 20_000_000  # bytes of the file
_AROUND = 1_500  # characters of a paragraph kept around a quote
_lock = threading.Lock()


def feedback_file(index_path: Path) -> Path:
    """Return where the judgements of an index are kept."""
    return index_path.with_name(f"{index_path.name}-feedback.jsonl")


def keep(path: Path, answer: Answer, rating: Rating, articles: dict[str, Article]) -> bool:
    """Append a judgement; False where its quotes do not stand in these articles, or it is full.

    Raises OSError where the file cannot be written.
    """
    if not answer.citations or not proved(answer, articles):
        return False
    value: dict[str, JSON] = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "rating": rating,
        "answer": {**json_of(answer), "hits": [], "unsupported": []},
        "contexts": [_context(answer, number, articles) for number in range(len(answer.citations))],
    }
    line = (dumps(value) + "\n").encode()
    with _lock:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            if os.fstat(descriptor).st_size + len(line) > _LIMIT:
                return False
            os.write(descriptor, line)
        finally:
            os.close(descriptor)
    return True


def _context(answer: Answer, number: int, articles: dict[str, Article]) -> dict[str, JSON]:
    """Return the paragraph around a citation and where the answer starts in it."""
    citation = answer.citations[number]
    text = articles[citation.article_id].text
    first = text.rfind("\n", max(0, citation.sentence_start - _AROUND), citation.sentence_start) + 1
    first = max(first, citation.sentence_start - _AROUND)
    last = text.find("\n", citation.sentence_end, citation.sentence_end + _AROUND)
    last = min(len(text), citation.sentence_end + _AROUND) if last < 0 else last
    return {"text": text[first:last], "start": citation.start - first}


def evaluation_rows(path: Path) -> Iterator[dict[str, JSON]]:
    """Yield the judgements as rows of ``kutip eval reader``; the last one of an answer counts."""
    judged: dict[tuple[str, str], dict[str, Any]] = {}
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            value = _read(line)
            if value:
                answer = value["answer"]
                asked = answer["completed"] or answer["question"]
                key = (asked, json.dumps(answer["citations"], sort_keys=True))
                judged.pop(key, None)
                judged[key] = value
    for (asked, _), value in judged.items():
        yield _row(asked, value)


def _read(line: str) -> dict[str, Any] | None:
    try:
        value = json.loads(line)
        known = value["rating"] in RATINGS and value["answer"]["citations"] and value["contexts"]
    except (ValueError, TypeError, KeyError):
        return None  # a line that was cut off
    return value if known else None


def _row(asked: str, value: dict[str, Any]) -> dict[str, JSON]:
    citation, context = value["answer"]["citations"][0], value["contexts"][0]
    right = value["rating"] == "right"
    gold: list[JSON] = [{"text": citation["text"], "start": context["start"]}] if right else []
    name = f"{asked}\n{citation['article_digest']}\n{citation['start']}"
    return {
        "id": f"feedback-{hashlib.sha256(name.encode('utf-8', 'replace')).hexdigest()[:16]}",
        "question": asked,
        "question_lang": value["answer"]["language"],
        "context": context["text"] if right else citation["sentence"],
        "context_lang": citation["language"],
        "answers": gold,
        "group": citation["article_id"],
    }
