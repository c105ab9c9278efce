"""Fit what turns the reader's margins into verdicts, and choose when to refuse.

    python -m benchmarks.calibrate_reader --samples samples.jsonl [--dry]

``samples.jsonl`` is what ``benchmarks.reader_samples`` wrote. Everything is fitted and chosen on
the tuning half of the articles and reported on the other. Writes ``qa/reader/calibration.json``
and the tables and the plot of ``docs/reader.md``.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from benchmarks.reader_plot import reliability_plot
from benchmarks.reader_samples import Sample
from qa.evaluation.metrics import auroc, average, expected_calibration_error
from qa.logistic import best_first, dot
from qa.reader.judging import Calibration, trust_features

ROOT = Path(__file__).parent.parent
OUTPUT = ROOT / "qa" / "reader" / "calibration.json"
PLOT = ROOT / "docs" / "images" / "reliability.svg"
_KNOTS = 12
_RIDGE = 1e-3
_UNANSWERABLE = 0.25


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
    """Weigh every set alike, and as if one question in four to a collection had no answer.

    Of the development questions one in thirteen has none; people ask more of such questions.
    """
    weights = set_weights(samples)
    asked = np.array([one.task != "alone" for one in samples])
    answerable = np.array([one.answerable for one in samples])
    whole = float(weights[asked].sum())
    for part, share in (
        (asked & answerable, 1 - _UNANSWERABLE),
        (asked & ~answerable, _UNANSWERABLE),
    ):
        weights[part] *= share * whole / weights[part].sum()
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
    features = trust_features(order, sample.keys, rows, logits, near, sample.read)
    return Best(sample, features, sample.right[order[0]], sample.f1[order[0]])


def fit_trust(best: Sequence[Best]) -> tuple[tuple[float, ...], float]:
    """Fit how probably the best candidate is right."""
    model = LogisticRegression(C=1.0, max_iter=5000)
    weights = asked_weights([one.sample for one in best])
    model.fit(np.array([one.features for one in best]), [one.right for one in best], weights)
    return tuple(round(float(w), 4) for w in model.coef_[0]), round(float(model.intercept_[0]), 4)


def fit_knots(best: Sequence[Best], draft: Calibration) -> tuple[tuple[float, float], ...]:
    """Fit the last monotone correction on questions to whole collections, a few points of it."""
    raw = np.array([draft.probability(one.features) for one in best])
    weights = asked_weights([one.sample for one in best])
    model = IsotonicRegression(y_min=0.01, y_max=0.99, out_of_bounds="clip")
    model.fit(raw, [float(one.right) for one in best], weights)
    places = np.quantile(raw, np.linspace(0, 1, _KNOTS + 1)[1:-1])
    inner = [(round(float(p), 4), round(float(model.predict([p])[0]), 4)) for p in places]
    return ((0.0, inner[0][1] / 2), *inner, (1.0, (1 + inner[-1][1]) / 2))


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


def choose_threshold(best: Sequence[Best], sure: Sequence[float]) -> float:
    """Return the threshold of the best F1 with unanswerables."""
    weights = asked_weights([one.sample for one in best])

    def value(threshold: float) -> float:
        gains = [
            float(p < threshold) if not one.sample.answerable else one.f1 * float(p >= threshold)
            for one, p in zip(best, sure, strict=True)
        ]
        return float(weights @ gains)

    return max((round(step / 100, 2) for step in range(5, 90)), key=lambda t: (value(t), -t))


def figures(best: Sequence[Best], fitted: Calibration) -> dict[str, Any]:
    """Return what a part of the questions says of a calibration."""
    sure = [fitted.probability(one.features) for one in best]
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
    asked = [one for one in tune if one.task == "collection"]
    ranking = fit_ranking(asked)
    best = [best_of(one, ranking) for one in tune]
    draft = Calibration(ranking, *fit_trust(best), 0.0)
    whole = [one for one in best if one.sample.task != "alone"]
    knots = fit_knots(whole, draft)
    bent = Calibration(ranking, draft.trust, draft.trust_bias, 0.0, knots)
    threshold = choose_threshold(whole, [bent.probability(one.features) for one in whole])
    return Calibration(ranking, draft.trust, draft.trust_bias, threshold, knots)


def report(samples: Sequence[Sample], fitted: Calibration) -> dict[str, Any]:
    """Return the figures of both halves, by task, and of every set."""
    best = [best_of(one, fitted.ranking) for one in samples]
    parts: dict[str, Callable[[Sample], bool]] = {
        f"{task}, {half}": lambda one, task=task, half=half: (  # type: ignore[misc]
            one.task == task and one.tune is (half == "tune")
        )
        for task in ("alone", "collection", "withheld")
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
    sure = [fitted.probability(one.features) for one in best]
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
    sure = [fitted.probability(one.features) for one in shown]
    PLOT.write_text(reliability_plot(sure, [one.right for one in shown]), encoding="utf-8")


if __name__ == "__main__":
    main()
