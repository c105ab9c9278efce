"""Where a question says of which time it asks: an answer from the articles of that time.

A reader sees no dates: the newest price and the one of last year look alike to it, and "February
2022" it finds missing in an article of that month. So where other articles answer nearly as well,
the newest is read alone for "now", and those of the period for "in February 2022". What is refused
is read again without its words of time, which the date of an article answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from index import Hit, Period, Timing
from qa.question_time import without_time
from qa.types import Draft, Reader

# Of the best passage's verdict: what answers so well may be the better answer for its date.
_NEARLY = 0.8
_LONGEST = 100  # days of a period within which the day of an article says something


def read_in_time(
    draft: Draft,
    hits: Sequence[Hit],
    limit: float,
    reader: Reader,
    question: str,
    timing: Timing,
    today: date | None = None,
) -> Draft:
    """Return the draft, or one whose claims are those of the articles of the time asked for.

    :param limit: the probability that a claim must reach to take the place of another.
    """
    dated = any(hit.article.published for hit in hits)
    judged = len(draft.verdicts) == len(hits)  # chat models are not asked twice
    if not timing or not dated or not judged or not draft.claims:
        return draft
    plain = without_time(question, today)
    answered = draft
    # Read alone, passages that do not answer look as if they did: a refusal is overcome by all.
    if not _reaches(draft, limit) and plain != question:
        answered = reader.read(plain, hits)
    timely = _timely(answered, hits, timing) if _reaches(answered, limit) else []
    if not timely:
        return draft
    if {hit.article.id for hit in timely} >= _cited(answered):
        return answered
    for wording in dict.fromkeys([question, plain]):
        again = reader.read(wording, timely)
        if _reaches(again, limit):
            return replace(answered, claims=again.claims)
    return draft


def _reaches(draft: Draft, limit: float) -> bool:
    return bool(draft.claims) and draft.claims[0].probability >= limit


def _cited(draft: Draft) -> set[str]:
    return {span.article_id for span in draft.claims[0].spans}


def _timely(draft: Draft, hits: Sequence[Hit], timing: Timing) -> list[Hit]:
    """Return the hits of the time asked for that answer nearly as well as the best."""
    least = _NEARLY * max(draft.verdicts)
    able = [
        (hit, hit.article.published)
        for hit, verdict in zip(hits, draft.verdicts, strict=True)
        if verdict >= least and hit.article.published
    ]
    short = [period for period in timing.periods if _is_short(period)]
    if timing.periods:
        able = [(hit, day) for hit, day in able if any(one.nearness(day) == 1 for one in short)]
    if timing.present and able:
        newest = max(day for _, day in able)
        able = [(hit, day) for hit, day in able if day == newest]
    return [hit for hit, _ in able]


def _is_short(period: Period) -> bool:
    return bool(period.first and period.last and (period.last - period.first).days <= _LONGEST)
