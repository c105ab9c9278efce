"""What both legs of a search say of a passage, as one score.

``dense`` × cosine + ``lexical`` × coverage, and ``across`` more for a passage in another language
than the question's. Coverage is the share of the question's weight in rare terms that a passage
has: its BM25 score over the most that the terms could give. Unlike a rank it says when even the
best match of words is a poor one, as that of an English question with English passages about
something else is; ranks put such passages before the right one in another language
(benchmarks/README.md). ``across`` evens out that cosines are higher within one language.

A convex combination of scores, as in Bruch et al. 2022, "An Analysis of Fusion Functions for
Hybrid Retrieval" (arXiv:2210.11934); weights chosen by ``python -m benchmarks.retrieval``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field

# FTS5's constant, and so the most that one term can give is its weight times 1 + K1.
K1 = 1.2
_LEAST_WEIGHT = 1e-6  # FTS5's, of a term that half of the passages have


@dataclass(frozen=True, slots=True)
class FusionWeights:
    """How much each leg says; a leg of weight 0 is not asked.

    ``in_period`` and ``recent`` are how much a fitting date counts, see
    :func:`index.timing.boosted`; chosen by ``benchmarks/time_questions.py``.
    """

    dense: float = 1.0
    lexical: float = 0.15
    across: float = 0.03
    in_period: float = 1.25
    recent: float = 0.5

    @property
    def legs(self) -> int:
        """How many legs are asked."""
        return (self.dense > 0) + (self.lexical > 0)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the legs found: cosine and BM25 score by passage id, and the passages that are foreign.

    ``most``: what BM25 would give a passage with all terms of the question, over and over.
    """

    cosines: Mapping[int, float] = field(default_factory=dict)
    words: Mapping[int, float] = field(default_factory=dict)
    most: float = 0.0
    foreign: Set[int] = frozenset()


def most_words(frequencies: Sequence[int], passages: int) -> float:
    """Return the BM25 score that no passage exceeds.

    :param frequencies: in how many of the ``passages`` each term of the question is.
    """
    return (1 + K1) * sum(
        max(math.log((passages - count + 0.5) / (count + 0.5)), _LEAST_WEIGHT)
        for count in frequencies
    )


def fused(candidates: Sequence[int], evidence: Evidence, weights: FusionWeights) -> list[int]:
    """Return passage ids ranked by their fused score, best first; equal ones by id."""
    most = evidence.most or 1.0

    def score(id_: int) -> float:
        coverage = evidence.words.get(id_, 0.0) / most
        across = weights.across if id_ in evidence.foreign else 0.0
        return weights.dense * evidence.cosines.get(id_, 0.0) + weights.lexical * coverage + across

    return sorted(candidates, key=lambda id_: (-score(id_), id_))
