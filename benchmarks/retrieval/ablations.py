"""What the choices of a passage are worth: its length, its overlap, the title in front.

    python -m benchmarks.retrieval.ablations --data ../shared/data --cache FOLDER

Indonesian NTREX news and FacQA passages (1,417 articles, no distractors in other languages) are cut
and embedded anew for each choice; the questions are NTREX in English and FacQA dev.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from benchmarks import results
from benchmarks.retrieval.cache import RememberedEmbedder
from benchmarks.retrieval.legs import Legs
from benchmarks.retrieval.measuring import measure, summary
from benchmarks.retrieval.sets import Asked, QuestionSet, every_set
from index import (
    Article,
    ArticleIndex,
    Embedder,
    FusionWeights,
    analyse,
    load_articles,
    load_embedder,
    pack_passages,
    split_sentences,
)
from index.preparing import Prepared, embedded_text, passage_terms, ready_to_store
from index.store import content_hash

ARTICLES = ("ntrex_news.id", "facqa_news_passages.id")
SETS = ("NTREX questions en-id", "FacQA dev")
MEASURES = ("recall@1", "recall@5", "recall@10", "sentence@1", "sentence@5", "sentence@8")


@dataclass(frozen=True, slots=True)
class Choice:
    """How articles are cut: tokens of a passage, sentences of overlap, whether titled."""

    target: int = 120
    overlap: int = 1
    title: bool = True

    def __str__(self) -> str:
        front = "title in front" if self.title else "no title"
        return f"{self.target} tokens, overlap {self.overlap}, {front}"


CHOICES = (
    *(Choice(target, overlap) for target in (60, 120, 240) for overlap in (0, 1)),
    Choice(title=False),
)


def cut(article: Article, embedder: Embedder, choice: Choice) -> Prepared:
    """Return an article's passages by a choice, as they are embedded and found by words."""
    sentences = split_sentences(article.text, article.language, article_id=article.id)
    passages = pack_passages(
        article, sentences, embedder.count_tokens, target=choice.target, overlap=choice.overlap
    )
    if choice.title:
        texts = [embedded_text(article, one) for one in passages]
        terms = [passage_terms(article, one) for one in passages]
    else:
        texts = [one.text for one in passages]
        terms = [tuple(analyse(one.text, article.language)) for one in passages]
    return Prepared(article, tuple(passages), tuple(texts), (), tuple(terms))


def fill(index: ArticleIndex, cuts: Sequence[Prepared], embedder: Embedder) -> None:
    """Embed and store what was cut."""
    hashes = {text: content_hash(text) for one in cuts for text in one.texts}
    rows = embedder.embed(list(hashes), kind="passage")
    vectors = dict(zip(hashes.values(), rows, strict=True))
    with index._store.writer() as writer:
        writer.put(
            [ready_to_store(one, [hashes[text] for text in one.texts], vectors) for one in cuts]
        )


def measured(legs: Legs, asked: Sequence[Asked]) -> dict[str, dict[str, list[float]]]:
    """Return half -> leg -> the means of ``MEASURES``."""
    halves = np.array([one.half for one in asked])
    figures: dict[str, dict[str, list[float]]] = {half: {} for half in ("tune", "report")}
    for leg, weights in (("dense", FusionWeights(1, 0, 0)), ("Kutip", FusionWeights())):
        ranked = [legs.ranked(one.question, weights) for one in asked]
        values = measure(asked, ranked, legs.places)
        for half, by_leg in figures.items():
            means = summary(values, halves == half)
            by_leg[leg] = [means[name][0] for name in MEASURES]
    return figures


def judge(
    articles: Sequence[Article],
    sets: Sequence[QuestionSet],
    embedder: RememberedEmbedder,
    choice: Choice,
) -> dict[str, Any]:
    """Return how many passages a choice makes, and its figures for each set."""
    cuts = [cut(article, embedder, choice) for article in articles]
    with (
        TemporaryDirectory() as folder,
        ArticleIndex.open(Path(folder) / "i", create=True, model=embedder) as index,
    ):
        fill(index, cuts, embedder)
        with index._store.snapshot() as snapshot:
            legs = Legs(index, snapshot)
            by_set = {one.name: measured(legs, one.asked) for one in sets}
    embedder.save()
    return {"passages": sum(len(one.passages) for one in cuts), **by_set}


def main() -> None:
    """Cut, embed, ask, and write the figures of every choice."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--cache", type=Path, required=True)
    options = parser.parse_args()
    options.cache.mkdir(parents=True, exist_ok=True)
    embedder = RememberedEmbedder(load_embedder(), options.cache)
    files = [options.data / "articles" / f"{name}.jsonl.gz" for name in ARTICLES]
    articles = [article for file in files for article in load_articles(file)]
    sets = [one for one in every_set(options.data) if one.name in SETS]
    figures: dict[str, Any] = {}
    for choice in CHOICES:
        print(choice, file=sys.stderr, flush=True)
        figures[str(choice)] = judge(articles, sets, embedder, choice)
    results.write("retrieval_ablations", {"measures": MEASURES, "choices": figures})


if __name__ == "__main__":
    main()
