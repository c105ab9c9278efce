"""What stands around answers and articles: header, first page, question form, empty pane."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

from ui.characters import plain, shown
from ui.cleaning import clean
from ui.texts import Texts

QUESTION_LIMIT = 4000  # characters

_SEND = (
    '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 19V5M6 11l6-6 6 6" fill="none"'
    ' stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/></svg>'
)
_STOP = (
    '<svg viewBox="0 0 24 24" aria-hidden="true">'
    '<rect x="7" y="7" width="10" height="10" rx="1.5" fill="currentColor"/></svg>'
)


@dataclass(frozen=True, slots=True)
class Overview:
    """What the first page tells of an index: how many articles, and a few of them by name."""

    articles: int
    examples: tuple[str, ...] = ()


def render_header(overview: Overview | None, texts: Texts) -> str:
    """Render the bar at the top: the name, what it is, and how much there is to ask."""
    count = texts.count(overview.articles) if overview else ""
    return (
        '<div class="bar"><h1><span class="logo" aria-hidden="true"></span>Kutip</h1>'
        f'<p class="tagline">{html.escape(texts.tagline)}</p>'
        f'<p class="count">{html.escape(count)}</p></div>'
    )


def render_welcome(overview: Overview, texts: Texts) -> str:
    """Render the first page: an invitation with examples, or how to get started."""
    if not overview.articles:
        return _welcome(texts.empty_index, texts.empty_index_hint)
    return _welcome(texts.welcome, texts.welcome_hint, overview.examples, texts.try_asking)


def render_trouble(message: str, texts: Texts) -> str:
    """Render the first page of an index that cannot be read."""
    return _welcome(texts.empty_index, message)


def _welcome(title: str, hint: str, questions: Sequence[str] = (), label: str = "") -> str:
    parts = [f'<div class="welcome"><h2>{shown(title)}</h2><p class="hint">{shown(hint)}</p>']
    if questions:
        parts.append(f'<h3 class="label">{shown(label)}</h3><ul class="examples">')
        for question in questions:
            asked = html.escape(plain(question))
            parts.append(
                f'<li><button type="button" class="example" data-question="{asked}">'
                f"<bdi>{shown(plain(question))}</bdi></button></li>"
            )
        parts.append("</ul>")
    return clean("".join([*parts, "</div>"]))


def render_form(texts: Texts) -> str:
    """Render the question form with the words its script needs; none of it is foreign text."""
    words = {
        "language": texts.language,
        "reading": texts.reading,
        "ready": texts.ready,
        "failed": texts.failed,
        "stopped": texts.stopped,
        "unreachable": texts.unreachable,
        "close": texts.close,
        "region": texts.pane_label,
    }
    data = " ".join(f'data-{name}="{html.escape(word)}"' for name, word in words.items())
    label, hint = html.escape(texts.ask_label), html.escape(texts.ask_placeholder)
    send, stop = html.escape(texts.ask), html.escape(texts.stop)
    return (
        f'<form class="ask" {data}><label class="unseen" for="kutip-question">{label}</label>'
        f'<textarea id="kutip-question" name="question" rows="1" maxlength="{QUESTION_LIMIT}"'
        f' placeholder="{hint}" autocomplete="off" enterkeyhint="send" dir="auto"></textarea>'
        f'<button type="submit" class="send" aria-label="{send}">{_SEND}</button>'
        f'<button type="button" class="stop" aria-label="{stop}">{_STOP}</button>'
        '<p class="unseen" role="status"></p></form>'
    )


def render_empty_pane(texts: Texts) -> str:
    """Render what the reading pane shows before anything is opened."""
    return (
        f'<div class="empty"><span class="page" aria-hidden="true"></span>'
        f"<h2>{html.escape(texts.pane_empty)}</h2><p>{html.escape(texts.pane_empty_hint)}</p></div>"
    )


def render_pane_message(message: str) -> str:
    """Render one sentence in place of an article."""
    return f'<div class="empty"><p><bdi>{shown(message)}</bdi></p></div>'
