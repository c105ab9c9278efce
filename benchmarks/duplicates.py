"""Near-duplicates: precision and recall on constructed copies of real articles, and the cost.

    python -m benchmarks.duplicates --data ../shared/data [--speed]

Copies are made of every news article (benchmarks/article_edits.py). No copies are: different
articles, the same articles in six languages, round-ups of two articles, reports from one template
(benchmarks/article_templates.py), and paragraphs of an encyclopaedia, many of which follow a
pattern. All are signed and grouped together as an index does it. The thresholds of
index/duplicates.py were chosen on the half of the articles whose sha256(id) is even.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import sqlite3
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import results
from benchmarks.article_edits import EDITS, Source, copies, round_up, source
from benchmarks.article_templates import reports
from index import Article, load_articles
from index.duplicates import FEWEST_WORDS, families, keys, near, signature
from index.store.families import FAMILY_TABLES, Families

NEWS = (
    "facqa_news_passages.id", "norquad_texts.no", "wikinews_2020.en", "ntrex_news.en",
    "ntrex_news.id", "ntrex_news.ms", "ntrex_news.es", "ntrex_news.ru", "ntrex_news.zh",
)  # fmt: skip
ENCYCLOPAEDIA = ("hotpotqa_corpus.en", "musique_corpus.en")
SPEED_ARTICLES = 60  # of each collection
REPORTS = 200  # of each template, half of them in each half
LENGTHS = {"30-59 words": (30, 60), "60-99": (60, 100), "100 and more": (100, 10**9)}


@dataclass(frozen=True, slots=True)
class Item:
    """An article of the measurement: what story it tells, and by which edit it was made."""

    article: Article
    kind: str  # "article", "report", "round-up", "encyclopaedia", or the name of an edit
    story: str
    words: int


def is_tuning(id_: str) -> bool:
    """Say to which half an article belongs."""
    return hashlib.sha256(id_.encode()).digest()[0] % 2 == 0


def items(data: Path, tuning: bool) -> list[Item]:
    """Return everything that is grouped together in one half."""
    made: list[Item] = []
    for name in NEWS:
        articles = _read(data, name, tuning)
        word = r"\w" if name.endswith("zh") else r"\w+"
        vocabulary = sorted({one for article in articles for one in re.findall(word, article.text)})
        stories = _stories(articles)
        for place, article in enumerate(articles):
            taken = source(article, vocabulary, articles[place - 1])
            made += _with_copies(taken, articles[place - 2], stories[article.id], word)
    for name in ENCYCLOPAEDIA:
        articles = _read(data, name, tuning)
        stories = _stories(articles)
        made += [_item(one, "encyclopaedia", stories[one.id]) for one in articles]
    for _, report in reports(REPORTS):
        if is_tuning(report.id) == tuning:
            made.append(_item(report, "report", report.id))
    return made


def _read(data: Path, name: str, tuning: bool) -> list[Article]:
    path = data / "articles" / f"{name}.jsonl.gz"
    return [one for one in load_articles(path) if is_tuning(one.id) == tuning]


def _stories(articles: Sequence[Article]) -> dict[str, str]:
    """Name the story of each article; the corpora hold some texts twice, told by their letters."""
    story: dict[str, str] = {}
    for article in articles:
        letters = re.sub(r"[\W_]+", "", article.text.removeprefix(article.title)).casefold()
        ends = (letters[:150], letters[-150:])
        name = next((story[end] for end in ends if end in story), article.id)
        story |= dict.fromkeys((*ends, f"id {article.id}"), name)
    return {article.id: story[f"id {article.id}"] for article in articles}


def _item(article: Article, kind: str, story: str) -> Item:
    return Item(article, kind, story, len(re.findall(r"\w+", article.text)))


def _with_copies(taken: Source, another: Article, story: str, word: str) -> Iterator[Item]:
    article = taken.article
    words = len(re.findall(word, article.text))
    yield Item(article, "article", story, words)
    if words < FEWEST_WORDS:
        return
    for edit, copy in copies(taken).items():
        yield Item(copy, edit, story, words)
    if joined := round_up(article, another):
        yield Item(joined, "round-up", joined.id, words)


def found_pairs(signatures: Sequence[bytes]) -> tuple[list[tuple[int, int]], float]:
    """Return the near-duplicates an index finds, and how many candidates each article has."""
    places: dict[int, list[int]] = defaultdict(list)
    pairs, looked = [], 0
    for number, one in enumerate(signatures):
        own = keys(one)
        candidates = sorted({other for key in own for other in places[key]})
        looked += len(candidates)
        alike = near(one, [signatures[other] for other in candidates])
        pairs += [(other, number) for other, yes in zip(candidates, alike, strict=True) if yes]
        for key in own:
            places[key].append(number)
    return pairs, looked / len(signatures)


def measure(data: Path, tuning: bool) -> dict[str, Any]:
    """Group one half and return its figures."""
    everything = items(data, tuning)
    signatures = [signature(one.article.title, one.article.text) for one in everything]
    pairs, candidates = found_pairs(signatures)
    copied = _copied(everything)
    true = copied.keys() & set(pairs)
    false = Counter(
        " / ".join(sorted((everything[one].kind, everything[other].kind)))
        for one, other in pairs
        if everything[one].story != everything[other].story
    )
    of_news = sum(n for kinds, n in false.items() if "encyclopaedia" not in kinds)
    return {
        "articles": len(everything),
        "copies": len(copied),
        "precision": round(len(true) / (len(true) + of_news), 4),
        "recall": round(len(true) / len(copied), 4),
        "precision_with_encyclopaedia": round(len(true) / (len(true) + false.total()), 4),
        "false_pairs": dict(false.most_common()),
        "recall_by_length": {
            name: _share([pair in true for pair, one in copied.items() if low <= one.words < high])
            for name, (low, high) in LENGTHS.items()
        },
        "recall_by_edit": {
            edit: _share([pair in true for pair, one in copied.items() if one.kind == edit])
            for edit in EDITS
        },
        "families": _families(everything, signatures),
        "candidates_for_each_article": round(candidates, 2),
    }


def _copied(everything: Sequence[Item]) -> dict[tuple[int, int], Item]:
    """Return the pairs that should be found, original and copy, with the copy."""
    pairs, original = {}, 0
    for number, one in enumerate(everything):
        if one.kind == "article":
            original = number
        elif one.kind in EDITS:
            pairs[original, number] = one
    return pairs


def _share(found: Sequence[bool]) -> float | None:
    return round(sum(found) / len(found), 4) if found else None


def _families(everything: Sequence[Item], signatures: Sequence[bytes]) -> dict[str, int]:
    """Count the families of news and reports, and those that hold more than one story."""
    stories: dict[int, list[str]] = defaultdict(list)
    for number, family in families(dict(enumerate(signatures))).items():
        if everything[number].kind != "encyclopaedia":
            stories[family].append(everything[number].story)
    counted = [(one, {s for s in one if "round-up" not in s}) for one in stories.values()]
    return {
        "families": sum(len(one) > 1 for one, _ in counted),
        "with_a_round_up": sum(len(told) < len(set(one)) and len(one) > 1 for one, told in counted),
        "with_several_other_stories": sum(len(told) > 1 for _, told in counted),
    }


def cost(data: Path) -> dict[str, Any]:
    """Return what families cost beside the encoder, in processor time of one process."""
    from index import load_embedder
    from index.preparing import prepare

    embedder = load_embedder()
    figures: dict[str, Any] = {}
    for name in ("facqa_news_passages.id", "ntrex_news.id", "wikinews_2020.en"):
        articles = _read(data, name, tuning=True)[:SPEED_ARTICLES]
        texts = [text for one in articles for text in prepare(one, embedder).texts]
        embedder.embed(texts[:8], kind="passage")
        began = time.process_time()
        embedder.embed(texts, kind="passage")
        encoder = time.process_time() - began
        families = _seconds_of_families(articles)
        each = 1000 / len(articles)
        figures[name] = {
            "articles": len(articles),
            "encoder_ms": round(encoder * each, 2),
            "families_ms": round(families * each, 2),
            "share": round(families / encoder, 4),
        }
    return figures


def _seconds_of_families(articles: Sequence[Article]) -> float:
    rows = [(number, one.title, one.text) for number, one in enumerate(articles, start=1)]
    fastest = float("inf")
    for _ in range(5):
        connection = sqlite3.connect(":memory:", isolation_level=None)
        connection.executescript(FAMILY_TABLES)
        connection.execute("BEGIN")
        began = time.process_time()
        Families(connection).add(rows)
        fastest = min(fastest, time.process_time() - began)
        connection.close()
    return fastest


def main() -> None:
    """Measure both halves and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--speed", action="store_true", help="the cost beside the encoder only")
    options = parser.parse_args()
    if options.speed:
        results.write("duplicates_speed", cost(options.data))
        return
    halves = {"tune": measure(options.data, True), "report": measure(options.data, False)}
    results.write("duplicates", halves)


if __name__ == "__main__":
    main()
