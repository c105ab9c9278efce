"""Fit what turns the reader's margins into verdicts, and choose when to refuse.

    python -m benchmarks.calibrate_reader --samples samples.jsonl [--dry]

``samples.jsonl`` is what ``benchmarks.reader_samples`` wrote. Everything is fitted and chosen on
the tuning half of the articles and reported on the other. Writes ``qa/reader/calibration.json``,
which has the figures of ``docs/reader.md``, and its plot.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from benchmarks.reader_plot import reliability_plot
from benchmarks.reader_samples import Sample
from qa.evaluation.metrics import auroc, average, expected_calibration_error
from qa.logistic import best_first, dot
from qa.reader.judging import Calibration, Trust, trust_features

ROOT = Path(__file__).parent.parent
OUTPUT = ROOT / "qa" / "reader" / "calibration.json"
PLOT = ROOT / "docs" / "images" / "reliability.svg"
_RIDGE = 1e-3
_UNANSWERABLE = 0.25
ALONE = ("alone", "elsewhere")  # tasks in which one text is read


@dataclass(frozen=True, slots=True)
class Best:
    """The best candidate of a sample: what tells how far to trust it, and whether it is right."""

    sample: Sample
    features: tuple[float, ...]
    right: bool
    f1: float


def read_samples(path: Path) -> list[Sample]:
    """Read what ``benchmarks.reader_samples`` wrote; questions without any candidate are left."""
    with path.open(encoding="utf-8") as lines:
        samples = [Sample(**json.loads(line)) for line in lines]
    return [sample for sample in samples if sample.ranking]


def set_weights(samples: Sequence[Sample]) -> NDArray[np.float64]:
    """Weigh each sample so that every set of a task counts alike, whatever its size."""
    names = [(one.task, one.set) for one in samples]
    return np.array([len(samples) / len(set(names)) / names.count(name) for name in names])


def asked_weights(samples: Sequence[Sample]) -> NDArray[np.float64]:
    """Weigh every set alike, and as if one question in four had no answer.

    Of the development questions to a collection one in nine has none, and most sets with a
    text of its own have none at all; people ask more of such questions. The tasks that give them
    share that quarter alike.
    """
    weights = set_weights(samples)
    whole = float(weights.sum())
    answerable = np.array([one.answerable for one in samples])
    tasks = np.array([one.task for one in samples])
    without = sorted(set(tasks[~answerable]))
    weights[answerable] *= (1 - _UNANSWERABLE) * whole / weights[answerable].sum()
    for task in without:
        part = ~answerable & (tasks == task)
        weights[part] *= _UNANSWERABLE / len(without) * whole / weights[part].sum()
    return weights


def fit_ranking(samples: Sequence[Sample]) -> tuple[float, ...]:
    """Fit which candidate of a question is right: a softmax over its candidates.

    Conditional logit (McFadden 1974); the probability of all right candidates is maximised.
    """
    from scipy.optimize import minimize

    used = [one for one in samples if any(one.right) and not all(one.right)]
    tables = [np.array(one.ranking) for one in used]
    rights = [np.array(one.right) for one in used]
    weights = set_weights(used)

    def loss(values: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        total, slope = 0.0, np.zeros_like(values)
        for table, right, weight in zip(tables, rights, weights, strict=True):
            logits = table @ values
            whole = np.exp(logits - np.logaddexp.reduce(logits))
            good = np.logaddexp.reduce(logits[right])
            total += weight * float(np.logaddexp.reduce(logits) - good)
            slope += weight * (whole @ table - np.exp(logits[right] - good) @ table[right])
        size = weights.sum()
        return total / size + _RIDGE * float(values @ values), slope / size + 2 * _RIDGE * values

    start = np.zeros(tables[0].shape[1])
    found = minimize(loss, start, jac=True, method="L-BFGS-B")
    return tuple(round(float(value), 4) for value in found.x)


def best_of(sample: Sample, ranking: Sequence[float]) -> Best:
    """Return the candidate that ranks first."""
    logits = [dot(ranking, features) for features in sample.ranking]
    order = best_first(logits)
    rows = [tuple(row) for row in sample.ranking]
    near = sample.nearness[order[0]]
    features = trust_features(order, sample.keys, rows, logits, near)
    return Best(sample, features, sample.right[order[0]], sample.f1[order[0]])


def fit_trust(best: Sequence[Best]) -> Trust:
    """Fit how probably the best candidate is right."""
    weights = asked_weights([one.sample for one in best])
    model = LogisticRegression(C=1.0, max_iter=5000)
    model.fit(np.array([one.features for one in best]), [one.right for one in best], weights)
    return Trust(
        tuple(round(float(w), 4) for w in model.coef_[0]), round(float(model.intercept_[0]), 4)
    )


def refusals(best: Sequence[Best], sure: Sequence[float], threshold: float) -> dict[str, Any]:
    """Return precision and recall of refusing, and F1 with unanswerables, at a threshold."""
    refused = [p < threshold for p in sure]
    f1 = [
        (0.0 if no else one.f1) if one.sample.answerable else float(no)
        for one, no in zip(best, refused, strict=True)
    ]
    unanswerable = [no for one, no in zip(best, refused, strict=True) if not one.sample.answerable]
    return {
        "precision": average(
            [float(not one.sample.answerable) for one, no in zip(best, refused, strict=True) if no]
        ),
        "recall": average([float(no) for no in unanswerable]),
        "f1": average(f1),
    }


def by_kind(best: Sequence[Best]) -> tuple[list[Best], list[Best]]:
    """Return what was asked of several articles, and what of one.

    By the task: a stray question to a collection of which one article alone is read would count, as
    all there is of its set, as much as all questions of another.
    """
    several = [one for one in best if one.sample.task not in ALONE]
    return several, [one for one in best if one.sample.task in ALONE]


def choose_threshold(kinds: Sequence[Sequence[Best]], fitted: Calibration) -> float:
    """Return the threshold of the best F1 with unanswerables, all kinds of samples alike."""

    def value(threshold: float) -> float:
        total = 0.0
        for best in kinds:
            gains = [
                float(p < threshold) if not one.sample.answerable else one.f1 * (p >= threshold)
                for one, p in zip(best, sure_of(best, fitted), strict=True)
            ]
            total += float(np.average(gains, weights=asked_weights([one.sample for one in best])))
        return total

    return max((round(step / 100, 2) for step in range(5, 90)), key=lambda t: (value(t), -t))


def figures(best: Sequence[Best], fitted: Calibration) -> dict[str, Any]:
    """Return what a part of the questions says of a calibration."""
    sure = sure_of(best, fitted)
    answerable = [one for one in best if one.sample.answerable]
    yes = [p for one, p in zip(best, sure, strict=True) if one.sample.answerable]
    no = [p for one, p in zip(best, sure, strict=True) if not one.sample.answerable]
    return _rounded(
        {
            "n": len(best),
            "evidence_first": average([float(one.right) for one in answerable]),
            "f1_answerable": average([one.f1 for one in answerable]),
            "auroc": auroc(yes, no),
            "refusal": refusals(best, sure, fitted.threshold),
            "ece": expected_calibration_error(sure, [one.right for one in best]),
        }
    )


def _rounded(values: dict[str, Any]) -> dict[str, Any]:
    return {
        key: _rounded(value) if isinstance(value, dict) else value and round(value, 4)
        for key, value in values.items()
    }


def fit(samples: Sequence[Sample]) -> Calibration:
    """Fit everything on the tuning half."""
    tune = [one for one in samples if one.tune]
    ranking = fit_ranking([one for one in tune if one.task == "collection"])
    best = [best_of(one, ranking) for one in tune]
    several, single = by_kind(best)
    fitted = Calibration(ranking, fit_trust(several), fit_trust(single), 0.0)
    return replace(fitted, threshold=choose_threshold((several, single), fitted))


def sure_of(best: Sequence[Best], fitted: Calibration) -> list[float]:
    """Return how probably each is right."""
    return [fitted.probability(one.features, one.sample.articles) for one in best]


def report(samples: Sequence[Sample], fitted: Calibration) -> dict[str, Any]:
    """Return the figures of both halves, by task, and of every set."""
    best = [best_of(one, fitted.ranking) for one in samples]
    parts: dict[str, Callable[[Sample], bool]] = {
        f"{task}, {half}": lambda one, task=task, half=half: (  # type: ignore[misc]
            one.task == task and one.tune is (half == "tune")
        )
        for task in ("alone", "elsewhere", "collection", "withheld")
        for half in ("tune", "report")
    }
    parts["pooled, report"] = lambda one: not one.tune
    for task, name in dict.fromkeys((one.task, one.set) for one in samples):
        parts[f"{task}, report, {name}"] = lambda one, task=task, name=name: (  # type: ignore[misc]
            one.task == task and one.set == name and not one.tune
        )
    return {
        name: figures([one for one in best if belongs(one.sample)], fitted)
        for name, belongs in parts.items()
        if any(belongs(one) for one in samples)
    }


def curve(samples: Sequence[Sample], fitted: Calibration) -> list[dict[str, Any]]:
    """Return precision and recall of refusing over thresholds, collection task, report half."""
    best = [
        best_of(one, fitted.ranking) for one in samples if one.task == "collection" and not one.tune
    ]
    sure = sure_of(best, fitted)
    steps = sorted({*(round(step / 10, 1) for step in range(1, 9)), fitted.threshold})
    return [_rounded({"threshold": step, **refusals(best, sure, step)}) for step in steps]


def main() -> None:
    """Fit, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=Path, required=True)
    parser.add_argument("--dry", action="store_true", help="print only")
    options = parser.parse_args()
    samples = read_samples(options.samples)
    fitted = fit(samples)
    content = {
        **asdict(fitted),
        "figures": report(samples, fitted),
        "refusing": curve(samples, fitted),
    }
    print(json.dumps(content, indent=1))
    if options.dry:
        return
    OUTPUT.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    shown = [best_of(one, fitted.ranking) for one in samples if not one.tune]
    sure = sure_of(shown, fitted)
    PLOT.write_text(reliability_plot(sure, [one.right for one in shown]), encoding="utf-8")


if __name__ == "__main__":
    main()
