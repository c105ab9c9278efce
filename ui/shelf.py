"""The list of articles as HTML: its facets, its rows, and the frame around them."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import quote

from index import SUPPORTED
from ui.browsing import Match
from ui.characters import plain, shown
from ui.cleaning import clean
from ui.describing import about_line, display_title
from ui.places import Place
from ui.texts import Texts
from ui.uploads import FILE_LIMIT
from ui.wishes import Shelf, Wish

_LONGEST_SENTENCE = 300  # characters of a sentence in a row
_BIN = (
    '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M5 7h14M10 7V5h4v2M7 7l1 12h8l1-12"'
    ' fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round"'
    ' stroke-linejoin="round"/></svg>'
)


def render_library(texts: Texts, *, readonly: bool, web: bool = False) -> str:
    """Render the frame of the Articles page; nothing in it is foreign text."""
    search = html.escape(texts.search_articles)
    adding = "" if readonly else _adding(texts, web)
    return (
        f'<div class="page-body"><h2 class="page-title">{html.escape(texts.nav_articles)}</h2>'
        f'{adding}<form class="finder" role="search">'
        f'<label class="unseen" for="kutip-find">{search}</label>'
        f'<input id="kutip-find" type="search" name="query" maxlength="500" placeholder="{search}"'
        ' autocomplete="off" dir="auto"></form>'
        '<div class="shelf" aria-live="polite"></div></div>'
    )


def _adding(texts: Texts, web: bool) -> str:
    hint = texts.add_hint.format(FILE_LIMIT // 1_000_000)
    return (
        f'<section class="adding" aria-label="{html.escape(texts.add_articles)}">'
        f'<button type="button" class="choose">{html.escape(texts.choose_files)}</button>'
        f'<input type="file" multiple hidden accept="{",".join(SUPPORTED)}" tabindex="-1"'
        f' aria-label="{html.escape(texts.choose_files)}">'
        f'<p class="hint">{html.escape(hint)}</p>{_address_form(texts) if web else ""}'
        '<p class="overall" role="status"></p><ul class="jobs"></ul></section>'
    )


def _address_form(texts: Texts) -> str:
    label = html.escape(texts.web_address)
    return (
        f'<form class="by-address"><label class="unseen" for="kutip-address">{label}</label>'
        f'<input id="kutip-address" type="text" inputmode="url" maxlength="2048"'
        f' placeholder="{html.escape(texts.web_hint)}" autocomplete="off" spellcheck="false">'
        f'<button type="submit" class="fetch">{html.escape(texts.add)}</button></form>'
    )


def render_shelf(
    shelf: Shelf, wish: Wish, texts: Texts, *, readonly: bool, topic: str | None = None
) -> str:
    """Render a page of the list under its facets."""
    parts = [
        '<div class="facets">',
        *facet("language", texts.facet_language, texts.all_languages, wish.language,
                shelf.languages, texts.language_name),
        *facet("source", texts.facet_source, texts.all_sources, wish.source, shelf.sources),
        *facet("year", texts.facet_year, texts.all_years, wish.year[:4], shelf.years),
        *_month_facet(shelf, wish, texts),
        "</div>",
    ]  # fmt: skip
    if topic:
        parts.append(f'<p class="chosen"><bdi>{shown(texts.topic.format(topic))}</bdi></p>')
    parts.append(f'<p class="count-line">{shown(texts.count(shelf.total))}')
    if wish.query or wish.language or wish.source or wish.year or wish.topic is not None:
        parts.append(f'<button type="button" class="clear">{html.escape(texts.clear)}</button>')
    parts.append("</p>")
    if shelf.total:
        parts += ['<ol class="articles">', *_rows(shelf, texts, readonly), "</ol>"]
    elif wish != Wish():
        parts.append(f'<p class="hint">{html.escape(texts.no_matches)}</p>')
    after = wish.offset + len(shelf.articles)
    if after < shelf.total:
        parts.append(
            f'<button type="button" class="more-rows" data-offset="{after}">'
            f"{html.escape(texts.more)}</button>"
        )
    return clean("".join(parts)).replace('<i class="bin"></i>', _BIN)


def facet(
    name: str,
    label: str,
    every: str,
    chosen: str,
    values: Iterable[tuple[str, int]],
    named: Callable[[str], str] = str,
    whole: str = "",
) -> Iterator[str]:
    """Yield a list of values to choose from; nothing where there is no choice.

    :param whole: the value of ``every``.
    """
    listed = dict(values)
    if chosen and chosen not in listed:
        listed[chosen] = 0
    if len(listed) < 2 and not chosen:
        return
    yield f'<label><span class="unseen">{html.escape(label)}</span><select name="{name}">'
    yield f'<option value="{html.escape(whole)}">{html.escape(every)}</option>'
    for value, count in listed.items():
        selected = " selected" if value == chosen else ""
        text = shown(plain(named(value), limit=60))
        yield f'<option value="{html.escape(value)}"{selected}>{text} ({count})</option>'
    yield "</select></label>"


def _month_facet(shelf: Shelf, wish: Wish, texts: Texts) -> Iterator[str]:
    """Return the facet of the months of the year listed; all of them are the year again."""
    chosen = wish.year if len(wish.year) > 4 else ""
    return facet(
        "year", texts.facet_month, texts.all_months, chosen, shelf.months, texts.month_name,
        whole=wish.year[:4],
    )  # fmt: skip


def _rows(shelf: Shelf, texts: Texts, readonly: bool) -> Iterator[str]:
    for one in shelf.articles:
        opening = shelf.openings.get(one.id, "")
        title = opening or display_title(one)
        kind = "card-title opening" if opening else "card-title"
        match = shelf.matches.get(one.id)
        place = Place(one.id, one.digest, match.sentence if match else None).attributes()
        yield f'<li><button type="button" class="entry" {place}>'
        yield f'<span class="{kind}"><bdi>{shown(title)}</bdi></span>'
        about = about_line(one, texts, titled=bool(opening))
        yield f'<span class="about">{about}</span>'
        yield f"{_sentence(match) if match else ''}</button>"
        if not readonly:
            label = html.escape(plain(f"{texts.delete}: {title}"))
            key = html.escape(quote(one.id, errors="replace"))
            yield (
                f'<button type="button" class="remove" aria-label="{label}" data-remove="{key}">'
                '<i class="bin"></i></button>'
            )
        yield "</li>"


def _sentence(match: Match) -> str:
    """Render the sentence that fits what was looked for, with the words of it marked."""
    parts, end = [], 0
    for start, stop in match.marks:
        if stop > _LONGEST_SENTENCE:
            break
        parts.append(shown(match.text[end:start]))
        parts.append(f"<mark>{shown(match.text[start:stop])}</mark>")
        end = stop
    rest = match.text[end:_LONGEST_SENTENCE]
    more = "…" if len(match.text) > _LONGEST_SENTENCE else ""
    parts.append(shown(rest) + more)
    return f'<span class="card-quote"><bdi>{"".join(parts)}</bdi></span>'


def render_undo(title: str, article_id: str, texts: Texts) -> str:
    """Render the line that says what was deleted, with the button that brings it back."""
    said = shown(texts.deleted.format(plain(title, limit=80)))
    key = html.escape(quote(article_id, errors="replace"))
    return clean(
        f'<p class="undo"><bdi>{said}</bdi> <button type="button" class="restore"'
        f' data-restore="{key}">{html.escape(texts.undo)}</button></p>'
    )


def render_said(message: str) -> str:
    """Render one sentence of news."""
    return clean(f'<p class="undo"><bdi>{shown(message)}</bdi></p>')
