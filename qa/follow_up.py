"""A follow-up question is mostly about the articles just quoted: their passages are read too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from index import ArticleIndex, Filters, Hit, Timing
from qa.conversation import last_turn
from qa.types import Answer


def search_quoted_too(
    question: str,
    history: Sequence[Answer],
    index: ArticleIndex,
    k: int,
    filters: Filters | None,
    timing: Timing,
) -> tuple[int, list[Hit]]:
    """Search, and among the articles quoted in the turn before; return generation and hits.

    The best passage of those articles counts like the best of all, the second like the second:
    a score tells a place (:func:`index.search.rank_passages`), and a passage keeps its better one.
    """
    generation, hits = index.search_at(question, k, filters=filters, timing=timing)
    last = last_turn(history)
    quoted = {citation.article_id for citation in last.citations} if last and last.found else set()
    if filters and filters.article_ids:
        quoted &= set(filters.article_ids)
    if not quoted:
        return generation, hits
    among = replace(filters or Filters(), article_ids=tuple(sorted(quoted)))
    then, again = index.search_at(question, k, filters=among, timing=timing)
    if then != generation:  # articles came or went in between; the first search is whole by itself
        return generation, hits
    best: dict[object, Hit] = {}
    for hit in (*hits, *again):
        known = best.get(hit.passage)
        if known is None or known.score < hit.score:
            best[hit.passage] = hit
    return generation, sorted(best.values(), key=lambda hit: -hit.score)[:k]
