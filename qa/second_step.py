"""A second search for what the first did not answer, from the evidence the first found.

"The country whose president met X": the article about X names the president, and only that name
leads to the article with the answer. Searching again with the question and the first passage
finds it: both articles are among the first ten for more questions (benchmarks/README.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from index import ArticleIndex, Filters, Hit, Passage, Span
from qa.types import Claim, Draft, Reader

_RANK_CONSTANT = 10  # of reciprocal rank fusion, as within one search
_LONGEST = 4000  # characters that a search takes
_LEAST_JOINED = 4  # passages to read, where the first search was for fewer


def search_again(
    question: str,
    hits: Sequence[Hit],
    index: ArticleIndex,
    k: int,
    filters: Filters | None = None,
) -> list[Hit]:
    """Return ``k`` hits of the first search and of one with its first passage, joined by rank.

    Each hit's score is the sum of its reciprocal ranks; equal ones keep the order of the first
    search.
    """
    if not hits:
        return []
    query = f"{question} {hits[0].passage.text}"[:_LONGEST]
    joined: dict[Passage, Hit] = {}
    for found in (hits, index.search(query, k, filters=filters)):
        for rank, hit in enumerate(found, start=1):
            known = joined.get(hit.passage)
            score = (known.score if known else 0.0) + 1 / (_RANK_CONSTANT + rank)
            joined[hit.passage] = replace(known or hit, score=score)
    return sorted(joined.values(), key=lambda hit: -hit.score)[:k]


def read_again(
    draft: Draft,
    hits: list[Hit],
    limit: float,
    reader: Reader,
    question: str,
    index: ArticleIndex,
    filters: Filters | None = None,
) -> tuple[Draft, list[Hit]]:
    """Return the draft and the hits to answer from: the first ones, or those of a second step.

    The second step is taken where no claim reaches ``limit``, and kept where one then does. Its
    answer also cites the sentence that led there, where it is of an article only found now.
    """
    if not draft.claims or draft.claims[0].probability >= limit:
        return draft, hits
    further = search_again(question, hits, index, max(len(hits), _LEAST_JOINED), filters)
    again = reader.read(question, further)
    if not again.claims or again.claims[0].probability < limit:
        return draft, hits
    first, *others = again.claims
    return replace(again, claims=(_led_by(draft, hits, first), *others)), further


def _led_by(draft: Draft, hits: Sequence[Hit], claim: Claim) -> Claim:
    """Return a claim with the sentence of the first passage as a further proof."""
    articles = {hit.article.id for hit in hits}
    cited = {span.article_id for span in claim.spans}
    if cited & articles:  # the first search had the article, so nothing led there
        return claim
    first = hits[0].passage
    named = draft.sentences[0] if len(draft.sentences) == len(hits) else None
    citable = [one for one in first.sentences if one.citable]
    lead: Span | None = named or (citable[0] if citable else None)
    return replace(claim, spans=(*claim.spans, lead)) if lead else claim
