"""What the reader makes of the development questions: the data its calibration is fitted on.

    python -m benchmarks.reader_samples --data ../shared/data --out samples.jsonl

Four tasks: a row's own text alone (``alone``), or alone the nearest text of its set that does not
hold the answer (``elsewhere``); the whole collection of 1,400 news articles and all the rows' texts
(``collection``), where also questions are asked that nothing answers; and the same collection
without whatever holds the answer (``withheld``). The two without answers take a part of the rows.
"""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import numpy as np

from benchmarks.passages import contexts
from index import ArticleIndex, Embedder, Hit, Span, load_embedder
from qa.evaluation import half_of, read_questions, read_rows
from qa.evaluation.collection import Collection
from qa.evaluation.metrics import f1
from qa.evaluation.reader import passages_of
from qa.evaluation.rows import Question, ReaderRow
from qa.reader import ExtractiveReader, load_extractive_reader

log = logging.getLogger("benchmarks")
Row = TypeVar("Row")
NEWS = ("ntrex_news.id", "facqa_news_passages.id")
SETS = (
    "facqa_news.id", "idk_mrc.id", "squad2_crosslingual.en-id", "squadshifts_wiki.en",
    "norquad_news.no",
    *(f"tydiqa.{code}" for code in ("ar", "bn", "en", "fi", "ko", "ru", "sw", "te")),
)  # fmt: skip
PASSAGES = 8
CANDIDATES = 5  # the rest is too unlikely to come first with any weights


@dataclass(frozen=True, slots=True)
class Sample:
    """A question as the reader saw it.

    ``ranking``: the features of its likeliest candidates; ``keys``: their answers for comparing;
    ``nearness``: how near their sentences are to the question; ``right``: whether each is in a gold
    sentence; ``f1``: of each with the gold answers, where these are of its language.
    """

    set: str
    task: str
    tune: bool
    answerable: bool
    ranking: list[tuple[float, ...]]
    keys: list[str]
    nearness: list[float]
    articles: int
    right: list[bool]
    f1: list[float]


@dataclass(frozen=True, slots=True)
class Limits:
    """How many rows of every set each task takes."""

    collection: int
    alone: int
    elsewhere: int
    withheld: int


def sample(
    reader: ExtractiveReader, name: str, task: str, question: Question | ReaderRow,
    hits: Sequence[Hit], gold: Sequence[Span], answers: Sequence[str], language: str,
) -> Sample:  # fmt: skip
    """Read the hits and compare every candidate with the gold sentences and answers."""
    reading = reader.examine(question.question, hits)
    likely = sorted(reading.order[:CANDIDATES])
    candidates = [reading.candidates[place] for place in likely]
    return Sample(
        set=name,
        task=task,
        tune=half_of(question) == "tune",
        answerable=bool(gold),
        ranking=[reading.ranking[place] for place in likely],
        keys=[reading.keys[place] for place in likely],
        nearness=reader.nearness(question.question, hits, candidates),
        articles=len({hit.article.id for hit in hits}),
        right=[any(c.sentence.overlaps(span) for span in gold) for c in candidates],
        f1=[round(f1(reading.texts[place], answers, language), 4) for place in likely],
    )


def alone(reader: ExtractiveReader, name: str, rows: Iterable[ReaderRow]) -> Iterator[Sample]:
    """Read each row's own text."""
    for row in rows:
        gold = [Span(row.id, one.start, one.start + len(one.text)) for one in row.answers]
        texts = [one.text for one in row.answers]
        hits = passages_of(row, reader.count_tokens)
        yield sample(reader, name, "alone", row, hits, gold, texts, row.context_lang)


def elsewhere(
    reader: ExtractiveReader, embedder: Embedder, name: str, rows: Sequence[ReaderRow], count: int
) -> Iterator[Sample]:
    """Read, for answerable rows, the nearest other text of the set that does not hold the answer.

    Texts are compared by their first 500 characters.
    """
    texts = list(dict.fromkeys(row.context for row in rows))
    vectors = embedder.embed([text[:500] for text in texts], kind="passage")
    for row in spread([row for row in rows if row.answers], count):
        asked = embedder.embed([row.question], kind="query")[0]
        wrong = next(
            texts[place]
            for place in np.argsort(-(vectors @ asked), kind="stable")
            if texts[place] != row.context
            and not any(one.text.casefold() in texts[place].casefold() for one in row.answers)
        )
        other = replace(row, context=wrong, answers=())
        hits = passages_of(other, reader.count_tokens)
        yield sample(reader, name, "elsewhere", other, hits, (), (), row.context_lang)


def spread(rows: Sequence[Row], count: int) -> list[Row]:
    """Return so many rows, evenly taken: neighbours are often of one article, or of one kind."""
    count = min(count, len(rows))
    return [rows[place * len(rows) // count] for place in range(count)]


def in_collection(
    reader: ExtractiveReader, index: ArticleIndex, name: str, questions: Iterable[Question]
) -> Iterator[Sample]:
    """Search the collection for each question and read what is found."""
    collection = Collection.of(index)
    for question in questions:
        gold = collection.find_gold(question).sentences if question.answerable else ()
        language, answers = next(iter(question.answers.items()), ("und", ()))
        hits = index.search(question.question, PASSAGES)
        yield sample(reader, name, "collection", question, hits, gold, answers, language)


def withheld(
    reader: ExtractiveReader, index: ArticleIndex, name: str, questions: Iterable[Question]
) -> Iterator[Sample]:
    """Ask answerable questions of what is left without their article and without the answer.

    Another text may still answer in other words, so these labels are a little hard on the reader.
    """
    collection = Collection.of(index)
    for question in (one for one in questions if one.answerable):
        articles = {span.article_id for span in collection.find_gold(question).sentences}
        texts = [text for found in question.answers.values() for text in found]
        hits = [
            hit
            for hit in index.search(question.question, 4 * PASSAGES)
            if hit.article.id not in articles
            and not any(text.casefold() in hit.passage.text.casefold() for text in texts)
        ]
        yield sample(reader, name, "withheld", question, hits[:PASSAGES], (), (), "und")


def collect(data: Path, reader: ExtractiveReader, limits: Limits) -> Iterator[Sample]:
    """Yield the samples of the four tasks."""
    embedder = load_embedder()
    for name in SETS:
        rows = spread(read_rows(data / "dev" / f"{name}.jsonl.gz"), limits.alone)
        yield from alone(reader, name, rows)
        yield from elsewhere(reader, embedder, name, rows, limits.elsewhere)
        log.info("%s alone", name)
    with (
        TemporaryDirectory() as folder,
        ArticleIndex.open(Path(folder) / "index", create=True) as index,
    ):
        index.add([data / "articles" / f"{name}.jsonl.gz" for name in NEWS])
        index.add(contexts(data, SETS, limits.collection))
        log.info("indexed %s", index.stats())
        files = {"ntrex": data / "dev" / "ntrex_questions.jsonl",
                 "unanswerable": Path(__file__).with_name("unanswerable.jsonl")}  # fmt: skip
        for name, path in files.items():
            yield from in_collection(reader, index, name, read_questions(path))
            yield from withheld(reader, index, name, read_questions(path))
        for name in SETS:
            questions = read_questions(data / "dev" / f"{name}.jsonl.gz")[: limits.collection]
            yield from in_collection(reader, index, name, questions)
            yield from withheld(reader, index, name, questions[: limits.withheld])
            log.info("%s in the collection", name)


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--collection", type=int, default=150, help="rows a set, in the collection")
    parser.add_argument("--alone", type=int, default=150, help="rows a set, alone")
    parser.add_argument("--elsewhere", type=int, default=40, help="rows a set, with another text")
    parser.add_argument("--withheld", type=int, default=60, help="rows a set, answer withheld")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    reader = load_extractive_reader()
    with options.out.open("w", encoding="utf-8") as file:
        limits = Limits(options.collection, options.alone, options.elsewhere, options.withheld)
        for one in collect(options.data, reader, limits):
            file.write(json.dumps(asdict(one), ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
