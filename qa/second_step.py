"""A second search for what the first did not answer, from the evidence the first found.

"The country whose president met X": the article about X names the president, and only that name
leads to the article with the answer. So the question is asked again with the names of the first
passage, and once more of the articles alone whose titles the first passages name, as the entries of
a lexicon name each other. More questions have all articles they need among the first ten that way
(benchmarks/README.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import regex

from index import ArticleIndex, Filters, Hit, Passage, Span
from qa.types import Claim, Draft, Reader

_RANK_CONSTANT = 10  # of reciprocal rank fusion, as in a search
_LONGEST = 4000  # characters that a search takes
_LEAST_JOINED = 4  # passages to read, where the first search was for fewer
_NAMING = 3  # first passages that may name further articles
_NAMES = regex.compile(
    r"(?:\p{Lu}[\w'’.-]*|\d{4})"
    r"(?:\s+(?:(?:of|the|de|and|von|van)\s+)?(?:\p{Lu}[\w'’.-]*|\d{4}))*"
)


def search_again(
    question: str,
    hits: Sequence[Hit],
    index: ArticleIndex,
    k: int,
    filters: Filters | None = None,
) -> list[Hit]:
    """Return ``k`` hits of the first search and of those that it leads to, joined by rank.

    Each hit's score is the sum of its reciprocal ranks; equal ones keep the order of the searches.
    """
    if not hits:
        return []
    names = names_beside(question, hits[0].passage.text)
    searches = [hits, index.search(f"{question} {names}"[:_LONGEST], k, filters=filters)]
    if named := _named(hits[:_NAMING], index, filters):
        narrowed = replace(filters or Filters(), article_ids=named)
        searches.append(index.search(question, k, filters=narrowed))
    joined: dict[Passage, Hit] = {}
    for found in searches:
        for rank, hit in enumerate(found, start=1):
            known = joined.get(hit.passage)
            score = (known.score if known else 0.0) + 1 / (_RANK_CONSTANT + rank)
            joined[hit.passage] = replace(known or hit, score=score)
    return sorted(joined.values(), key=lambda hit: -hit.score)[:k]


def names_beside(question: str, text: str) -> str:
    """Return the names and years in a text without the question's words; all of it without any."""
    asked = question.casefold()
    found = [
        " ".join(word for word in name.split() if word.casefold().strip(".,") not in asked)
        for name in _NAMES.findall(text)
    ]
    return " ".join(dict.fromkeys(name for name in found if name)) or text


def _named(hits: Sequence[Hit], index: ArticleIndex, filters: Filters | None) -> tuple[str, ...]:
    """Return the ids of the articles that passages name, other than their own, as filtered."""
    found = dict.fromkeys(
        id_ for hit in hits for id_ in index.named_in(hit.passage.text) if id_ != hit.article.id
    )
    allowed = filters.article_ids if filters else ()
    return tuple(id_ for id_ in found if not allowed or id_ in allowed)


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
    return replace(again, claims=(_led_by(draft, hits, first, index), *others)), further


def _led_by(draft: Draft, hits: Sequence[Hit], claim: Claim, index: ArticleIndex) -> Claim:
    """Return a claim with the sentence that led to its article as a further proof."""
    cited = frozenset(span.article_id for span in claim.spans)
    known = {hit.article.id for hit in hits}
    if cited & known:  # the first search had the article, so nothing led there
        return claim
    lead = _naming(hits, cited, index) or _best_sentence(draft, hits)
    return replace(claim, spans=(*claim.spans, lead)) if lead else claim


def _naming(hits: Sequence[Hit], article_ids: frozenset[str], index: ArticleIndex) -> Span | None:
    """Return the first citable sentence of the first passages that names one of the articles."""
    for hit in hits[:_NAMING]:
        if article_ids.intersection(index.named_in(hit.passage.text)):
            for one in hit.passage.sentences:
                if one.citable and article_ids.intersection(index.named_in(hit.passage.slice(one))):
                    return one
    return None


def _best_sentence(draft: Draft, hits: Sequence[Hit]) -> Span | None:
    """Return the sentence of the first passage that the reader chose, or its first citable one."""
    named = draft.sentences[0] if len(draft.sentences) == len(hits) else None
    citable = [one for one in hits[0].passage.sentences if one.citable]
    return named or (citable[0] if citable else None)
