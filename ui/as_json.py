"""Values as the JSON objects that tools outside the project rely on (design.md §4, §9.6).

This module knows the keys and nothing of the terminal. Every text is written so that the
output is valid UTF-8 and carries no raw control character, whatever an article holds.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from pathlib import PurePath
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from index import Article, ArticleInfo, Facets, Hit
    from qa import Answer, Citation, Claim, Found

JSON: TypeAlias = "bool | int | float | str | list[JSON] | dict[str, JSON] | None"

# json.dumps escapes U+0000-U+001F only. C1 controls and bidirectional overrides can still drive
# a terminal, line separators break naive line readers, and lone surrogates cannot be encoded.
# All of them can only stand inside JSON strings, where \uXXXX means the same.
_RAW = re.compile("[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def dumps(value: JSON) -> str:
    """Return ``value`` as one line of JSON, readable and safe to print."""
    line = json.dumps(value, ensure_ascii=False, allow_nan=False)
    return _RAW.sub(lambda match: f"\\u{ord(match[0]):04x}", line)


def plain(value: object) -> JSON:
    """Turn dataclasses, mappings, sequences, dates, paths and numbers into JSON values.

    A figure that is not a number (the AUROC of one class, say) becomes null.
    """
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, PurePath):
        return str(value)
    if is_dataclass(value):
        value = {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    raise TypeError(f"no JSON form for {type(value).__name__}: {value!r}")


def answer_json(answer: Answer) -> dict[str, JSON]:
    """Return what ``kutip ask --json`` prints."""
    return {
        "question": answer.question,
        "text": answer.text,
        "found": answer.found,
        "confidence": answer.confidence,
        "reader": answer.reader,
        "language": answer.language,
        "citations": [
            {**citation_json(citation), "also_in": _copies_json(answer.also_in(citation))}
            for citation in answer.citations
        ],
        "independent_sources": answer.sources,
        "unsupported": [_claim_json(claim) for claim in answer.unsupported],
        "hits": [hit_json(hit) for hit in answer.hits],
        "timings": dict(answer.timings),
        "notice": answer.notice,
        "generation": answer.generation,
        "as_of": plain(answer.as_of),
    }


def citation_json(citation: Citation) -> dict[str, JSON]:
    """Return a citation with both of its spans and the digest of the article it quotes."""
    return {
        "number": citation.number,
        "article_id": citation.article_id,
        "article_digest": citation.article_digest,
        "title": citation.title,
        "source": citation.source,
        "url": citation.url,
        "published": plain(citation.published),
        "language": citation.language,
        "start": citation.start,
        "end": citation.end,
        "text": citation.text,
        "sentence_start": citation.sentence_start,
        "sentence_end": citation.sentence_end,
        "sentence": citation.sentence,
        "score": citation.score,
        "page": citation.page,
    }


def _claim_json(claim: Claim) -> dict[str, JSON]:
    spans: list[JSON] = [
        {"article_id": span.article_id, "start": span.start, "end": span.end}
        for span in claim.spans
    ]
    return {"text": claim.text, "spans": spans, "probability": claim.probability}


def _copies_json(copies: Iterable[ArticleInfo]) -> list[JSON]:
    """Return the near-duplicates of an article, as ``kutip list --json`` has them."""
    return [_info_json(info) for info in copies]


def found_json(found: Found) -> dict[str, JSON]:
    """Return what ``kutip search --json`` prints: each hit with the sentence that fits best."""
    hits: list[JSON] = [
        {
            **hit_json(hit),
            "sentence_start": sentence.start if sentence else None,
            "sentence_end": sentence.end if sentence else None,
        }
        for hit, sentence in zip(found.hits, found.sentences, strict=True)
    ]
    return {"hits": hits, "facets": facets_json(found.facets)}


def facets_json(facets: Facets) -> dict[str, JSON]:
    """Return counts of articles, each kind as a list in the order of the facets."""

    def listed(counts: tuple[tuple[str, int], ...]) -> list[JSON]:
        return [{"value": value, "articles": count} for value, count in counts]

    return {
        "articles": facets.articles,
        "languages": listed(facets.languages),
        "sources": listed(facets.sources),
        "months": listed(facets.months),
    }


def hit_json(hit: Hit) -> dict[str, JSON]:
    """Return a passage found, with its place in its article."""
    from index import page_of

    return {
        "score": hit.score,
        "dense_rank": hit.dense_rank,
        "lexical_rank": hit.lexical_rank,
        "article_id": hit.passage.article_id,
        "title": hit.article.title,
        "source": hit.article.source,
        "url": hit.article.url,
        "published": plain(hit.article.published),
        "language": hit.article.language,
        "start": hit.passage.start,
        "end": hit.passage.end,
        "text": hit.passage.text,
        "also_in": _copies_json(hit.also_in),
        "page": page_of(hit.article, hit.passage.start),
    }


def articles_json(articles: Iterable[ArticleInfo]) -> dict[str, JSON]:
    """Return what ``kutip list --json`` prints."""
    return {"articles": [_info_json(info) for info in articles]}


def _info_json(info: ArticleInfo) -> dict[str, JSON]:
    return {
        "id": info.id,
        "title": info.title,
        "language": info.language,
        "published": plain(info.published),
        "source": info.source,
        "url": info.url,
        "digest": info.digest,
    }


def article_json(article: Article) -> dict[str, JSON]:
    """Return an article whole: a line of ``kutip export``, which ``kutip index`` reads back."""
    return {
        "id": article.id,
        "title": article.title,
        "text": article.text,
        "language": article.language,
        "published": plain(article.published),
        "url": article.url,
        "authors": list(article.authors),
        "source": article.source,
        "metadata": dict(article.metadata),
        "digest": article.digest,
    }
