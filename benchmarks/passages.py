"""The texts that several benchmarks work on: passages of articles, texts of question rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from index import Article, Embedder, load_articles, pack_passages, split_sentences
from index.preparing import OVERLAP, TARGET, embedded_text


def embedded_texts(paths: Iterable[Path], embedder: Embedder) -> list[str]:
    """Return what Kutip embeds for the articles of the files: a text a passage, in their order."""
    texts = []
    for path in paths:
        for article in load_articles(path):
            sentences = split_sentences(article.text, article.language, article_id=article.id)
            passages = pack_passages(
                article, sentences, embedder.count_tokens, target=TARGET, overlap=OVERLAP
            )
            texts += [embedded_text(article, passage) for passage in passages]
    return texts


def contexts(data: Path, names: Sequence[str], most: int) -> Iterator[Article]:
    """Yield the texts that the first ``most`` rows of each set ask about, each once."""
    from qa.evaluation import read_rows  # whoever measures memory needs no more than the rest

    seen: set[str] = set()
    for name in names:
        if name == "facqa_news.id":  # its articles are indexed themselves
            continue
        for row in read_rows(data / "dev" / f"{name}.jsonl.gz")[:most]:
            if row.context not in seen:
                seen.add(row.context)
                yield Article(
                    id=f"{name}-{len(seen)}", title="", text=row.context, language=row.context_lang
                )
