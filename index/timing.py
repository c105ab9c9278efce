"""Time in ranking: articles of the days a question is about come first, or the newest do.

Nothing is left out here: an article may tell of a day long after it, and may carry no date. Days
are those of publication, and "new" is measured from the newest article, never from the clock, so
that the same articles give the same answers tomorrow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

# An article on the last day of a period counts whole, one this many days later no more.
AFTERMATH = 30.0
# After so many days an article is half as new (benchmarks/time_questions.py tried 30 to 365).
HALF_LIFE = 180.0
# Of reciprocal rank fusion. Cormack et al. 2009 use 60; 10 lets the first ranks count for more.
# Chosen with the weights of the legs on the tuning half of NTREX and on FacQA (docs/log.md).
RANK_CONSTANT = 10.0


@dataclass(frozen=True, slots=True)
class Period:
    """A run of days, both ends included; None leaves an end open."""

    first: date | None
    last: date | None

    def __post_init__(self) -> None:
        if self.first and self.last and self.first > self.last:
            raise ValueError(f"the period is empty: {self.first} is after {self.last}")
        if not self.first and not self.last:
            raise ValueError("a period needs a first or a last day")

    def nearness(self, published: date) -> float:
        """Return 1 for an article of the period, and less the longer after it; before it 0."""
        if self.first and published < self.first:
            return 0.0
        late = (published - self.last).days if self.last else 0
        return min(max(1 - late / AFTERMATH, 0.0), 1.0)


@dataclass(frozen=True, slots=True)
class Timing:
    """What a question says of time: the periods of what it asks about, and whether it asks of now.

    Articles of the periods are preferred, and with ``present`` newer ones.
    """

    periods: tuple[Period, ...] = ()
    present: bool = False

    def __bool__(self) -> bool:
        return bool(self.periods) or self.present


def newness(published: date, newest: date) -> float:
    """Return 1 for the newest article, and half of it for each :data:`HALF_LIFE` it is older."""
    return float(0.5 ** ((newest - published).days / HALF_LIFE))


def boosted(
    scores: Mapping[int, float],
    days: Mapping[int, date],
    timing: Timing,
    *,
    newest: date | None,
    in_period: float,
    recent: float,
) -> dict[int, float]:
    """Return the fused scores with what a fitting date adds.

    A period is a third leg of rank fusion: the passages of its articles, ranked by score ×
    nearness, gain ``in_period`` × nearness / (10 + rank). So the first of them come to the top, and
    beside them stays what was best without a date, which may tell of that time later on. Asking of
    now is no more than a factor, 1 + ``recent`` × newness, between passages that fit alike.

    :param scores: best first; equal ones stay in that order.
    :param days: when the article of each passage was published; undated ones are missing.
    :param newest: the newest day among the articles searched.
    """
    result = dict(scores)
    near = {
        id_: max(period.nearness(days[id_]) for period in timing.periods)
        for id_ in scores
        if timing.periods and id_ in days
    }
    inside = [id_ for id_, nearness in near.items() if nearness > 0]
    ranked = sorted(inside, key=lambda id_: -scores[id_] * near[id_])
    for rank, id_ in enumerate(ranked, start=1):
        result[id_] += in_period * near[id_] / (RANK_CONSTANT + rank)
    if timing.present and newest is not None:
        for id_, day in days.items():
            result[id_] *= 1 + recent * newness(day, newest)
    return result
