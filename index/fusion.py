"""What both legs of a search say of a passage, as one score.

``dense`` × cosine + ``lexical`` × coverage ^ 1.5, and ``across`` more for a passage in another
language than the question's. Coverage is the share of the question's weight in rare terms that a
passage has, be it once or often. Unlike a rank it says when even the best match of words is a poor
one, as that of an English question with English passages about something else is; ranks put such
passages before the right one in another language (benchmarks/README.md), and the power makes a poor
one poorer. ``across`` evens out that cosines are higher within one language.

A convex combination of scores, as in Bruch et al. 2022, "An Analysis of Fusion Functions for
Hybrid Retrieval" (arXiv:2210.11934); weights chosen by ``python -m benchmarks.retrieval``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field

POWER = 1.5  # of coverage
_LEAST_WEIGHT = 1e-6  # of a term that half of the passages have, as FTS5 sets it


@dataclass(frozen=True, slots=True)
class FusionWeights:
    """How much each leg says; a leg of weight 0 is not asked.

    ``in_period`` and ``recent`` are how much a fitting date counts, see
    :func:`index.timing.boosted`; chosen by ``benchmarks/time_questions.py``.
    """

    dense: float = 1.0
    lexical: float = 0.11
    across: float = 0.04
    in_period: float = 1.5
    recent: float = 0.5

    @property
    def legs(self) -> int:
        """How many legs are asked."""
        return (self.dense > 0) + (self.lexical > 0)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was found: cosine and coverage by passage id, and the passages that are foreign."""

    cosines: Mapping[int, float] = field(default_factory=dict)
    coverage: Mapping[int, float] = field(default_factory=dict)
    foreign: Set[int] = frozenset()


def term_weights(frequencies: Sequence[int], passages: int) -> list[float]:
    """Return what each term weighs, the rarer the more, as BM25 weighs them.

    :param frequencies: in how many of the ``passages`` each term is.
    """
    return [
        max(math.log((passages - count + 0.5) / (count + 0.5)), _LEAST_WEIGHT)
        for count in frequencies
    ]


def fused(candidates: Sequence[int], evidence: Evidence, weights: FusionWeights) -> list[int]:
    """Return passage ids ranked by their fused score, best first; equal ones as they are given."""

    def score(id_: int) -> float:
        words: float = evidence.coverage.get(id_, 0.0) ** POWER
        across = weights.across if id_ in evidence.foreign else 0.0
        return weights.dense * evidence.cosines.get(id_, 0.0) + weights.lexical * words + across

    return sorted(candidates, key=lambda id_: -score(id_))
