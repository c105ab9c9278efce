"""Indexing speed: Kutip, the bare encoders, and LangChain's FAISS store, on the same articles.

    python -m benchmarks.index_speed --data ../shared/data [--repeat 3]

Every system runs in a process of its own (peak memory is the process's), the systems in turn,
``--repeat`` times; medians are reported. All embed the same passages with the same model.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import results

FILES = ("ntrex_news.id", "wikinews_2020.en")
SYSTEMS = ("kutip", "kutip_encoder", "sentence_transformers", "langchain_faiss")
BATCHES = (4,)  # the best of 4, 8, 16 and 32 on two cores


def article_files(data: Path) -> list[Path]:
    """Return the files to index: 186 news articles."""
    return [data / "articles" / f"{name}.jsonl.gz" for name in FILES]


def passage_texts(data: Path) -> tuple[list[str], int]:
    """Return what Kutip embeds for the articles, and its number of tokens."""
    from benchmarks.passages import embedded_texts
    from index import load_embedder

    embedder = load_embedder()
    texts = embedded_texts(article_files(data), embedder)
    return texts, sum(embedder.count_tokens(texts))


def run_kutip(data: Path, folder: Path) -> dict[str, Any]:
    """Index the articles, from files to a searchable index."""
    from index import ArticleIndex

    with ArticleIndex.open(folder / "index", create=True) as index:
        index.embed_query("warm up")
        began = time.perf_counter()
        report = index.add(article_files(data))
        seconds = time.perf_counter() - began
        return {"seconds": seconds, "articles": report.added, "passages": report.embedded}


def run_kutip_encoder(data: Path, _folder: Path) -> dict[str, Any]:
    """Embed the passages with the compiled model alone."""
    from index import load_embedder

    texts, _ = passage_texts(data)
    embedder = load_embedder()
    embedder.embed(texts[:8], kind="passage")
    began = time.perf_counter()
    embedder.embed(texts, kind="passage")
    return {"seconds": time.perf_counter() - began, "passages": len(texts)}


def run_sentence_transformers(data: Path, folder: Path) -> dict[str, Any]:
    """Embed the passages with torch in float32, at the best batch size, found beforehand."""
    from sentence_transformers import SentenceTransformer

    from index import export_bundled_model

    texts, _ = passage_texts(data)
    prefixed = [f"passage: {text}" for text in texts]
    model = SentenceTransformer(str(export_bundled_model(folder / "model")), device="cpu")
    best, seconds = 0, float("inf")
    for batch in BATCHES:
        began = time.perf_counter()
        model.encode(prefixed, batch_size=batch, show_progress_bar=False, prompt="")
        spent = time.perf_counter() - began
        if spent < seconds:
            best, seconds = batch, spent
    return {"seconds": seconds, "passages": len(texts), "batch": best}


def run_langchain_faiss(data: Path, folder: Path) -> dict[str, Any]:
    """Index the passages with LangChain's FAISS store over SentenceTransformer.encode."""
    from langchain_community.vectorstores import FAISS
    from langchain_core.embeddings import Embeddings
    from sentence_transformers import SentenceTransformer

    from index import export_bundled_model

    model = SentenceTransformer(str(export_bundled_model(folder / "model")), device="cpu")

    class E5(Embeddings):
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            rows = [f"passage: {text}" for text in texts]
            return model.encode(rows, show_progress_bar=False, prompt="").tolist()

        def embed_query(self, text: str) -> list[float]:
            return model.encode(f"query: {text}", show_progress_bar=False, prompt="").tolist()

    texts, _ = passage_texts(data)
    began = time.perf_counter()
    FAISS.from_texts(texts, E5()).save_local(str(folder / "faiss"))
    return {"seconds": time.perf_counter() - began, "passages": len(texts)}


def child(system: str, data: Path) -> None:
    """Run one system and print its figures."""
    with TemporaryDirectory() as folder:
        figures = globals()[f"run_{system}"](data, Path(folder))
    figures["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(figures))


def main() -> None:
    """Run the systems in turn and write the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--systems", nargs="*", choices=SYSTEMS, default=list(SYSTEMS))
    parser.add_argument("--system", choices=SYSTEMS, help="run this one, in this process")
    options = parser.parse_args()
    if options.system:
        child(options.system, options.data)
        return
    _, tokens = passage_texts(options.data)
    runs: dict[str, list[dict[str, Any]]] = {system: [] for system in options.systems}
    for _ in range(options.repeat):
        for system in options.systems:
            command = [sys.executable, "-W", "ignore", "-m", "benchmarks.index_speed",
                       "--data", str(options.data), "--system", system]  # fmt: skip
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            runs[system].append(json.loads(done.stdout.splitlines()[-1]))
    figures: dict[str, Any] = {"tokens": tokens, "repeat": options.repeat, "systems": {}}
    for system, rows in runs.items():
        seconds = statistics.median(row["seconds"] for row in rows)
        figures["systems"][system] = {
            "tokens_per_second": round(tokens / seconds),
            "seconds": round(seconds, 2),
            "peak_mb": round(statistics.median(row["peak_mb"] for row in rows)),
            **{key: rows[0][key] for key in ("articles", "passages", "batch") if key in rows[0]},
        }
    systems = figures["systems"]
    figures["ratios"] = {
        f"kutip / {other}, {key}": round(systems["kutip"][key] / systems[other][key], 2)
        for other in options.systems
        if other != "kutip"
        for key in ("tokens_per_second", "peak_mb")
    }
    results.write("index_speed", figures)


if __name__ == "__main__":
    main()
