"""Claims to citations: the one place where a reader's word becomes a quote, or does not.

A span becomes a citation only if it lies in a passage that was read, inside citable sentences.
Whatever fails is returned as unsupported, never shown as a citation and never dropped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from index import Hit, Sentence, Span, page_of
from qa.types import Citation, Claim


@dataclass(frozen=True, slots=True)
class Cited:
    """Claims as they may be shown: the text with [n], its citations, and what has no proof."""

    text: str
    citations: tuple[Citation, ...]
    unsupported: tuple[Claim, ...]


def cite(claims: Sequence[Claim], hits: Sequence[Hit]) -> Cited:
    """Turn claims into text with numbered citations; claims without proof are set aside."""
    citations: dict[tuple[str, int, int], Citation] = {}
    parts: list[str] = []
    unsupported: list[Claim] = []
    for claim in claims:
        proofs = [_prove(span, claim.probability, hits) for span in claim.spans]
        found = [proof for proof in proofs if proof is not None]
        if not found or len(found) < len(proofs):
            unsupported.append(claim)
            continue
        numbers = []
        for proof in found:
            key = (proof.article_id, proof.start, proof.end)
            if key not in citations:
                citations[key] = _numbered(proof, len(citations) + 1)
            numbers.append(citations[key].number)
        marks = "".join(f"[{number}]" for number in dict.fromkeys(numbers))
        parts.append(f"{claim.text.strip()} {marks}")
    return Cited("\n".join(parts), tuple(citations.values()), tuple(unsupported))


def _prove(span: Span, probability: float, hits: Sequence[Hit]) -> Citation | None:
    """Return the citation of a span, or None if no passage read holds it in citable sentences."""
    for hit in hits:
        if not hit.passage.covers(span):
            continue
        around = [one for one in hit.passage.sentences if one.overlaps(span)]
        if not _is_covered(span, around, hit):
            continue
        sentence = Span(span.article_id, around[0].start, around[-1].end)
        article = hit.article
        return Citation(
            number=0,
            article_id=article.id,
            article_digest=article.digest,
            title=article.title,
            source=article.source,
            url=article.url,
            published=article.published,
            language=article.language,
            start=span.start,
            end=span.end,
            text=hit.passage.slice(span),
            sentence_start=sentence.start,
            sentence_end=sentence.end,
            sentence=hit.passage.slice(sentence),
            score=probability,
            page=page_of(article, span.start),
        )
    return None


def _is_covered(span: Span, around: Sequence[Sentence], hit: Hit) -> bool:
    """Say whether the sentences around a span hold all of it and may be quoted."""
    if not around or not all(one.citable for one in around):
        return False
    whole = Span(span.article_id, around[0].start, around[-1].end)
    return whole.covers(span) and bool(hit.passage.slice(span).strip())


def _numbered(citation: Citation, number: int) -> Citation:
    return replace(citation, number=number)
