"""Which articles a question of the page is asked of: the fields below its form, as filters."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import unquote

from index import Filters
from ui.cleaning import clean
from ui.describing import display_title
from ui.shelf import facet
from ui.wishes import Choices, source_group

if TYPE_CHECKING:
    from index import ArticleInfo
    from ui.texts import Texts

_LONGEST = 20_000  # characters of a value


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a question is narrowed to; an empty field does not narrow."""

    language: str = ""
    source: str = ""
    first: date | None = None
    last: date | None = None
    article: str = ""

    def __bool__(self) -> bool:
        return self != Narrowing()

    @classmethod
    def parse(cls, data: object) -> Narrowing:
        """Read what the page sent, which may be anything; ValueError for a day that is none."""
        sent = data if isinstance(data, Mapping) else {}
        values = {
            name: value[:_LONGEST]
            for name in ("language", "source", "first", "last", "article")
            if isinstance(value := sent.get(name), str)
        }
        return cls(
            language=values.get("language", ""),
            source=values.get("source", ""),
            first=_day(values.get("first", "")),
            last=_day(values.get("last", "")),
            article=unquote(values.get("article", "")),
        )

    def filters(self, articles: Sequence[ArticleInfo]) -> Filters | None:
        """Return the filters of a search; those of a source nothing is from let nothing through."""
        sources = {one.source for one in articles if source_group(one) == self.source}
        named = tuple(sorted(sources)) or (self.source,)
        chosen = Filters(
            published_from=self.first,
            published_to=self.last,
            languages=(self.language,) if self.language else (),
            sources=named if self.source else (),
            article_ids=(self.article,) if self.article else (),
        )
        return chosen or None

    def told(self, articles: Sequence[ArticleInfo], texts: Texts) -> str:
        """Say in one line which articles are asked."""
        titles = [display_title(one) for one in articles if one.id == self.article]
        parts = (
            texts.language_name(self.language) if self.language else "",
            self.source,
            texts.published_from.format(texts.day(self.first)) if self.first else "",
            texts.published_to.format(texts.day(self.last)) if self.last else "",
            *(titles or ([self.article] if self.article else [])),
        )
        return texts.asked_of.format(" · ".join(part for part in parts if part))


def _day(value: str) -> date | None:
    return date.fromisoformat(value) if value else None


def render_narrowing(choices: Choices, texts: Texts) -> str:
    """Render the fields that narrow the next questions, folded until they are wanted."""
    selects = (
        *facet("language", texts.facet_language, texts.all_languages, "",
               choices.languages, texts.language_name),
        *facet("source", texts.facet_source, texts.all_sources, "", choices.sources),
    )  # fmt: skip
    days = "".join(
        f'<label class="day">{html.escape(phrase.format("").strip())}'
        f'<input type="date" name="{name}"></label>'
        for name, phrase in (("first", texts.published_from), ("last", texts.published_to))
    )
    return (
        f'<details class="narrow"><summary>{html.escape(texts.narrow)}'
        '<bdi class="told"></bdi></summary>'
        f'<div class="facets">{clean("".join(selects))}{days}'
        '<input type="hidden" name="article">'
        f'<button type="button" class="widen">{html.escape(texts.clear)}</button></div></details>'
    )
