"""Retrieval quality: hybrid beside dense alone and lexical alone, on two question sets.

    python -m benchmarks.retrieval --data ../shared/data

Articles: Indonesian NTREX news and the FacQA news passages together. Questions: NTREX (English and
Indonesian) and FacQA dev (Indonesian).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks import results
from index import ArticleIndex, FusionWeights, Hit
from qa.evaluation import evaluate_retrieval, read_questions, temporary_index

LEGS = {
    "dense": FusionWeights(1.0, 0.0, 0.0),
    "lexical": FusionWeights(0.0, 1.0, 1.0),
    "rank fusion, unweighted": FusionWeights(1.0, 1.0, 1.0),
    "hybrid": FusionWeights(),
}


def search_with(index: ArticleIndex, weights: FusionWeights) -> Callable[[str, int], Sequence[Hit]]:
    """Return a search with these weights."""
    return lambda question, k: index.search(question, k, weights=weights)


def main() -> None:
    """Index, ask with every leg, and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    data: Path = parser.parse_args().data
    names = ("ntrex_news.id", "facqa_news_passages.id")
    articles = [data / "articles" / f"{name}.jsonl.gz" for name in names]
    questions = {
        "ntrex_questions": read_questions(data / "dev" / "ntrex_questions.jsonl"),
        "facqa_news.id": read_questions(data / "dev" / "facqa_news.id.jsonl.gz"),
    }
    figures: dict[str, Any] = {}
    with temporary_index(articles) as index:
        for name, rows in questions.items():
            figures[name] = {
                leg: evaluate_retrieval(index, rows, search=search_with(index, weights))
                for leg, weights in LEGS.items()
            }
    results.write("retrieval", {"articles": list(names), "sets": figures})


if __name__ == "__main__":
    main()
