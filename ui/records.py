"""Answers as the records a browser keeps, and back: nothing of a record is trusted.

A record is what ``kutip ask --json`` prints, without what a page never shows again. The browser
keeps records, not markup, so a history passes through the same rendering as a new answer; and what
a record quotes is checked against the index before it is opened, kept or exported as proof.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from ui.as_json import JSON, answer_json, dumps
from ui.cards import NEAREST

if TYPE_CHECKING:
    from index import Article
    from qa import Answer, Citation

RECORD_LIMIT = 200_000  # characters of one record
RECORDS_LIMIT = 200  # turns of one conversation


def record_of(answer: Answer) -> str:
    """Return an answer as one line of JSON."""
    value = answer_json(replace(answer, hits=() if answer.found else answer.hits[:NEAREST]))
    value.pop("timings")
    value["completed"] = answer.completed
    hits = value["hits"]
    for hit, kept in zip(answer.hits, hits if isinstance(hits, list) else (), strict=False):
        if isinstance(kept, dict):
            kept["digest"] = hit.article.digest
    return dumps(value)


def answer_of(record: object) -> Answer | None:
    """Read a record, a string or the value in it; None where it is not one."""
    try:
        value = json.loads(record) if isinstance(record, str) else record
        return _answer(value) if isinstance(value, dict) else None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def answers_of(records: object) -> list[Answer]:
    """Read the records of a conversation, without those that cannot be read."""
    if not isinstance(records, list):
        return []
    read = (answer_of(record) for record in records[:RECORDS_LIMIT])
    return [answer for answer in read if answer is not None]


def _answer(value: Mapping[str, Any]) -> Answer:
    from qa import Answer, Claim

    return Answer(
        question=_text(value["question"]),
        text=_text(value["text"]),
        found=value["found"] is True,
        confidence=min(1.0, max(0.0, float(value["confidence"]))),
        citations=tuple(_citation(one) for one in value["citations"][:100]),
        hits=tuple(_hit(one) for one in value.get("hits", ())[:NEAREST]),
        unsupported=tuple(
            Claim(_text(one["text"]), (), float(one["probability"]))
            for one in value.get("unsupported", ())[:100]
        ),
        reader=_text(value["reader"]),
        language=_text(value["language"]),
        generation=int(value["generation"]),
        notice=_optional(value.get("notice")),
        completed=_optional(value.get("completed")),
    )


def _citation(value: Mapping[str, Any]) -> Citation:
    from qa import Citation

    texts = ("article_id", "article_digest", "title", "source", "language", "text", "sentence")
    numbers = ("number", "start", "end", "sentence_start", "sentence_end")
    known: dict[str, Any] = {name: _text(value[name]) for name in texts}
    known |= {name: int(value[name]) for name in numbers}
    citation = Citation(
        **known,
        url=_optional(value.get("url")),
        published=_day(value.get("published")),
        score=float(value["score"]),
        page=None if value.get("page") is None else int(value["page"]),
    )
    ordered = 0 <= citation.sentence_start <= citation.start < citation.end
    if not ordered or citation.end > citation.sentence_end or not 0 < citation.number < 1000:
        raise ValueError("not a citation")
    return citation


def _hit(value: Mapping[str, Any]) -> Any:
    from index import ArticleInfo, Hit, Passage

    article_id, text = _text(value["article_id"]), _text(value["text"])
    start = int(value["start"])
    info = ArticleInfo(
        id=article_id,
        title=_text(value["title"]),
        published=_day(value.get("published")),
        language=_text(value["language"]),
        source=_text(value["source"]),
        digest=_text(value.get("digest", "")),
        url=_optional(value.get("url")),
    )
    passage = Passage(article_id, start, start + len(text), (), text)
    return Hit(passage, float(value["score"]), None, None, info)


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > RECORD_LIMIT:
        raise ValueError("not a text")
    return value


def _optional(value: object) -> str | None:
    return None if value is None else _text(value)


def _day(value: object) -> date | None:
    return None if value is None else date.fromisoformat(_text(value))


def proved(answer: Answer, articles: Mapping[str, Article]) -> bool:
    """Say whether every citation is what its article, found by its id, says."""
    cited = ((citation, articles.get(citation.article_id)) for citation in answer.citations)
    return all(article is not None and citation.stands_in(article) for citation, article in cited)


def json_of(answer: Answer) -> dict[str, JSON]:
    """Return a record as a value."""
    value = json.loads(record_of(answer))
    return value if isinstance(value, dict) else {}
