"""Time to an answer: a cold process, and warm calls over 1,000 and 100,000 passages.

    python -m benchmarks.answer_latency --data ../shared/data

The large collections are made by recombining sentences of the given corpora; their vectors are
those of real passages with noise added, so that nothing takes half an hour to embed. The cold
figure is the whole ``kutip ask`` process over 1,000 passages; its baseline, in the same run, is a
process that loads the same model with sentence-transformers and embeds one question.
"""

from __future__ import annotations

import argparse
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from benchmarks import results
from index import (
    Article,
    ArticleIndex,
    Embedder,
    export_bundled_model,
    load_articles,
    load_embedder,
    split_sentences,
)
from index.store.faiss_file import build as build_vectors
from qa import answer
from qa.evaluation import read_questions

SIZES = (1_000, 100_000)
PASSAGES_READ = 8
CORPORA = ("ntrex_news.id", "ntrex_news.en", "wikinews_2020.en")
QUESTIONS = 60


class NoisyEmbedder:
    """Embeds questions with the model, passages as a real passage's vector plus noise."""

    def __init__(self, embedder: Embedder, vectors: NDArray[np.float32]) -> None:
        self.name = "multilingual-e5-small"
        self.identity, self.dimension = embedder.identity, embedder.dimension
        self._embedder, self._vectors = embedder, vectors
        self._random = np.random.default_rng(0)

    def embed(
        self, texts: Sequence[str], *, kind: Literal["query", "passage"]
    ) -> NDArray[np.float32]:
        if kind == "query" or len(texts) <= 64:
            return self._embedder.embed(texts, kind=kind)
        rows = self._vectors[self._random.integers(0, len(self._vectors), len(texts))]
        rows = rows + self._random.normal(0, 0.02, rows.shape).astype(np.float32)
        unit: NDArray[np.float32] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return unit

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text) // 4 for text in texts]


def sentences_of(data: Path) -> list[tuple[str, str]]:
    """Return (language, sentence) of the corpora."""
    found = []
    for name in CORPORA:
        for article in load_articles(data / "articles" / f"{name}.jsonl.gz"):
            spans = split_sentences(article.text, article.language or "en", article_id=article.id)
            found += [(article.language or "en", article.text[s.start : s.end]) for s in spans]
    return found


def recombined(sentences: Sequence[tuple[str, str]], articles: int) -> Iterator[Article]:
    """Yield articles of about ten passages made of random sentences of one language."""
    chance = random.Random(0)
    by_language: dict[str, list[str]] = {}
    for language, sentence in sentences:
        by_language.setdefault(language, []).append(sentence)
    for number in range(articles):
        language = chance.choice(sorted(by_language))
        text = "\n".join(chance.choices(by_language[language], k=35))
        yield Article(id=f"made-{number}", title="", text=text, language=language)


def build(folder: Path, size: int, data: Path, embedder: Embedder) -> ArticleIndex:
    """Make an index of about ``size`` passages that holds the Indonesian NTREX articles."""
    sentences = sentences_of(data)
    sample = [sentence for _, sentence in sentences[:1500]]
    noisy = NoisyEmbedder(embedder, embedder.embed(sample, kind="passage"))
    real = data / "articles" / "ntrex_news.id.jsonl.gz"
    index = ArticleIndex.open(folder, create=True, model=noisy)
    index.add(real)
    # One tenth of the wanted passages at a time, until there are enough.
    number = 0
    while (have := index.stats().passages) < size:
        more = max(1, (size - have) // 12)
        index.add(
            Article(f"made-{number + i}", "", article.text, language=article.language)
            for i, article in enumerate(recombined(sentences[number % 97 :], more))
        )
        number += more
    index.close()
    return ArticleIndex.open(folder, readonly=True)


def warm(index: ArticleIndex, questions: Sequence[str]) -> dict[str, Any]:
    """Ask every question once, after a warm-up."""
    for question in questions[:5]:
        answer(question, index=index)
    totals, searches = [], []
    for question in questions:
        began = time.perf_counter()
        found = answer(question, index=index)
        totals.append((time.perf_counter() - began) * 1000)
        searches.append(found.timings["search"])
    embeddings, legs = apart(index, [f"{question}?" for question in questions])
    return {
        "passages": index.stats().passages,
        "answer_ms": percentiles(totals),
        "search_ms": percentiles(searches),
        "embedding_ms": percentiles(embeddings),
        "search_beyond_embedding_ms": percentiles(legs),
    }


def apart(index: ArticleIndex, questions: Sequence[str]) -> tuple[list[float], list[float]]:
    """Return the milliseconds of embedding each question, and of the rest of its search.

    :param questions: none that was asked before, for their vectors are remembered.
    """
    embeddings, legs = [], []
    for question in questions:
        began = time.perf_counter()
        index.embed_query(question)
        embedded = time.perf_counter()
        index.search(question, PASSAGES_READ)  # takes the vector that is remembered
        embeddings.append((embedded - began) * 1000)
        legs.append((time.perf_counter() - embedded) * 1000)
    return embeddings, legs


def with_graph(index: ArticleIndex, questions: Sequence[str]) -> dict[str, Any]:
    """Return the same search over a graph of the vectors, and what of the exact one it finds.

    Kutip searches exactly up to ``FLAT_LIMIT`` vectors; here the graph stands in at any size.
    """
    exact = [{hit.passage for hit in index.search(one, PASSAGES_READ)} for one in questions]
    with index._store.snapshot() as snapshot:
        view, ids = index._current_view(snapshot), snapshot.passage_ids()
        began = time.perf_counter()
        rows = snapshot.vector_rows(ids)
        graph = build_vectors(rows, len(ids), snapshot.manifest.dimension, flat_limit=0)
        seconds = time.perf_counter() - began
    index._view = replace(view, base=graph, alive=None, newer_ids=ids[:0], newer=view.newer[:0])
    _, legs = apart(index, [f"{question} ?" for question in questions])
    found = [{hit.passage for hit in index.search(one, PASSAGES_READ)} for one in questions]
    shared = sum(len(one & other) for one, other in zip(exact, found, strict=True))
    index._view = view
    return {
        "kind": graph.kind,
        "build_seconds": round(seconds, 1),
        "search_beyond_embedding_ms": percentiles(legs),
        "same_first_8": round(shared / sum(map(len, exact)), 4),
    }


def percentiles(values: Sequence[float]) -> dict[str, float]:
    """Return the 50th and 95th percentile."""
    return {
        "p50": round(float(np.percentile(values, 50)), 1),
        "p95": round(float(np.percentile(values, 95)), 1),
    }


def cold(command: Sequence[str], runs: int = 5) -> float:
    """Return the median seconds of a whole process."""
    seconds = []
    for _ in range(runs):
        began = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        seconds.append(time.perf_counter() - began)
    return round(statistics.median(seconds), 2)


def main() -> None:
    """Build the collections, ask, and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--sizes", type=int, nargs="*", default=list(SIZES))
    parser.add_argument("--graph", action="store_true", help="also search a graph of the vectors")
    options = parser.parse_args()
    rows = read_questions(options.data / "dev" / "ntrex_questions.jsonl")
    questions = [row.question for row in rows][:QUESTIONS]
    embedder = load_embedder()
    figures: dict[str, Any] = {"questions": len(questions), "warm": {}}
    with TemporaryDirectory() as folder:
        for size in options.sizes:
            place = Path(folder) / str(size)
            with build(place, size, options.data, embedder) as index:
                figures["warm"][str(size)] = warm(index, questions)
                if options.graph:
                    figures["warm"][str(size)]["graph"] = with_graph(index, questions)
        first = str(Path(folder) / str(options.sizes[0]))
        kutip = [str(Path(sys.executable).with_name("kutip")), "ask", questions[0]]
        model = export_bundled_model(Path(folder) / "model")
        baseline = (
            "from sentence_transformers import SentenceTransformer;"
            f"SentenceTransformer({str(model)!r}, device='cpu').encode({questions[0]!r})"
        )
        figures["cold_seconds"] = {
            "kutip ask": cold([*kutip, "--index", first]),
            "sentence_transformers, one question": cold(
                [sys.executable, "-W", "ignore", "-c", baseline], runs=3
            ),
        }
    results.write("answer_latency", figures)


if __name__ == "__main__":
    main()
