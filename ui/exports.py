"""A conversation to take along: plain text, Markdown, and HTML that opens anywhere.

Every form names the exact characters of each quote and the version of the article they hold for.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ui.characters import plain, shown
from ui.describing import display_title, source_name
from ui.texts import Texts, texts_for_question

if TYPE_CHECKING:
    from qa import Answer, Citation

_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+!|~$&])")
_MARKS = re.compile('["“”„«»「」]')
_STYLE = (
    "body{max-width:44rem;margin:3rem auto;padding:0 1rem;font:1.0625rem/1.6 system-ui,sans-serif;"
    "color:#1a1f24;background:#fff}h1{font-size:1.5rem}h2{margin-top:3rem;font-size:1.25rem}"
    "blockquote{margin:.25rem 0 0;padding-left:1rem;border-left:3px solid #dfe3e6;"
    "font-family:Georgia,serif}mark{background:#ffd34d}small{color:#56616b}"
    "ol{padding-left:1.5rem}li{margin:1rem 0}code{font-size:.85em}"
    "@media(prefers-color-scheme:dark){body{color:#e6e9eb;background:#131619}small{color:#a1abb4}"
    "blockquote{border-color:#2d343a}mark{background:#e3bb35}}"
)
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def as_plain(answer: Answer) -> str:
    """Return an answer and its numbered quotes as text."""
    lines = [_line(answer.text)]
    for citation in answer.citations:
        quote = _quoted(_line(citation.sentence))
        lines.append(f"[{citation.number}] {quote} — {_about(citation)}")
    return "\n".join([lines[0], *([""] if len(lines) > 1 else []), *lines[1:]])


def _quoted(line: str) -> str:
    """Put a quote into quotation marks, unless it has some: it stays as it is written."""
    return line if _MARKS.search(line) else f"“{line}”"


def as_markdown(answer: Answer) -> str:
    """Return an answer and its quotes as Markdown in which nothing of theirs is markup."""
    parts = [_markdown(answer.text)]
    for citation in answer.citations:
        parts.append(f"> {_marked_markdown(citation)}\n>\n> — {_cited_markdown(citation)}")
    return "\n\n".join(parts)


def conversation_markdown(answers: Sequence[Answer], texts: Texts) -> str:
    """Return a conversation as Markdown."""
    parts = [f"# {_markdown(_title(answers, texts))}"]
    for answer in answers:
        parts.append(f"## {_markdown(answer.question)}")
        if answer.completed:
            parts.append(f"*{_markdown(texts.understood.format(answer.completed))}*")
        if answer.found:
            parts.append(f"*{_markdown(_sure(answer, texts))}*")
        parts.append(as_markdown(answer))
    return "\n\n".join(parts) + "\n"


def conversation_html(answers: Sequence[Answer], texts: Texts) -> str:
    """Return a conversation as one HTML file that loads and runs nothing."""
    title = shown(_title(answers, texts))
    body = "".join(part for answer in answers for part in _answer_html(answer, texts))
    return (
        f'<!doctype html>\n<html lang="{texts.language}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{title}</title><style>{_STYLE}</style></head>"
        f"<body><h1>{title}</h1>{body}</body></html>\n"
    )


def _answer_html(answer: Answer, texts: Texts) -> Iterator[str]:
    yield f'<h2 dir="auto">{shown(answer.question)}</h2>'
    if answer.completed:
        yield f"<p><small>{shown(texts.understood.format(answer.completed))}</small></p>"
    for line in answer.text.splitlines():
        yield f'<p dir="auto">{shown(line)}</p>'
    if answer.found:
        yield f"<p><small>{shown(_sure(answer, texts))}</small></p>"
    if answer.citations:
        yield "<ol>"
        for citation in answer.citations:
            yield f'<li value="{citation.number}">{_quote_html(citation)}</li>'
        yield "</ol>"


def _quote_html(citation: Citation) -> str:
    before, words, after = _cut(citation)
    return (
        f"<bdi>{shown(_about(citation))}</bdi>"
        f'<blockquote cite="{html.escape(plain(citation.article_id))}" dir="auto">'
        f"{shown(before)}<mark>{shown(words)}</mark>{shown(after)}</blockquote>"
        f"<small>{shown(_place(citation))}</small>"
    )


def _title(answers: Sequence[Answer], texts: Texts) -> str:
    return plain(answers[0].question, limit=90) if answers else texts.untitled


def _sure(answer: Answer, texts: Texts) -> str:
    texts = texts_for_question(answer.language, texts)
    return f"{texts.confidence(answer.confidence)} ({texts.percent(answer.confidence)})"


def _about(citation: Citation) -> str:
    title, source = display_title(citation), plain(source_name(citation), limit=80)
    page = f"p. {citation.page}" if citation.page else ""
    parts = [title, "" if source == title else source, page, str(citation.published or "")]
    return ", ".join(part for part in parts if part)


def _place(citation: Citation) -> str:
    return (
        f"{plain(citation.article_id)} [{citation.start}:{citation.end}] · "
        f"sha256 {plain(citation.article_digest, limit=64)}"
    )


def _cut(citation: Citation) -> tuple[str, str, str]:
    """Return the sentence in three: before the answer, the answer, and after it."""
    start = citation.start - citation.sentence_start
    end = citation.end - citation.sentence_start
    return citation.sentence[:start], citation.sentence[start:end], citation.sentence[end:]


def _marked_markdown(citation: Citation) -> str:
    before, words, after = (_markdown(part, strip=False) for part in _cut(citation))
    return f"{before}**{words}**{after}" if before or after else words


def _cited_markdown(citation: Citation) -> str:
    return f"{_markdown(f'[{citation.number}] {_about(citation)}')}; {_markdown(_place(citation))}"


def _markdown(text: str, *, strip: bool = True) -> str:
    """Escape what Markdown would read as markup; one line."""
    line = re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", text)
    escaped = _SPECIAL.sub(r"\\\1", line.strip() if strip else line)
    return re.sub(r"^(\d+)([.)])", r"\1\\\2", re.sub(r"^([-=])", r"\\\1", escaped))


def _line(text: str) -> str:
    return (
        " ".join(text.split())
        if "\n" not in text
        else "\n".join(" ".join(line.split()) for line in text.splitlines())
    )
