"""Quotes as cards to open: the citations of an answer, or the passages nearest to a question."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ui.characters import plain, shown
from ui.describing import Described, about_line, also_in_line, display_title
from ui.marks import pieces
from ui.places import Place
from ui.texts import Texts

if TYPE_CHECKING:
    from index import Hit
    from qa import Answer, Citation

NEAREST = 4  # passages offered where nothing was found
_LEAD = 120  # characters of a sentence shown before the answer in it


@dataclass(frozen=True, slots=True)
class _Card:
    """A quote to open: ``quote`` is HTML; a ``brief`` one stands in the answer already."""

    number: int
    about: Described
    place: Place
    label: str
    quote: str
    also: str
    brief: bool = False


def render_citations(answer: Answer, texts: Texts) -> Iterator[str]:
    """Yield the cards of an answer's citations."""
    cards = [_citation_card(citation, answer, texts) for citation in answer.citations]
    return _cards(texts.sources, cards, texts)


def render_cards(hits: Sequence[Hit], texts: Texts) -> Iterator[str]:
    """Yield the cards of the passages nearest to a question that was not answered."""
    cards = [_passage_card(number, hit, texts) for number, hit in enumerate(hits[:NEAREST], 1)]
    return _cards(texts.nearest, cards, texts)


def _citation_card(citation: Citation, answer: Answer, texts: Texts) -> _Card:
    sentence, offset = citation.sentence, citation.sentence_start
    words = (citation.start - offset, citation.end - offset)
    start = 0
    if words[0] > _LEAD:  # a card shows a few lines, and the answer must be among them
        start = sentence.rfind(" ", 0, words[0] - _LEAD // 2) + 1
    whole = words == (0, len(sentence))  # then nothing in it stands out
    quote = pieces(sentence, start, len(sentence), None, None if whole else words)
    return _Card(
        number=citation.number,
        about=citation,
        place=Place.of_citation(citation),
        label=texts.open_source.format(citation.number, display_title(citation)),
        quote=("… " if start else "") + "".join(quote),
        also=also_in_line(citation, answer.also_in(citation), texts),
        brief=sentence in answer.text,
    )


def _passage_card(number: int, hit: Hit, texts: Texts) -> _Card:
    label = texts.open_passage.format(number, display_title(hit.article))
    also = also_in_line(hit.article, hit.also_in, texts)
    return _Card(number, hit.article, Place.of_hit(hit), label, shown(hit.passage.text), also)


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
        if card.also and not more:
            yield f'<span class="about"><bdi>{shown(card.also)}</bdi></span>'
        kind = "card-quote brief" if card.brief else "card-quote"
        yield f'<span class="{kind}"><bdi>{card.quote}</bdi></span></button></li>'
    yield "</ol>"
