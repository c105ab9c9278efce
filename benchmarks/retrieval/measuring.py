"""Rankings to figures: recall, MRR, nDCG, gold sentences, each with a bootstrap interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ir_measures
import numpy as np
from ir_measures import RR, Qrel, R, ScoredDoc, nDCG
from numpy.typing import NDArray

from benchmarks.retrieval.legs import Place, Ranked
from benchmarks.retrieval.sets import Asked
from index import Span
from qa.evaluation import paired_bootstrap

Floats = NDArray[np.float64]
_SAMPLES = 2_000
_NAMES = {
    R @ 1: "recall@1",
    R @ 5: "recall@5",
    R @ 10: "recall@10",
    RR: "mrr",
    nDCG @ 10: "ndcg@10",
}
DEPTHS = (1, 5, 8)


def measure(
    asked: Sequence[Asked], rankings: Sequence[Ranked], places: Mapping[int, Place]
) -> dict[str, Floats]:
    """Return each measure's value of each question; NaN where a question names no sentence.

    Articles rank by their first passage, ten of them; near-duplicates count as one. ``all@10``
    is 1 where every article that is needed is among them.
    """
    family = {place.article: str(place.family) for place in places.values()}
    articles = [
        list(dict.fromkeys(str(places[id_].family) for id_ in ranked))[:10] for ranked in rankings
    ]
    golds = [{family[id_] for id_ in one.right} for one in asked]
    right = [Qrel(str(n), gold, 1) for n, found in enumerate(golds) for gold in sorted(found)]
    run = [
        ScoredDoc(str(n), one, -float(rank))
        for n, found in enumerate(articles)
        for rank, one in enumerate(found)
    ]
    values = {name: np.zeros(len(asked)) for name in _NAMES.values()}
    for metric in ir_measures.iter_calc(list(_NAMES), right, run):
        values[_NAMES[metric.measure]][int(metric.query_id)] = metric.value
    values["all@10"] = np.array(
        [float(gold <= set(found)) for gold, found in zip(golds, articles, strict=True)]
    )
    for depth in DEPTHS:
        values[f"sentence@{depth}"] = np.array(
            [
                _met(one, [places[id_] for id_ in ranked[:depth]])
                for one, ranked in zip(asked, rankings, strict=True)
            ]
        )
    return values


def _met(asked: Asked, found: Sequence[Place]) -> float:
    if not asked.places:
        return float("nan")
    spans = [Span(place.article, place.start, place.end) for place in found]
    return float(any(span.overlaps(gold) for span in spans for gold in asked.places))


def summary(values: Mapping[str, Floats], mask: NDArray[np.bool_]) -> dict[str, Any]:
    """Return the mean of each measure over some questions, with its 95 % bootstrap interval."""
    figures: dict[str, Any] = {}
    for name, all_values in values.items():
        some = all_values[mask]
        some = some[~np.isnan(some)]
        if len(some):
            mean, low, high = paired_bootstrap(some.tolist(), [0.0] * len(some), samples=_SAMPLES)
            figures[name] = [round(value, 4) for value in (mean, low, high)]
    return figures


def gain(first: Floats, second: Floats, mask: NDArray[np.bool_]) -> list[float]:
    """Return the difference of the means over some questions, and its paired interval."""
    found = paired_bootstrap(first[mask].tolist(), second[mask].tolist(), samples=_SAMPLES)
    return [round(value, 4) for value in found]
