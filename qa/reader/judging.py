"""From margins to verdicts: which candidate answers, and how probably it is right.

Logistic regressions, fitted by ``benchmarks/calibrate_reader.py`` on development questions: one
ranks candidates across passages, two say how far the best can be trusted.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from index import Hit
from qa.logistic import dot, sigmoid
from qa.reader.decoding import Candidate

_CALIBRATION = Path(__file__).with_name("calibration.json")
_MOST_MARGIN, _MOST_LEAD = 16.0, 6.0
# Scores count by article: which passage of an article holds the answer is for the reading to say.
RANKING = ("margin", "evidence", "relative_score", "first", "support", "alone")
# Not whether article and question differ in language: of the development questions that do, most
# have no answer, which says nothing of anybody else's. Nor how many passages of a single article
# were read: the sets with long texts are the harder ones, which says nothing of long articles.
TRUST = ("logit", "margin", "lead", "support", "cosine", "alone")
# E5's cosines of questions and sentences lie around 0.85, one standard deviation is about 0.05.
_COSINE, _COSINE_SPREAD = 0.85, 0.05


@dataclass(frozen=True, slots=True)
class Trust:
    """How probably the best candidate is right, from its :data:`TRUST` features.

    ``weights`` and ``bias`` are a logistic regression's (Platt 1999).
    """

    weights: tuple[float, ...]
    bias: float

    @classmethod
    def of(cls, data: dict[str, Any]) -> Trust:
        """Read what the JSON file holds."""
        return cls(tuple(data["weights"]), data["bias"])

    def probability(self, features: Sequence[float]) -> float:
        """Return how probably the best candidate is right."""
        return sigmoid(dot(self.weights, features) + self.bias)


@dataclass(frozen=True, slots=True)
class Calibration:
    """Weights that rank candidates (see :data:`RANKING`), two kinds of trust, and the threshold.

    ``several``: for passages of several articles, which a search has found; ``single``: for those
    of one article, where the question may well be about it and still not answered by it: there a
    near sentence says little.
    """

    ranking: tuple[float, ...]
    several: Trust
    single: Trust
    threshold: float

    @classmethod
    def of(cls, data: dict[str, Any]) -> Calibration:
        """Read what the JSON file holds."""
        several, single = (Trust.of(data[name]) for name in ("several", "single"))
        return cls(tuple(data["ranking"]), several, single, data["threshold"])

    def probability(self, features: Sequence[float], articles: int) -> float:
        """Return how probably the best candidate of passages of so many articles is right."""
        trust = self.single if articles == 1 else self.several
        return trust.probability(features)


@cache
def calibration() -> Calibration:
    """Return the fitted weights shipped with the package."""
    return Calibration.of(json.loads(_CALIBRATION.read_text(encoding="utf-8")))


def ranking_features(
    candidates: Sequence[Candidate], keys: Sequence[str], hits: Sequence[Hit]
) -> list[tuple[float, ...]]:
    """Return the :data:`RANKING` features of each candidate.

    :param keys: the candidates' answers, by :func:`answer_key`.
    """
    scores: dict[str, float] = {}
    for hit in hits:
        scores[hit.article.id] = max(hit.score, scores.get(hit.article.id, 0.0))
    best = max(scores.values(), default=1.0) or 1.0
    rows: list[tuple[float, ...]] = []
    for place, candidate in enumerate(candidates):
        article = hits[candidate.hit].article.id
        rows.append(
            (
                clipped(candidate.margin),
                clipped(candidate.evidence),
                scores[article] / best,
                float(article == hits[0].article.id),
                _support(place, candidates, keys),
                clipped(candidate.alone),
            )
        )
    return rows


def _support(place: int, candidates: Sequence[Candidate], keys: Sequence[str]) -> float:
    """Return how strongly other articles give the same answer: 0 where none does."""
    mine = candidates[place].span.article_id
    margins = [
        clipped(other.margin)
        for number, other in enumerate(candidates)
        if other.span.article_id != mine and same_answer(keys[number], keys[place])
    ]
    return math.log1p(math.exp(max(margins))) if margins else 0.0


def trust_features(
    order: Sequence[int],
    keys: Sequence[str],
    ranking: Sequence[tuple[float, ...]],
    logits: Sequence[float],
    near: float,
) -> tuple[float, ...]:
    """Return the :data:`TRUST` features of the best candidate.

    :param near: the cosine of its sentence with the question.
    :param keys: the candidates' answers, by :func:`answer_key`.
    """
    first = order[0]
    rival = next((p for p in order if not same_answer(keys[p], keys[first])), None)
    lead = logits[first] - logits[rival] if rival is not None else _MOST_LEAD
    margin, _, _, _, support, alone = ranking[first]
    cosine = (near - _COSINE) / _COSINE_SPREAD
    return logits[first], margin, min(lead, _MOST_LEAD), support, cosine, alone


def answer_key(text: str) -> str:
    """Return an answer without letter case, punctuation and spaces, for comparing."""
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def same_answer(one: str, other: str) -> bool:
    """Say whether two keys are near-identical: equal, or one holds the other and little more."""
    shorter, longer = sorted((one, other), key=len)
    return shorter == longer or (
        len(shorter) >= 4 and shorter in longer and len(longer) <= 2 * len(shorter)
    )


def clipped(margin: float) -> float:
    """Bound a margin, so that one wild score cannot decide everything."""
    return max(min(margin, _MOST_MARGIN), -_MOST_MARGIN)
