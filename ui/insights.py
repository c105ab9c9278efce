"""The Insights page as HTML: what is in the articles, each part a way to them."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote

from ui.characters import is_blank, plain, shown
from ui.charts import over_time, plane, row_bar
from ui.cleaning import clean_chart
from ui.describing import about_line, display_title
from ui.library import Library
from ui.places import Place
from ui.texts import Texts
from ui.wishes import Wish

if TYPE_CHECKING:
    from index import ArticleInfo, Topic

_ROWS = 8
_STORIES, _COPIES = 12, 20


def render_insights(library: Library, texts: Texts) -> str:
    """Render the whole page for the present state of the index."""
    articles = library.articles()
    if not articles:
        return _empty(texts, readonly=library.readonly)
    picture = library.picture()
    whole = library.browse(Wish())
    parts = [
        '<div class="page-body wide">',
        f'<h2 class="page-title">{html.escape(texts.nav_insights)}</h2>',
        f'<p class="hint">{html.escape(texts.insights_hint)}</p>',
    ]
    if not picture.topics:
        parts.append(f'<p class="empty-note">{html.escape(texts.few_articles)}</p>')
    parts.append('<div class="panels">')
    if picture.topics:
        hint = html.escape(texts.map_hint)
        drawn = f'<p class="hint">{hint}</p>{plane(picture, texts)}'
        parts.append(_panel(texts.map_label, drawn, "panel map-panel"))
        parts.append(_panel(texts.topics, "".join(_topics(picture.topics, len(articles)))))
    parts.append(_panel(texts.over_time, _time(articles, texts)))
    parts.append(_panel(texts.coverage, _coverage_form(texts)))
    languages = _facet("language", whole.languages, len(articles), texts.language_name)
    parts.append(_panel(texts.by_language, "".join(languages)))
    sources = _facet("source", whole.sources, len(articles))
    parts.append(_panel(texts.by_source, "".join(sources)))
    if stories := library.stories():
        parts.append(_panel(texts.same_story, "".join(_stories(stories, library, texts))))
    return clean_chart("".join([*parts, "</div></div>"]))


def _empty(texts: Texts, *, readonly: bool) -> str:
    """Say that there is nothing to look at, and lead to where that changes."""
    parts = [
        '<div class="page-body wide">',
        f'<h2 class="page-title">{html.escape(texts.nav_insights)}</h2>',
        f'<p class="empty-note">{html.escape(texts.empty_insights)}</p>',
    ]
    if not readonly:
        label = html.escape(texts.add_articles)
        parts.append(f'<button type="button" class="go" data-go="">{label}</button>')
    return clean_chart("".join([*parts, "</div>"]))


def _panel(title: str, body: str, kind: str = "panel") -> str:
    return f'<section class="{kind}"><h3>{html.escape(title)}</h3>{body}</section>'


def _time(articles: Sequence[ArticleInfo], texts: Texts) -> str:
    undated = sum(one.published is None for one in articles)
    drawn = over_time((one.published for one in articles), texts)
    note = texts.without_date.format(texts.count(undated))
    return drawn + (f'<p class="hint">{html.escape(note)}</p>' if undated else "")


def _facet(
    name: str,
    values: Sequence[tuple[str, int]],
    total: int,
    named: Callable[[str], str] = str,
) -> Iterator[str]:
    yield '<ul class="rows">'
    for value, count in values[:_ROWS]:
        go = html.escape(f"{name}={quote(value)}")
        text = shown(plain(named(value), limit=60))
        yield f'<li><button type="button" class="row" data-go="{go}"><bdi>{text}</bdi>'
        yield f'<span class="number">{count}</span>{row_bar(count / max(1, total))}</button></li>'
    yield "</ul>"


def _topics(topics: Sequence[Topic], total: int) -> Iterator[str]:
    yield '<ul class="rows topics">'
    for n, topic in enumerate(topics):
        text = shown(topic_name(topic))
        count = len(topic.members)
        yield f'<li><button type="button" class="row" data-topic="{n}"><bdi>{text}</bdi>'
        yield f'<span class="number">{count}</span>{row_bar(count / max(1, total))}</button></li>'
    yield "</ul>"


def _stories(
    stories: Sequence[Sequence[ArticleInfo]], library: Library, texts: Texts
) -> Iterator[str]:
    """Yield each story by its earliest title, to be opened on the articles it stands in."""

    def name(one: ArticleInfo) -> str:
        opening = library.opening(one.id) if is_blank(one.title) else ""
        return shown(opening or display_title(one))

    for story in stories[:_STORIES]:
        yield f'<details class="story"><summary><bdi>{name(story[0])}</bdi>'
        yield f'<span class="number">{len(story)}</span></summary><ul class="rows">'
        for one in story[:_COPIES]:
            place = Place(one.id, one.digest).attributes()
            yield f'<li><button type="button" class="row" {place}><bdi>{name(one)}</bdi>'
            yield f'<span class="about">{about_line(one, texts)}</span></button></li>'
        yield "</ul></details>"
    if len(stories) > _STORIES:
        more = texts.more_stories.format(len(stories) - _STORIES)
        yield f'<p class="hint">{html.escape(more)}</p>'


def topic_name(topic: Topic) -> str:
    """Return the terms of a topic as its name."""
    return plain(", ".join(topic.terms), limit=80)


def _coverage_form(texts: Texts) -> str:
    label = html.escape(texts.coverage_label)
    return (
        '<form class="coverage"><label class="unseen" for="kutip-coverage">'
        f'{label}</label><input id="kutip-coverage" type="search" maxlength="200"'
        f' placeholder="{label}" autocomplete="off" dir="auto"></form>'
        f'<div class="covered" aria-live="polite"><p class="hint">'
        f"{html.escape(texts.coverage_hint)}</p></div>"
    )


def render_coverage(library: Library, wish: Wish, texts: Texts) -> str:
    """Render when the articles wished for were written, and the way to them."""
    found = library.all_of(wish)
    name = wish.query
    go = f"query={quote(wish.query)}"
    if wish.topic is not None:
        topics = library.picture().topics
        name = topic_name(topics[wish.topic]) if 0 <= wish.topic < len(topics) else ""
        go = f"topic={wish.topic}"
    drawn = over_time(
        (one.published for one in found), texts, [one.published for one in library.articles()]
    )
    title = shown(texts.about_articles.format(f"“{plain(name, limit=80)}”"))
    undated = sum(one.published is None for one in found)
    note = texts.without_date.format(texts.count(undated)) if undated else ""
    return clean_chart(
        f'<p class="chosen"><bdi>{title}</bdi> · {shown(texts.count(len(found)))}</p>{drawn}'
        f'<p class="hint">{html.escape(note)}</p>'
        f'<button type="button" class="go" data-go="{html.escape(go)}">'
        f"{html.escape(texts.show_articles)}</button>"
    )
