"""Measure a reader quickly, on samples of the development sets, at any precision.

    python -m training.evaluate --data ../shared/data/dev --reader RUN-OR-FILE [--rows 240]
        [--precision float blocks int8]

The rows are read as ``kutip eval reader`` reads them, with the calibration that is shipped. A run
or a checkpoint is read in its own float weights; a packed file in its 8-bit blocks.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from index import load_embedder
from index.models.graph import Precision
from index.models.token_scoring import TokenScorer, read_layers, write_scorer
from index.models.weights import Matrix
from qa.evaluation import evaluate_reader, read_rows
from qa.evaluation.rows import ReaderRow
from qa.reader import ExtractiveReader
from qa.reader.judging import calibration
from training.checkpoints import is_packed, read_reader

SETS = (
    "facqa_news.id", "idk_mrc.id", "squad2_crosslingual.en-id", "squadshifts_wiki.en",
    *(f"tydiqa.{language}" for language in ("ar", "bn", "en", "fi", "ko", "ru", "sw", "te")),
    "norquad_news.no", "jaquad.ja", "afriqa",
)  # fmt: skip
_SAMPLE_SEED = 3
_FIGURES = ("n", "em", "f1", "f1_answerable", "no_answer_accuracy", "auroc")


def layers(path: Path, part: str) -> tuple[dict[str, Matrix], dict[str, Any]]:
    """Return the tensors of a run, a checkpoint or a packed file, and a card."""
    if path.is_file() and is_packed(path):
        return read_layers(path)
    return {name: tensor.numpy() for name, tensor in read_reader(path, part).items()}, {}


def sample(rows: list[ReaderRow], count: int) -> list[ReaderRow]:
    """Return at most so many rows, always the same ones."""
    return rows if len(rows) <= count else random.Random(_SAMPLE_SEED).sample(rows, count)


def measure(
    path: Path, part: str, precision: Precision, data: Path, sets: list[str], count: int
) -> None:
    """Print the figures of one precision, one line of JSON a set."""
    tensors, card = layers(path, part)
    with TemporaryDirectory() as folder:
        manifest = write_scorer(tensors, card, precision, Path(folder))
        reader = ExtractiveReader(
            TokenScorer(Path(folder), manifest), load_embedder(), calibration()
        )
        for name in sets:
            rows = sample(read_rows(data / f"{name}.jsonl.gz"), count)
            report = evaluate_reader(rows, reader, count_tokens=reader.count_tokens)
            figures = {key: report[key] and round(report[key], 4) for key in _FIGURES}
            line = {"precision": precision, "set": name, **figures}
            sys.stdout.write(json.dumps(line) + "\n")
            sys.stdout.flush()


def main() -> None:
    """Run the command; the figures go to stdout."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--reader", type=Path, required=True, help="run, checkpoint or weights file"
    )
    parser.add_argument("--part", choices=("average", "weights"), default="average")
    parser.add_argument("--data", type=Path, required=True, help="folder of the development sets")
    parser.add_argument("--sets", nargs="+", default=list(SETS))
    parser.add_argument("--rows", type=int, default=240)
    parser.add_argument("--precision", nargs="+", default=["float"])
    options = parser.parse_args()
    for precision in options.precision:
        measure(options.reader, options.part, precision, options.data, options.sets, options.rows)


if __name__ == "__main__":
    main()
