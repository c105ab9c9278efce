"""Fit the weights of the ``sentences`` reader: which sentence is evidence, and is it enough.

    python -m benchmarks.calibrate_sentences --data ../shared/data

Fitted on the tuning half of the development questions, judged on the other (rows are halved by
the hash of their article). Writes ``qa/sentences.json`` and prints the figures of both halves.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from benchmarks.passages import contexts
from index import ArticleIndex
from qa.evaluation import half_of, read_questions
from qa.evaluation.collection import Collection
from qa.evaluation.metrics import expected_calibration_error
from qa.evaluation.rows import Question
from qa.sentence_reader import Calibration, Candidate, SentenceReader, Weights, answer_features

ROWS = ("facqa_news.id", "idk_mrc.id", "squad2_crosslingual.en-id", "squadshifts_wiki.en")
OUTPUT = Path(__file__).parent.parent / "qa" / "sentences.json"
MOST_PER_SET = 100
LOST = 0.1  # the share of right answers that the threshold may refuse
PASSAGES = 8
ACROSS = (0, 1, 4)  # across languages, words and question words say nothing: docs/log.md


@dataclass(frozen=True, slots=True)
class Sample:
    """A question with its candidate sentences and which of them are evidence."""

    tune: bool
    answerable: bool
    candidates: list[Candidate]
    right: list[bool]


@dataclass(frozen=True, slots=True)
class Best:
    """The best sentence of a question, what tells how far it can be trusted, and if it is right."""

    candidate: Candidate
    features: tuple[float, ...]
    right: bool


def read_sets(data: Path) -> list[Question]:
    """Return the questions, an equal number of each set at most."""
    questions = read_questions(data / "dev" / "ntrex_questions.jsonl")
    questions += read_questions(Path(__file__).with_name("unanswerable.jsonl"))
    for name in ROWS:
        questions += read_questions(data / "dev" / f"{name}.jsonl.gz")[:MOST_PER_SET]
    return questions


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


def fit(
    rows: Sequence[tuple[tuple[float, ...], bool]], used: Sequence[int]
) -> tuple[tuple[float, ...], float]:
    """Return weights and bias of a logistic regression; features not ``used`` weigh nothing."""
    model = LogisticRegression(C=10.0, max_iter=2000)
    model.fit(
        np.array([[features[place] for place in used] for features, _ in rows]),
        np.array([right for _, right in rows]),
    )
    weights = [0.0] * len(rows[0][0])
    for place, weight in zip(used, model.coef_[0], strict=True):
        weights[place] = round(float(weight), 4)
    return tuple(weights), round(float(model.intercept_[0]), 4)


def best_of(sample: Sample, fitted: Calibration) -> Best:
    """Return the best sentence of a question."""
    logits, order = fitted.rank(sample.candidates)
    features = answer_features(sample.candidates, logits, order)
    return Best(sample.candidates[order[0]], features, sample.right[order[0]])


def fit_weights(samples: Sequence[Sample]) -> Calibration:
    """Fit sentences, then answers, within one language and across two."""
    ranks = {}
    for across in (False, True):
        rows = [
            (candidate.features, right)
            for sample in samples
            if any(sample.right)
            for candidate, right in zip(sample.candidates, sample.right, strict=True)
            if candidate.across is across
        ]
        ranks[across] = fit(rows, ACROSS if across else range(len(rows[0][0])))
    no_answer = {across: Weights(*rank, (), 0.0) for across, rank in ranks.items()}
    draft = Calibration(no_answer[False], no_answer[True], 0.0)
    best = [best_of(sample, draft) for sample in samples]
    weights = []
    for across in (False, True):
        chosen = [one for one in best if one.candidate.across is across]
        # Across languages there are few examples: one weight, for the best sentence's own odds.
        used = (0,) if across else range(3)
        answer = fit([(one.features, one.right) for one in chosen], used)
        weights.append(Weights(*ranks[across], *answer))
    sure = [
        (weights[1] if one.candidate.across else weights[0]).certainty(one.features)
        for one in best
        if one.right
    ]
    return Calibration(weights[0], weights[1], round(float(np.quantile(sure, LOST)), 3))


def judge(samples: Sequence[Sample], fitted: Calibration) -> dict[str, float]:
    """Return the figures of the reader on these questions."""
    best = [best_of(sample, fitted) for sample in samples]
    sure = np.array([fitted.of(one.candidate).certainty(one.features) for one in best])
    right = np.array([one.right for one in best])
    possible = np.array([sample.answerable for sample in samples])
    refused = sure < fitted.threshold
    return {
        "n": len(samples),
        "answerable": int(possible.sum()),
        "evidence_first": round(float(right[possible].mean()), 4),
        "auroc_answerable": round(float(roc_auc_score(possible, sure)), 4),
        "auroc_right": round(float(roc_auc_score(right, sure)), 4),
        "refusal_precision": round(float((~possible[refused]).mean()), 4),
        "refusal_recall": round(float(refused[~possible].mean()), 4),
        "answered_right": round(float(right[~refused].mean()), 4),
        "ece": round(expected_calibration_error(sure.tolist(), right.tolist()) or 0.0, 4),
    }


def main() -> None:
    """Fit, print, and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--samples", type=Path, help="keep the features here, for ablations")
    options = parser.parse_args()
    data: Path = options.data
    names = ("ntrex_news.id", "facqa_news_passages.id")
    with (
        TemporaryDirectory() as folder,
        ArticleIndex.open(Path(folder) / "index", create=True) as index,
    ):
        index.add([data / "articles" / f"{name}.jsonl.gz" for name in names])
        index.add(contexts(data, ROWS, MOST_PER_SET))
        samples = [sample for sample in collect(index, read_sets(data)) if sample.candidates]
    if options.samples:
        options.samples.write_text(json.dumps([asdict(sample) for sample in samples]))
    fitted = fit_weights([sample for sample in samples if sample.tune])
    content = {
        "same": asdict(fitted.same),
        "across": asdict(fitted.across),
        "threshold": fitted.threshold,
        "figures": {
            "tune": judge([sample for sample in samples if sample.tune], fitted),
            "report": judge([sample for sample in samples if not sample.tune], fitted),
        },
    }
    OUTPUT.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(content, indent=2))


if __name__ == "__main__":
    main()
