"""Index many short articles: memory at its peak, and speed against the bare encoder.

    python -m benchmarks.indexing_scale --data ../shared/data [--articles 20000] [--sample 2000]

The articles are sentences of the news corpora in English and Indonesian, mixed within a language
into new articles of four. Indexing runs in a process of its own, from one .jsonl.gz file to a
searchable index. The encoder alone embeds a sample of the very passages, in another process, once
before and once after: machines drift, and the mean of the two is the baseline.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import results

CORPORA = ("ntrex_news.id", "ntrex_news.en", "wikinews_2020.en", "facqa_news_passages.id")
SENTENCES = 4  # to an article
SHORTEST = 30  # characters of a sentence that is taken
GOAL_MEGABYTES, GOAL_SHARE = 1000, 0.8


def sentences(data: Path) -> dict[str, list[str]]:
    """Return the sentences of the corpora by language, in the order of the files."""
    from index import load_articles, split_sentences

    found: dict[str, list[str]] = {}
    for name in CORPORA:
        language = name.rpartition(".")[2]
        for article in load_articles(data / "articles" / f"{name}.jsonl.gz"):
            spans = split_sentences(article.text, language, article_id=article.id)
            texts = (article.text[one.start : one.end] for one in spans)
            found.setdefault(language, []).extend(one for one in texts if len(one) >= SHORTEST)
    return found


def write_articles(data: Path, count: int, path: Path) -> None:
    """Write ``count`` recombined articles, no two alike, one a line."""
    pool, chance = sentences(data), random.Random(20)
    languages = sorted(pool)
    with gzip.open(path, "wt", encoding="utf-8") as file:
        for number in range(count):
            language = languages[number % len(languages)]
            title, *body = chance.sample(pool[language], SENTENCES + 1)
            row = {"id": f"r{number}", "title": title[:100], "text": "\n".join(body),
                   "language": language, "date": f"20{10 + number % 15}-01-01"}  # fmt: skip
            file.write(json.dumps(row) + "\n")


def run_kutip(articles: Path, folder: Path) -> dict[str, Any]:
    """Index the articles, then once more, when nothing has changed."""
    from index import ArticleIndex

    with ArticleIndex.open(folder / "index", create=True) as index:
        index.embed_query("warm up")
        report = index.add(articles)
        again = index.add(articles)
        assert (report.failed, again.embedded) == ((), 0)
        stats = index.stats()
    return {
        "seconds": report.seconds, "seconds_unchanged": again.seconds, "articles": report.added,
        "passages": stats.passages, "embedded": report.embedded, "tokens": report.tokens,
        "index_mb": stats.bytes / 1e6, "duplicates": report.duplicates,
    }  # fmt: skip


def run_encoder(articles: Path, sample: int) -> dict[str, Any]:
    """Embed the passages of a part of the articles, and nothing else."""
    from index import load_embedder

    embedder = load_embedder()
    texts, tokens = [], 0
    for text, count in passages(articles, embedder):
        texts.append(text)
        tokens += count
        if len(texts) >= sample:
            break
    embedder.embed(texts[:8], kind="passage")
    began = time.perf_counter()
    embedder.embed(texts, kind="passage")
    return {"seconds": time.perf_counter() - began, "passages": len(texts), "tokens": tokens}


def passages(articles: Path, embedder: Any) -> Iterator[tuple[str, int]]:
    """Yield what is embedded for the articles, and its tokens as indexing counts them."""
    from index import load_articles
    from index.preparing import prepare

    for article in load_articles(articles):
        prepared = prepare(article, embedder)
        yield from zip(prepared.texts, prepared.tokens, strict=True)


def child(what: str, articles: Path, folder: Path, sample: int) -> None:
    """Run one part in this process and print its figures."""
    figures = run_kutip(articles, folder) if what == "kutip" else run_encoder(articles, sample)
    figures["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(figures))


def start(what: str, articles: Path, folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Run one part in a process of its own."""
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.indexing_scale", "--part", what,
               "--data", str(articles), "--folder", str(folder),
               "--sample", str(options.sample)]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


def main() -> None:
    """Make the articles, run the parts and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--sample", type=int, default=2000)
    parser.add_argument("--part", choices=("kutip", "encoder"), help="run this, in this process")
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    if options.part:
        child(options.part, options.data, options.folder, options.sample)
        return
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        articles = folder / "articles.jsonl.gz"
        write_articles(options.data, options.articles, articles)
        runs = [start(what, articles, folder, options) for what in ("encoder", "kutip", "encoder")]
    before, kutip, after = runs
    bare = [run["tokens"] / run["seconds"] for run in (before, after)]
    speed = kutip["tokens"] / kutip["seconds"]
    share = speed / (sum(bare) / 2)
    results.write(
        "indexing_scale",
        {
            **{key: round(value, 1) for key, value in kutip.items()},
            "tokens_per_second": round(speed),
            "encoder_tokens_per_second": [round(one) for one in bare],
            "share_of_encoder": round(share, 3),
            "goals_met": kutip["peak_mb"] < GOAL_MEGABYTES and share >= GOAL_SHARE,
        },
    )


if __name__ == "__main__":
    main()
