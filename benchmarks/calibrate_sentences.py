"""Fit the weights of the ``sentences`` reader: which sentence is evidence, and is it enough.

    python -m benchmarks.calibrate_sentences --data ../shared/data

Fitted on the tuning half of the development questions, judged on the other (rows are halved by
the hash of their article). Writes ``qa/sentences.json`` and prints the figures of both halves.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from index import Article, ArticleIndex
from qa.evaluation import half_of, read_questions
from qa.evaluation.collection import Collection
from qa.evaluation.metrics import expected_calibration_error
from qa.evaluation.rows import Question
from qa.reading import Candidate, SentenceReader, answer_features

ROWS = ("facqa_news.id", "idk_mrc.id", "squad2_crosslingual.en-id", "squadshifts_wiki.en")
OUTPUT = Path(__file__).parent.parent / "qa" / "sentences.json"
MOST_PER_SET = 200
PASSAGES = 8


@dataclass(frozen=True, slots=True)
class Sample:
    """A question with its candidate sentences and which of them are evidence."""

    tune: bool
    answerable: bool
    candidates: list[Candidate]
    right: list[bool]


def read_sets(data: Path) -> list[Question]:
    """Return the questions, an equal number of each set at most."""
    questions = read_questions(data / "dev" / "ntrex_questions.jsonl")
    questions += read_questions(Path(__file__).with_name("unanswerable.jsonl"))
    for name in ROWS:
        questions += read_questions(data / "dev" / f"{name}.jsonl.gz")[:MOST_PER_SET]
    return questions


def contexts(data: Path) -> Iterable[Article]:
    """Yield the passages that the reader rows ask about, as articles."""
    seen = set()
    for name in ROWS:
        with gzip.open(data / "dev" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines][:MOST_PER_SET]
        for row in rows:
            if name != "facqa_news.id" and row["context"] not in seen:
                seen.add(row["context"])
                yield Article(
                    id=f"{name}-{len(seen)}", title="", text=row["context"],
                    language=row["context_lang"],
                )  # fmt: skip


def collect(index: ArticleIndex, questions: Sequence[Question]) -> list[Sample]:
    """Search and list the candidates of every question."""
    reader = SentenceReader(index.embedder)
    collection = Collection.of(index)
    samples = []
    for question in questions:
        gold = collection.find_gold(question) if question.answerable else None
        candidates = reader.candidates(question.question, index.search(question.question, PASSAGES))
        samples.append(
            Sample(
                tune=half_of(question) == "tune",
                answerable=question.answerable,
                candidates=candidates,
                right=[gold is not None and gold.met_by(c.sentence) for c in candidates],
            )
        )
    return samples


def fit(rows: Sequence[Sequence[float]], labels: Sequence[bool]) -> tuple[list[float], float]:
    """Return weights and bias of a logistic regression."""
    model = LogisticRegression(C=10.0, max_iter=2000)
    model.fit(np.array(rows), np.array(labels))
    return [round(float(w), 4) for w in model.coef_[0]], round(float(model.intercept_[0]), 4)


def best_of(
    sample: Sample, weights: Sequence[float], bias: float
) -> tuple[tuple[float, ...], bool]:
    """Return the features of the best sentence's answer, and whether it is evidence."""
    logits = [float(np.dot(weights, c.features)) + bias for c in sample.candidates]
    order = sorted(range(len(logits)), key=lambda place: (-logits[place], place))
    return answer_features(sample.candidates, logits, order), sample.right[order[0]]


def threshold_of(probabilities: Sequence[float], outcomes: Sequence[tuple[bool, bool]]) -> float:
    """Return the threshold with the best F1 of "answered and right", unanswerables included.

    :param outcomes: (answerable, best sentence right) for each probability.
    """
    answerable = sum(possible for possible, _ in outcomes)

    def f1(limit: float) -> float:
        answered = [
            right for p, (_, right) in zip(probabilities, outcomes, strict=True) if p >= limit
        ]
        return 2 * sum(answered) / max(1, len(answered) + answerable)

    limits = sorted({round(p, 3) for p in probabilities})
    return max(limits, key=lambda limit: (f1(limit), -limit))


def main() -> None:
    """Fit, print, and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    data: Path = parser.parse_args().data
    articles = data / "articles"
    with (
        TemporaryDirectory() as folder,
        ArticleIndex.open(Path(folder) / "index", create=True) as index,
    ):
        index.add(
            [articles / f"{name}.jsonl.gz" for name in ("ntrex_news.id", "facqa_news_passages.id")]
        )
        index.add(contexts(data))
        samples = [s for s in collect(index, read_sets(data)) if s.candidates]
    tune = [s for s in samples if s.tune]
    rows = [c.features for s in tune if any(s.right) for c in s.candidates]
    labels = [right for s in tune if any(s.right) for right in s.right]
    rank_weights, rank_bias = fit(rows, labels)
    best = [best_of(s, rank_weights, rank_bias) for s in tune]
    answer_weights, answer_bias = fit([f for f, _ in best], [right for _, right in best])

    def certainty(features: Sequence[float]) -> float:
        return float(1 / (1 + np.exp(-(np.dot(answer_weights, features) + answer_bias))))

    outcomes = [(s.answerable, right) for s, (_, right) in zip(tune, best, strict=True)]
    threshold = threshold_of([certainty(f) for f, _ in best], outcomes)
    report = {}
    for name, half in (("tune", tune), ("report", [s for s in samples if not s.tune])):
        judged = [best_of(s, rank_weights, rank_bias) for s in half]
        sure = np.array([certainty(features) for features, _ in judged])
        right = np.array([is_right for _, is_right in judged])
        possible = np.array([s.answerable for s in half])
        refused = sure < threshold
        report[name] = {
            "n": len(half),
            "answerable": int(possible.sum()),
            "evidence_first": round(float(right[possible].mean()), 4),
            "auroc_answerable": round(float(roc_auc_score(possible, sure)), 4),
            "auroc_right": round(float(roc_auc_score(right, sure)), 4),
            "refusal_precision": round(float((~possible[refused]).mean()), 4),
            "refusal_recall": round(float(refused[~possible].mean()), 4),
            "answered_right": round(float(right[~refused].mean()), 4),
            "ece": expected_calibration_error(sure.tolist(), right.tolist()),
        }  # fmt: skip
    content = {
        "rank_weights": rank_weights,
        "rank_bias": rank_bias,
        "answer_weights": answer_weights,
        "answer_bias": answer_bias,
        "threshold": round(threshold, 3),
        "figures": report,
    }
    OUTPUT.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(content, indent=2))


if __name__ == "__main__":
    main()
