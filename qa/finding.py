"""Searching as people see it: passages ranked, the fitting sentence of each, and facets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from index import (
    ArticleIndex,
    Facets,
    Filters,
    Hit,
    Span,
    analyse,
)
from qa.answering import open_index, rank, resolve
from qa.question_time import question_time
from qa.types import Draft, Reader


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found: passages, best first, and how many articles of each kind there are.

    ``sentences`` holds for each hit the span of the sentence that fits the query best, None where
    none does.
    """

    hits: tuple[Hit, ...]
    sentences: tuple[Span | None, ...]
    facets: Facets


def search(
    query: str,
    *,
    index: ArticleIndex | str | Path | None = None,
    k: int = 10,
    filters: Filters | None = None,
    reader: Reader | str | None = None,
    today: date | None = None,
) -> list[Hit]:
    """Return the best passages for a query, in the order of retrieval and reader together."""
    opened = open_index(index)
    timing, narrowed = question_time(query, filters, today)
    hits = opened.search(query, k, filters=narrowed, timing=timing)
    return rank(hits, _read(query, opened, hits, reader))


def find(
    query: str,
    *,
    index: ArticleIndex | str | Path | None = None,
    k: int = 10,
    filters: Filters | None = None,
    reader: Reader | str | None = None,
    today: date | None = None,
    read: int | None = None,
) -> Found:
    """Search as :func:`search` does, and also return fitting sentences and facets.

    The facets count the articles of the first 100 passages, so that what lies beyond ``k`` and can
    be reached with a filter shows. The fitting sentence is one that has all terms of the query, as
    keywords mostly do; otherwise the reader's choice, for it has scored every sentence anyway, to
    rank, and across languages; where it has none, the sentence with most of the terms.

    :param read: how many of the hits the reader orders, the others come after them; None is all.
    """
    opened = open_index(index)
    timing, narrowed = question_time(query, filters, today)
    hits, facets = opened.find(query, k, filters=narrowed, timing=timing)
    first, others = hits[:read], hits[read:] if read is not None else []
    draft = _read(query, opened, first, reader)
    chosen = draft.sentences if len(draft.sentences) == len(first) else (None,) * len(first)
    of_passage = {hit.passage: sentence for hit, sentence in zip(first, chosen, strict=True)}
    ranked = [*rank(first, draft), *others]
    return Found(
        hits=tuple(ranked),
        sentences=tuple(_fitting(query, hit, of_passage.get(hit.passage)) for hit in ranked),
        facets=facets,
    )


def _read(query: str, index: ArticleIndex, hits: list[Hit], reader: Reader | str | None) -> Draft:
    return resolve(reader, index).read(query, hits) if hits else Draft()


def _fitting(query: str, hit: Hit, chosen: Span | None) -> Span | None:
    """Return the citable sentence of a hit that fits a query best, if one does."""
    terms = frozenset(analyse(query, hit.article.language))
    most, fullest = 0, None
    for sentence in hit.passage.sentences:
        if sentence.citable:
            words = analyse(hit.passage.slice(sentence), hit.article.language)
            shared = len(terms.intersection(words))
            if shared > most:
                most, fullest = shared, sentence
    return fullest if chosen is None or most == len(terms) > 0 else chosen
