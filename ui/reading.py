"""An article as HTML, whole, with the characters a citation rests on marked in it."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from ui.characters import is_blank, plain, shown
from ui.cleaning import clean
from ui.describing import TITLE, about_line, display_title, web_host
from ui.marks import Range, pieces
from ui.places import Place
from ui.texts import Texts

if TYPE_CHECKING:
    from index import Article

_SHOWN = 120_000  # characters of an article shown at once, around what is marked
_BREAKS = "\n\r\x0b\x0c\x85\u2028\u2029"
_LINE = re.compile(f"[^{_BREAKS}]+")
_HEADING = re.compile(
    rf"\s*(?:\#{{1,6}}[ \t]+)?(?P<words>\S[^{_BREAKS}]*?)[ \t]*(?=[{_BREAKS}]|\Z)"
)


def render_article(article: Article, place: Place, texts: Texts) -> str:
    """Render an article whole, or what surrounds the marks of a very long one.

    Nothing is marked where the article is not the version that ``place`` was made for.
    """
    same = place.digest == article.digest
    evidence, answer = (place.evidence, place.answer) if same else (None, None)
    first, last = _shown_range(len(article.text), answer or evidence)
    left_out = f'<p class="left-out">{texts.left_out}</p>'
    heading, body_start = _heading(article, first, evidence, answer)
    kind = "title untitled" if is_blank(article.title) else "title"
    parts = [
        f'<article class="reading"><header><p class="about">{about_line(article, texts)}</p>',
        f'<h2 class="{kind}" dir="auto">{heading}</h2>{_byline(article, texts)}</header>',
        "" if same else f'<p class="notice">{texts.changed}</p>',
        left_out if first else "",
        f'<div class="body" lang="{html.escape(plain(article.language, limit=12))}">',
    ]
    for line in _LINE.finditer(article.text, body_start, last):
        if not line[0].isspace():
            marked = pieces(article.text, line.start(), line.end(), evidence, answer)
            parts.append(f'<p dir="auto">{"".join(marked)}</p>')
    parts += ["</div>", left_out if last < len(article.text) else "", "</article>"]
    return clean("".join(parts))


def _shown_range(length: int, mark: Range) -> tuple[int, int]:
    if length <= _SHOWN:
        return 0, length
    middle = min(mark[0], length) if mark else 0
    first = max(0, min(middle - _SHOWN // 2, length - _SHOWN))
    return first, first + _SHOWN


def _heading(
    article: Article,
    first: int,
    evidence: Range,
    answer: Range,
) -> tuple[str, int]:
    """Return the heading and where the body starts: a title that opens the text is not doubled."""
    line = None if first else _HEADING.match(article.text)
    if line and line["words"] == article.title.strip() and len(line["words"]) <= TITLE:
        return "".join(pieces(article.text, *line.span("words"), evidence, answer)), line.end()
    return shown(display_title(article)), first


def _byline(article: Article, texts: Texts) -> str:
    authors = plain(", ".join(article.authors), limit=TITLE)
    parts = [f"<bdi>{shown(authors)}</bdi>"] if authors else []
    host = web_host(article.url)
    if host and article.url and not re.search(r"[\x00-\x20\x7f-\x9f]", article.url):
        label = texts.original.format(f"<bdi>{shown(plain(host, limit=80))}</bdi>")
        parts.append(f'<a href="{html.escape(article.url)}" target="_blank">{label}</a>')
    return f'<p class="byline">{" · ".join(parts)}</p>' if parts else ""
