"""A search of articles: in the order of ``kutip search``, each with the sentence that fits best."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from index import ArticleIndex, ArticleInfo, Hit, Span
    from qa import Reader

_SEARCHED = 100  # passages looked through, whose articles the facets of a search count, too
_READ = 10  # of them that the reader orders, as many as ``kutip search`` shows
_NEAR = 10  # ranks that count without a word in common
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Match:
    """An article that was found; ``sentence`` is the place of one that fits, ``text`` its words.

    ``query`` is what was looked for.
    """

    article: ArticleInfo
    sentence: tuple[int, int] | None = None
    text: str = ""
    query: str = ""

    @property
    def marks(self) -> tuple[tuple[int, int], ...]:
        """The places in ``text`` of words of the query, in whatever form; for what is shown."""
        from index import analyse

        language = self.article.language
        terms = frozenset(analyse(self.query, language))
        return tuple(
            word.span()
            for word in _WORD.finditer(self.text)
            if not terms.isdisjoint(analyse(word[0], language))
        )


def matches(
    query: str, index: ArticleIndex, reader: Reader | None, articles: Sequence[ArticleInfo]
) -> list[Match]:
    """Return the articles that a query finds, best first.

    Those with all its words in the title are among them even if nothing else says so, since a word
    may not yet be typed whole; they come first where no passage has a word of the query.
    """
    from qa import find

    # A chat model writes answers; it is not asked for every letter that is typed.
    chosen = None if reader is None or ":" in reader.name else reader
    found = find(query, index=index, k=_SEARCHED, reader=chosen, read=_READ)
    listed: dict[str, Match] = {}
    spoken = False
    for hit, sentence in zip(found.hits, found.sentences, strict=True):
        if _is_near(hit):
            spoken = spoken or hit.lexical_rank is not None
            listed.setdefault(hit.article.id, _match(query, hit, sentence))
    words = query.casefold().split()
    named = [one for one in articles if all(word in one.title.casefold() for word in words)]
    titled = {one.id: Match(one) for one in named}
    first, then = (listed, titled) if spoken else (titled, listed)
    return [listed.get(id_, one) for id_, one in {**first, **then}.items()]


def _is_near(hit: Hit) -> bool:
    """Say whether a passage has words of the query, or is among the nearest in meaning."""
    return hit.lexical_rank is not None or (hit.dense_rank or _NEAR + 1) <= _NEAR


def _match(query: str, hit: Hit, sentence: Span | None) -> Match:
    if sentence is None:
        return Match(hit.article)
    place = (sentence.start, sentence.end)
    return Match(hit.article, place, hit.passage.slice(sentence), query)
