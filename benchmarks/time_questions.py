"""Dated questions with and without the boost for their days, and undated ones beside them.

    python -m benchmarks.time_questions --data ../shared/data

Articles: Wikinews 2020 (124 with dates, the first 4,000 characters of each) among NTREX news in
English and Indonesian (124 without). For every name that titles of at least two months share, one
question per month and language, such as "What happened with Biden in April 2020?", and one for the
latest. Names are halved by their hash: weights are chosen on one half and reported on the other.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias

from benchmarks import results
from index import Article, ArticleIndex, FusionWeights, Hit, load_articles
from qa import question_time
from qa.evaluation import paired_bootstrap, read_questions

LONGEST = 4000  # characters of an article
PASSAGES = 8  # read for an answer
WEIGHTS = {
    "in_period": (0.0, 0.5, 1.0, 1.25, 1.5, 2.0, 4.0),
    "recent": (0.0, 0.25, 0.5, 1.0, 2.0),
}
TODAY = date(2021, 1, 1)
OFF = FusionWeights(in_period=0.0, recent=0.0)
_NAME = re.compile(r"\b[A-Z][\w-]{3,}")
_NO_NAME = frozenset("Wikinews Former First Second Three Study TEST PAGE Self Police Trail".split())
_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "id": "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember",
}
_DATED = {
    "en": "What happened with {name} in {month} 2020?",
    "id": "Apa yang terjadi dengan {name} pada {month} 2020?",
}
_LATEST = {"en": "What is the latest news about {name}?", "id": "Apa kabar terbaru {name}?"}


@dataclass(frozen=True, slots=True)
class Dated:
    """A question, its month, and the articles of that month with the name in their title."""

    question: str
    half: str
    month: str
    gold: frozenset[str]

    def measures(self, hits: Sequence[Hit], plain: Sequence[Hit]) -> dict[str, float]:
        """Return what counts; ``first_kept``: what was first without the boost is still read."""
        ids = [hit.article.id for hit in hits]
        return {
            "right_month@1": float(str(hits[0].article.published).startswith(self.month)),
            "article@1": float(ids[0] in self.gold),
            "article@5": float(bool(self.gold & {*ids[:5]})),
            "article@8": float(bool(self.gold & {*ids})),
            "first_kept@8": _kept(hits, plain),
        }


@dataclass(frozen=True, slots=True)
class Latest:
    """A question, and the articles that mention the name, the newest first."""

    question: str
    half: str
    mentions: tuple[str, ...]

    def measures(self, hits: Sequence[Hit], plain: Sequence[Hit]) -> dict[str, float]:
        """Return whether the first passage is of one of them, and of the newest three."""
        newest = {*self.mentions[:3]}
        ids = [*dict.fromkeys(hit.article.id for hit in hits)]
        return {
            "mentions@1": float(ids[0] in self.mentions),
            "newest3@1": float(ids[0] in newest),
            "newest3_recall@8": len(newest & {*ids}) / len(newest),
            "first_kept@8": _kept(hits, plain),
        }


def _kept(hits: Sequence[Hit], plain: Sequence[Hit]) -> float:
    return float(plain[0].passage in [hit.passage for hit in hits])


Case: TypeAlias = Dated | Latest


def topics(articles: Sequence[Article]) -> dict[str, dict[str, list[Article]]]:
    """Return the dated articles by a name in their title and by month, oldest first."""
    found: dict[str, dict[str, list[Article]]] = defaultdict(lambda: defaultdict(list))
    for article in sorted(articles, key=lambda one: (str(one.published), one.id)):
        for name in dict.fromkeys(_NAME.findall(article.title)):
            if name not in _NO_NAME and article.published and article.published.year == 2020:
                found[name][article.published.isoformat()[:7]].append(article)
    return {name: months for name, months in sorted(found.items()) if len(months) > 1}


def dated_cases(articles: Sequence[Article]) -> Iterator[Dated]:
    """Yield a question for each name, month and language."""
    for name, months in topics(articles).items():
        for month, members in months.items():
            for language, template in _DATED.items():
                spoken = _MONTHS[language].split()[int(month[-2:]) - 1]
                question = template.format(name=name, month=spoken)
                gold = frozenset(one.id for one in members)
                yield Dated(question, half_of(name), month, gold)


def latest_cases(articles: Sequence[Article]) -> Iterator[Latest]:
    """Yield a question for each name and language."""
    newest_first = sorted(articles, key=lambda one: (str(one.published), one.id), reverse=True)
    for name in topics(articles):
        mentions = tuple(one.id for one in newest_first if name in f"{one.title} {one.text}")
        for template in _LATEST.values():
            yield Latest(template.format(name=name), half_of(name), mentions)


def half_of(name: str) -> str:
    """Say in which half a name falls."""
    return "report" if hashlib.sha256(name.encode()).digest()[0] % 2 else "tune"


def ask(index: ArticleIndex, question: str, weights: FusionWeights) -> list[Hit]:
    """Search as an answer does."""
    timing, filters = question_time(question, None, TODAY)
    return index.search(question, PASSAGES, filters=filters, timing=timing, weights=weights)


def measured(
    index: ArticleIndex, cases: Sequence[Case], weights: FusionWeights
) -> dict[str, list[float]]:
    """Return each measure's values, question by question."""
    rows = [
        case.measures(ask(index, case.question, weights), ask(index, case.question, OFF))
        for case in cases
    ]
    return {name: [row[name] for row in rows] for name in rows[0]}


def mean(values: Sequence[float]) -> float:
    return round(sum(values) / len(values), 3)


def compared(index: ArticleIndex, cases: Sequence[Case]) -> dict[str, Any]:
    """Return each measure without and with the boost, and their difference with its interval."""
    off, on = measured(index, cases, OFF), measured(index, cases, FusionWeights())
    figures: dict[str, Any] = {"n": len(cases)}
    for name, values in on.items():
        difference = paired_bootstrap(values, off[name])
        figures[name] = {
            "without": mean(off[name]),
            "with": mean(values),
            "difference": [round(value, 3) for value in difference],
        }
    return figures


def swept(index: ArticleIndex, cases: Sequence[Case], field: str) -> dict[str, Any]:
    """Return the measures for each weight."""
    return {
        str(weight): {
            name: mean(values)
            for name, values in measured(
                index, cases, replace(FusionWeights(), **{field: weight})
            ).items()
        }
        for weight in WEIGHTS[field]
    }


def undated(index: ArticleIndex, questions: Sequence[str]) -> dict[str, int]:
    """Count questions of no time, those in which one was seen, and those whose hits changed."""
    seen = [question for question in questions if question_time(question, None, TODAY)[0]]
    changed = [
        question
        for question in questions
        if ask(index, question, FusionWeights()) != ask(index, question, OFF)
    ]
    return {"n": len(questions), "time_seen": len(seen), "hits_changed": len(changed)}


def seen_in(data: Path, names: Sequence[str]) -> Mapping[str, Any]:
    """Count in how many questions of each set a period or the present is seen; nothing is asked."""
    counts = {}
    for name in names:
        with gzip.open(data / "dev" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            questions = sorted({json.loads(line)["question"] for line in lines})
        timings = [question_time(question, None, TODAY)[0] for question in questions]
        counts[name] = {
            "n": len(questions),
            "periods": sum(bool(timing.periods) for timing in timings),
            "present": sum(timing.present for timing in timings),
        }
    return counts


def main() -> None:
    """Index, ask with and without the boosts, and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    data: Path = parser.parse_args().data
    dated = list(load_articles(data / "articles" / "wikinews_2020.en.jsonl.gz"))
    others = [data / "articles" / f"ntrex_news.{code}.jsonl.gz" for code in ("en", "id")]
    articles = [replace(one, text=one.text[:LONGEST]) for one in dated]
    ntrex = [row.question for row in read_questions(data / "dev" / "ntrex_questions.jsonl")]
    with (
        TemporaryDirectory() as folder,
        ArticleIndex.open(Path(folder) / "i", create=True) as index,
    ):
        index.add([*articles, *others])
        figures: dict[str, Any] = {}
        sets: dict[str, tuple[list[Case], str]] = {
            "dated": ([*dated_cases(articles)], "in_period"),
            "latest": ([*latest_cases(articles)], "recent"),
        }
        for name, (cases, field) in sets.items():
            tune = [case for case in cases if case.half == "tune"]
            report = [case for case in cases if case.half == "report"]
            figures[name] = {
                "report": compared(index, report),
                f"tune, by {field}": {"n": len(tune), **swept(index, tune, field)},
            }
        figures["undated"] = undated(index, ntrex)
    figures["seen"] = seen_in(
        data, ["nq_open.en", "facqa_news.id", "idk_mrc.id", "squad2_crosslingual.en-id"]
    )
    results.write("time_questions", figures)


if __name__ == "__main__":
    main()
