"""Answers and articles as HTML: the only place where text of others becomes markup.

:func:`render_answer` serves an answer while it grows, when it is done, and in a history alike.
Every value is escaped where it enters; :func:`ui.cleaning.clean` then lets only our own elements
and classes through, in case that was forgotten somewhere. Nothing rendered here holds a style, an
image, a script or a link other than an article's own http(s) address.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from ui.characters import is_blank, plain, shown
from ui.cleaning import clean
from ui.describing import TITLE, Described, about_line, display_title, web_host
from ui.places import Place
from ui.texts import Texts, confidence_level, texts_for_question

if TYPE_CHECKING:
    from index import Article, Hit
    from qa import Answer, Citation

State = Literal["streaming", "done"]

_NEAREST = 4  # passages offered where nothing was found
_LEAD = 120  # characters of a sentence shown before the answer in it
_SHOWN = 120_000  # characters of an article shown at once, around what is marked
_BREAKS = "\n\r\x0b\x0c\x85\u2028\u2029"
_LINE = re.compile(f"[^{_BREAKS}]+")
_HEADING = re.compile(
    rf"\s*(?:\#{{1,6}}[ \t]+)?(?P<words>\S[^{_BREAKS}]*?)[ \t]*(?=[{_BREAKS}]|\Z)"
)
_BREAK = re.compile(f"[{_BREAKS}]+")
_NUMBER = re.compile(r"\s?\[([0-9]{1,3})\]")
_LEVELS = ("high", "middle", "low")


def render_answer(answer: Answer, *, turn: int, texts: Texts, state: State = "done") -> str:
    """Render one question with its answer, citations, passages and warnings.

    ``texts`` speak where the question's own language is not one of ours.
    """
    texts = texts_for_question(answer.language, texts)
    if state == "streaming" and not answer.found:  # a verdict comes with the whole answer only
        waiting = f'<div class="answer waiting"><p class="text">{texts.reading}</p></div>'
        return _turn(answer.question, waiting, turn=turn, state=state)
    kind = "found" if answer.found else "not-found"
    parts = [f'<div class="answer {kind}">', *_answer_text(answer)]
    if answer.found and state == "done":
        parts.append(_confidence(answer.confidence, texts))
    if answer.notice:
        parts.append(f'<p class="notice"><bdi>{shown(answer.notice)}</bdi></p>')
    if answer.citations:
        cards = [_citation_card(citation, answer.text, texts) for citation in answer.citations]
        parts += _cards(texts.sources, cards, texts)
    elif answer.hits and not answer.found:
        nearest = enumerate(answer.hits[:_NEAREST], start=1)
        cards = [_passage_card(number, hit, texts) for number, hit in nearest]
        parts += _cards(texts.nearest, cards, texts)
    parts += [*_unsupported(answer, texts), "</div>"]
    return _turn(answer.question, "".join(parts), turn=turn, state=state)


def render_failure(question: str, message: str, *, turn: int) -> str:
    """Render a question that could not be answered, with one sentence that says why."""
    body = f'<div class="answer failed"><p class="text"><bdi>{shown(message)}</bdi></p></div>'
    return _turn(question, body, turn=turn, state="done")


def _turn(question: str, body: str, *, turn: int, state: State) -> str:
    return clean(
        f'<article class="turn" data-turn="{turn}" data-state="{state}">'
        f'<h2 class="question" dir="auto">{shown(question)}</h2>{body}</article>'
    )


def _answer_text(answer: Answer) -> Iterator[str]:
    """Yield the paragraphs of the answer, each number that cites as a chip in its place."""
    chips = {citation.number: _chip(citation) for citation in answer.citations}
    text = _BREAK.sub("\n", answer.text)
    quotes = {_BREAK.sub("\n", citation.text) for citation in answer.citations}
    pieces: list[str] = []
    placed: set[int] = set()
    end = 0
    for match in _NUMBER.finditer(text):
        number = int(match[1])
        if number in chips and not any(_stands_in(match, quote) for quote in quotes):
            pieces.append(_joined(text[end : match.start()], chips[number]))
            placed.add(number)
            end = match.end()
    unplaced = "".join(chip for number, chip in chips.items() if number not in placed)
    body = "".join([*pieces, _joined(text[end:].rstrip(), unplaced)])
    for paragraph in body.split("\n"):
        if paragraph.strip():
            yield f'<p class="text" dir="auto">{paragraph}</p>'


def _joined(text: str, chips: str) -> str:
    """Put chips after ``text`` so that a line never begins with them."""
    word = re.search(r"\S{1,24}\Z", text) if chips else None
    if not word:
        return shown(text) + chips
    return f'{shown(text[: word.start()])}<span class="joined">{shown(word[0])}{chips}</span>'


def _stands_in(number: re.Match[str], quote: str) -> bool:
    """Say whether a number is part of words taken from an article, where it cites nothing."""
    start = number.string.find(quote, max(0, number.end() - len(quote)))
    return 0 <= start < number.start(1)


def _chip(citation: Citation) -> str:
    label = html.escape(plain(f"[{citation.number}] {display_title(citation)}"))
    quote = html.escape(plain(citation.sentence))
    return (
        f'<button type="button" class="chip" aria-label="{label}" title="{quote}"'
        f" {Place.of_citation(citation).attributes()}>{citation.number}</button>"
    )


def _confidence(probability: float, texts: Texts) -> str:
    level = _LEVELS[confidence_level(probability)]
    percent = min(99, max(1, round(100 * probability)))  # nothing here is certain
    return (
        f'<p class="confidence"><span class="meter {level}"></span>'
        f'{texts.confidence(probability)} <span class="number">{percent}%</span></p>'
    )


@dataclass(frozen=True, slots=True)
class _Card:
    """A quote to open: ``quote`` is HTML; a ``brief`` one stands in the answer already."""

    number: int
    about: Described
    place: Place
    label: str
    quote: str
    brief: bool = False


def _citation_card(citation: Citation, answer_text: str, texts: Texts) -> _Card:
    sentence, offset = citation.sentence, citation.sentence_start
    answer = (citation.start - offset, citation.end - offset)
    start = 0
    if answer[0] > _LEAD:  # a card shows a few lines, and the answer must be among them
        start = sentence.rfind(" ", 0, answer[0] - _LEAD // 2) + 1
    whole = answer == (0, len(sentence))  # then nothing in it stands out
    pieces = _pieces(sentence, start, len(sentence), None, None if whole else answer)
    return _Card(
        number=citation.number,
        about=citation,
        place=Place.of_citation(citation),
        label=texts.open_source.format(citation.number, display_title(citation)),
        quote=("… " if start else "") + "".join(pieces),
        brief=sentence in answer_text,
    )


def _passage_card(number: int, hit: Hit, texts: Texts) -> _Card:
    label = texts.open_passage.format(number, display_title(hit.article))
    return _Card(number, hit.article, Place.of_hit(hit), label, shown(hit.passage.text))


def _cards(heading: str, cards: Sequence[_Card], texts: Texts) -> Iterator[str]:
    """Yield the cards in order; neighbours of one article share its title."""
    yield f'<h3 class="label">{heading}</h3><ol class="cards">'
    above: str | None = None
    for card in cards:
        more = card.place.article_id == above
        above = card.place.article_id
        title = shown(display_title(card.about))
        yield (
            f'<li{" class=more" if more else ""}><button type="button" class="card"'
            f' aria-label="{html.escape(plain(card.label))}" {card.place.attributes()}>'
            f'<span class="card-number">{card.number}</span>'
        )
        if not more:
            yield f'<span class="card-title"><bdi>{title}</bdi></span>'
            yield f'<span class="about">{about_line(card.about, texts)}</span>'
        kind = "card-quote brief" if card.brief else "card-quote"
        yield f'<span class="{kind}"><bdi>{card.quote}</bdi></span></button></li>'
    yield "</ol>"


def _unsupported(answer: Answer, texts: Texts) -> Iterator[str]:
    claims = answer.unsupported
    if claims:
        heading = texts.unsupported[len(claims) != 1].format(len(claims))
        yield f'<details class="unsupported"><summary>{heading}</summary>'
        yield f'<p class="hint">{texts.unsupported_hint}</p><ul>'
        yield from (f"<li><bdi>{shown(claim.text)}</bdi></li>" for claim in claims)
        yield "</ul></details>"


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
            pieces = _pieces(article.text, line.start(), line.end(), evidence, answer)
            parts.append(f'<p dir="auto">{"".join(pieces)}</p>')
    parts += ["</div>", left_out if last < len(article.text) else "", "</article>"]
    return clean("".join(parts))


def _shown_range(length: int, mark: tuple[int, int] | None) -> tuple[int, int]:
    if length <= _SHOWN:
        return 0, length
    middle = min(mark[0], length) if mark else 0
    first = max(0, min(middle - _SHOWN // 2, length - _SHOWN))
    return first, first + _SHOWN


def _heading(
    article: Article,
    first: int,
    evidence: tuple[int, int] | None,
    answer: tuple[int, int] | None,
) -> tuple[str, int]:
    """Return the heading and where the body starts: a title that opens the text is not doubled."""
    line = None if first else _HEADING.match(article.text)
    if line and line["words"] == article.title.strip() and len(line["words"]) <= TITLE:
        return "".join(_pieces(article.text, *line.span("words"), evidence, answer)), line.end()
    return shown(display_title(article)), first


def _byline(article: Article, texts: Texts) -> str:
    authors = plain(", ".join(article.authors), limit=TITLE)
    parts = [f"<bdi>{shown(authors)}</bdi>"] if authors else []
    host = web_host(article.url)
    if host and article.url and not re.search(r"[\x00-\x20\x7f-\x9f]", article.url):
        label = texts.original.format(f"<bdi>{shown(plain(host, limit=80))}</bdi>")
        parts.append(f'<a href="{html.escape(article.url)}" target="_blank">{label}</a>')
    return f'<p class="byline">{" · ".join(parts)}</p>' if parts else ""


def _pieces(
    text: str,
    start: int,
    end: int,
    evidence: tuple[int, int] | None,
    answer: tuple[int, int] | None,
) -> Iterator[str]:
    """Yield ``text[start:end]`` as HTML with both spans marked; cut first, escaped after."""
    bounds = [bound for span in (evidence, answer) if span for bound in span]
    cuts = sorted({start, end, *(bound for bound in bounds if start < bound < end)})
    for left, right in pairwise(cuts):
        piece = shown(text[left:right])
        if answer and answer[0] <= left and right <= answer[1]:
            yield f'<mark class="answer">{piece}</mark>'
        elif evidence and evidence[0] <= left and right <= evidence[1]:
            yield f'<mark class="evidence">{piece}</mark>'
        else:
            yield piece
