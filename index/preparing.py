"""Cut an article into what is stored of it: passages, the texts to embed, and terms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from index.analysis import analyse
from index.embedding import Embedder
from index.languages import detect_language
from index.passages import pack_passages
from index.sentences import split_sentences
from index.store import IndexedArticle, IndexedPassage
from index.types import Article, Passage

CHUNKING = "whole sentences, target=120 tokens, overlap=1, title and date embedded in front"
TARGET, OVERLAP = 120, 1


@dataclass(frozen=True, slots=True)
class Prepared:
    """An article cut into passages, before its vectors are known."""

    article: Article
    passages: tuple[Passage, ...]
    texts: tuple[str, ...]
    tokens: tuple[int, ...]
    terms: tuple[tuple[str, ...], ...]


def title_in_front(title: str, passage: Passage) -> str:
    """Return the title to put before a passage: "" where the passage begins with it."""
    return "" if passage.text.startswith(title) else title


def embedded_text(article: Article, passage: Passage) -> str:
    """Return what is embedded for a passage: title and date in front, which no quote includes."""
    published = article.published.isoformat() if article.published else ""
    title = title_in_front(article.title, passage)
    return "\n".join(part for part in (title, published, passage.text) if part)


def passage_terms(article: Article, passage: Passage) -> tuple[str, ...]:
    """Return the terms a passage is found by: its own, and those of its article's title."""
    title = title_in_front(article.title, passage)
    return tuple(analyse(f"{title}\n{passage.text}" if title else passage.text, article.language))


def prepare(article: Article, embedder: Embedder) -> Prepared:
    """Split an article and analyse its passages; its language is detected where it has none.

    From its text alone: with the languages of other articles it would depend on those before it.
    """
    if not article.language:
        article = replace(article, language=detect_language(article.text))
    sentences = split_sentences(article.text, article.language, article_id=article.id)
    tokens: dict[int, int] = {}

    def count(texts: Sequence[str]) -> Sequence[int]:
        counts = embedder.count_tokens(texts)
        tokens.update(zip((one.start for one in sentences), counts, strict=True))
        return counts

    passages = pack_passages(article, sentences, count, target=TARGET, overlap=OVERLAP)
    return Prepared(
        article=article,
        passages=tuple(passages),
        texts=tuple(embedded_text(article, passage) for passage in passages),
        tokens=tuple(sum(tokens[one.start] for one in p.sentences) for p in passages),
        terms=tuple(passage_terms(article, passage) for passage in passages),
    )


def ready_to_store(
    prepared: Prepared,
    contents: Sequence[bytes],
    vectors: Mapping[bytes, NDArray[np.float32]],
    origin: str = "",
) -> IndexedArticle:
    """Join an article with the vectors of its passages, found by the hashes of their texts."""
    return IndexedArticle(
        prepared.article,
        tuple(
            IndexedPassage(passage, terms, content, vectors[content])
            for passage, terms, content in zip(
                prepared.passages, prepared.terms, contents, strict=True
            )
        ),
        origin,
    )
