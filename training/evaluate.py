"""Measure a reader quickly, on samples of the development sets.

    python -m training.evaluate --data ../shared/data/dev --reader RUN-OR-FILE [--rows 240]
    python -m training.evaluate --reader RUN-OR-FILE --article FILE --ask QUESTION

``em`` and ``f1`` are over all rows, refused where the score is not above 0; ``f1_answerable`` is
over the answerable rows with refusing switched off; ``auroc`` is answerable against not.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import sys
from collections.abc import Sequence
from pathlib import Path

from qa.evaluation.metrics import auroc, average, exact_match, f1
from training.checkpoints import read_reader
from training.network import ReaderNetwork, load_parameters
from training.prediction import Reading, read_texts
from training.rows import Row, read_rows

SETS = (
    "facqa_news.id", "idk_mrc.id", "squad2_crosslingual.en-id", "squadshifts_wiki.en",
    *(f"tydiqa.{language}" for language in ("ar", "bn", "en", "fi", "ko", "ru", "sw", "te")),
    "norquad_news.no", "jaquad.ja", "afriqa",
)  # fmt: skip
_SAMPLE_SEED = 3


def load_network(path: Path, part: str) -> ReaderNetwork:
    """Open a reader for evaluation, on as many threads as torch likes."""
    network = ReaderNetwork(0)
    load_parameters(network, read_reader(path, part))
    network.model.eval()
    return network


def sample(rows: Sequence[Row], count: int) -> list[Row]:
    """Return at most so many rows, always the same ones."""
    if len(rows) <= count:
        return list(rows)
    return random.Random(_SAMPLE_SEED).sample(rows, count)


def measure(rows: Sequence[Row], readings: Sequence[Reading]) -> dict[str, float | None]:
    """Return the figures of one set."""
    matches: list[float] = []
    overlaps: list[float] = []
    answerable: list[float] = []
    scores: tuple[list[float], list[float]] = ([], [])
    for row, reading in zip(rows, readings, strict=True):
        golds = [text for _, text in row.answers]
        text = row.text[reading.start : reading.end]
        given = text if reading.score > 0 else ""
        matches.append(exact_match(given, golds or [""], row.language))
        overlaps.append(f1(given, golds or [""], row.language))
        if golds:
            answerable.append(f1(text, golds, row.language))
        scores[not golds].append(reading.score)
    figures = {
        "em": average(matches),
        "f1": average(overlaps),
        "f1_answerable": average(answerable),
        "auroc": auroc(*scores),
    }
    rounded = {name: value and round(value, 4) for name, value in figures.items()}
    return {"n": len(rows), **rounded}


def ask(network: ReaderNetwork, question: str, path: Path) -> list[dict[str, str | float]]:
    """Read an article's passages for a question, as the product cuts them; best first."""
    from index.languages import detect_language
    from index.loading import find_files, load_file
    from index.passages import pack_passages
    from index.sentences import split_sentences
    from training.windows import bundled_tokenizer

    (article,) = load_file(next(iter(find_files(path))))
    language = article.language or detect_language(article.text)
    sentences = split_sentences(article.text, language, article_id=article.id)
    tokenizer = bundled_tokenizer()
    passages = pack_passages(
        article,
        sentences,
        lambda texts: [len(one.ids) for one in tokenizer.encode_batch(list(texts))],
    )
    readings = read_texts(network, [(question, passage.text) for passage in passages])
    found: list[dict[str, str | float]] = [
        {"score": round(reading.score, 3), "answer": passage.text[reading.start : reading.end]}
        for passage, reading in zip(passages, readings, strict=True)
    ]
    return sorted(found, key=lambda one: -float(one["score"]))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--reader", type=Path, required=True, help="run, checkpoint or weights file"
    )
    parser.add_argument("--part", choices=("average", "weights"), default="average")
    parser.add_argument("--data", type=Path, help="folder of the development sets")
    parser.add_argument("--sets", nargs="+", default=SETS)
    parser.add_argument("--rows", type=int, default=240)
    parser.add_argument("--article", type=Path)
    parser.add_argument("--ask", nargs="+", default=[])
    return parser.parse_args()


def main() -> None:
    """Run the command; the figures go to stdout as JSON, one line a set."""
    options = _options()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    network = load_network(options.reader, options.part)
    for question in options.ask:
        sys.stdout.write(f"{question}\n")
        for found in ask(network, question, options.article)[:3]:
            sys.stdout.write(f"  {json.dumps(found, ensure_ascii=False)}\n")
    for name in options.sets if options.data else ():
        rows = sample(read_rows(options.data / f"{name}.jsonl.gz"), options.rows)
        readings = read_texts(network, [(row.question, row.text) for row in rows])
        sys.stdout.write(json.dumps({"set": name, **measure(rows, readings)}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
