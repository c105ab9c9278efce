"""Does compiling cost quality? Top-5 overlap of the compiled model with the float model.

    python -m benchmarks.agreement --data ../shared/data

Over all NTREX, FacQA dev, idk_mrc dev and nq_open questions, each set against its own passages,
ranked by SentenceTransformer.encode in float32 (torch) and by the compiled model.
"""

from __future__ import annotations

import argparse
import gzip
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import results
from benchmarks.passages import embedded_texts
from index import export_bundled_model, load_embedder
from index.models.sentence_transformer import encode_with, open_sentence_transformer
from qa.evaluation import read_questions

Floats = NDArray[np.float32]
NEWS = ("ntrex_news.id", "facqa_news_passages.id")


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a gzip'ed JSON lines file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def question_sets(data: Path) -> dict[str, tuple[list[str], list[str]]]:
    """Return (questions, passages) by name."""
    dev = data / "dev"
    files = [data / "articles" / f"{name}.jsonl.gz" for name in NEWS]
    news = embedded_texts(files, load_embedder())
    idk = read_lines(dev / "idk_mrc.id.jsonl.gz")
    nq = read_lines(dev / "nq_open.en.jsonl.gz")
    ntrex = read_questions(dev / "ntrex_questions.jsonl")
    facqa = read_questions(dev / "facqa_news.id.jsonl.gz")
    return {
        "ntrex_questions": ([row.question for row in ntrex], news),
        "facqa_news.id": ([row.question for row in facqa], news),
        "idk_mrc.id": (
            [row["question"] for row in idk],
            sorted({row["context"] for row in idk}),
        ),
        "nq_open.en": (
            [row["question"] for row in nq],
            sorted({row["ctxs"][0]["text"] for row in nq}),
        ),
    }


def top(queries: Floats, passages: Floats) -> NDArray[np.int64]:
    """Return the places of the five nearest passages of each query."""
    return np.argsort(-(queries @ passages.T), axis=1, kind="stable")[:, :5]


def main() -> None:
    """Embed with both, compare, and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    data: Path = parser.parse_args().data
    compiled = load_embedder()
    figures: dict[str, Any] = {}
    shared: list[float] = []
    known: dict[str, tuple[Floats, Floats]] = {}
    with TemporaryDirectory() as folder:
        model = open_sentence_transformer(export_bundled_model(Path(folder)))
        for name, (questions, passages) in question_sets(data).items():
            key = f"{len(passages)} {passages[0]}"
            if key not in known:
                known[key] = (
                    encode_with(model, [f"passage: {text}" for text in passages]),
                    compiled.embed(passages, kind="passage"),
                )
            exact, ours = known[key]
            theirs = top(encode_with(model, [f"query: {text}" for text in questions]), exact)
            found = top(compiled.embed(questions, kind="query"), ours)
            overlaps = [len(set(a) & set(b)) / 5 for a, b in zip(theirs, found, strict=True)]
            figures[name] = {
                "questions": len(questions),
                "passages": len(passages),
                "top5_overlap": round(float(np.mean(overlaps)), 4),
                "same_first": round(float((theirs[:, 0] == found[:, 0]).mean()), 4),
            }
            shared += overlaps
    figures["all"] = {"questions": len(shared), "top5_overlap": round(float(np.mean(shared)), 4)}
    results.write("agreement", {"sets": figures})


if __name__ == "__main__":
    main()
