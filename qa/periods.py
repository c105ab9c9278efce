"""Dates in questions: which days "in April 2022", "pekan lalu" or "since 2019" mean.

A grammar of our own finds the expressions, because searching a question for dates with dateparser
also finds "may", "sun", numbers and names; dateparser then reads each one. A date in a question is
mostly that of an event, and articles tell of events on the day and after, so it makes articles of
that time likelier; it filters only where the question is about "articles published in" that time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from index import Period
from qa import period_words as words
from qa.period_days import Atom, Days, days_of

Role = Literal["event", "published"]
_ONE_DAY = timedelta(days=1)
_LONGEST = 4000  # characters of a question; a longer one is not searched for either
_BESIDE = 120  # characters before an expression that are looked at
_RELATIVE = frozenset(("near", "named", "rolling", "ago"))
_IN_RANGES = frozenset(("day", "date", "month", "name", "year", "third", "quarter", "near"))
_QUOTED = re.compile(r"[\"“«][^\"”»]{0,80}[\"”»]")
_CAPITAL = re.compile(r"\s+([A-Z][\w-]*)")
_SMALL = frozenset("in on at and to of the di pada dan yang lalu tahun".split())
_ENGLISH = re.compile(r"(?i)(?:this|last|next|past|yesterday|today|tonight|tomorrow|day)\b")
_DIRECTION = re.compile(r"\b(last|next|this)\s+$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class DatedWords:
    """The words ``question[start:end]``, the days they mean, and of what those are the date."""

    start: int
    end: int
    period: Period
    role: Role = "event"


def find_periods(question: str, today: date | None = None) -> tuple[DatedWords, ...]:
    """Return the expressions of time in a question, in order, as periods.

    :param today: what "yesterday" is relative to; None is the day it is.
    """
    # What stands in quotes is a title, not a time.
    plain = _QUOTED.sub(lambda match: "\0" * len(match[0]), question[:_LONGEST])
    atoms = [
        Atom(str(match.lastgroup), match[0], match.start(), match.end())
        for match in words.ATOM.finditer(plain)
    ]
    return tuple(_periods(plain, atoms, today or date.today())) if atoms else ()


def _periods(question: str, atoms: Sequence[Atom], today: date) -> Iterator[DatedWords]:
    place, accepted = 0, None
    while place < len(atoms):
        one = atoms[place]
        other = atoms[place + 1] if place + 1 < len(atoms) else None
        role: Role = "published" if words.PUBLISHED.search(_before(question, one)) else "event"
        days = _range(question, one, other, today) if other else None
        if other and days:
            yield DatedWords(one.start, other.end, Period(*days), role)
            place, accepted = place + 2, other
            continue
        place += 1
        listed = (
            accepted is not None
            and accepted.kind == one.kind
            and words.ALSO.fullmatch(question, accepted.end, one.start) is not None
        )
        if not (listed or _is_time(question, one, other)):
            continue
        days = days_of(_sunday(one), today, _direction(question, one))
        period = _opened(question, one, days) if days else None
        if period:
            accepted = one
            yield DatedWords(one.start, one.end, period, role)


def _before(question: str, atom: Atom) -> str:
    return question[max(atom.start - _BESIDE, 0) : atom.start]


def _is_time(question: str, atom: Atom, following: Atom | None) -> bool:
    """Say whether an expression speaks of time here, judging by what stands around it."""
    before, after = _before(question, atom), question[atom.end : atom.end + _BESIDE]
    named = atom.kind in ("date", "day", "days") and words.NAMED_AFTER.search(before)
    if named or words.NO_TIME.search(before):
        return False
    if atom.kind in words.INTRODUCED:
        return _is_introduced(question, atom, following)
    if atom.kind in _RELATIVE:
        return not _is_title(question, atom)
    return not (atom.text[-1].isdigit() and words.AMOUNT.match(after))


def _is_introduced(question: str, atom: Atom, following: Atom | None) -> bool:
    """Say so of a year, month or weekday alone, which needs words that speak of time beside it."""
    before, after = _before(question, atom), question[atom.end : atom.end + _BESIDE]
    introduced = re.search(rf"\b(?:{words.INTRODUCED[atom.kind]})\s+$", before, re.IGNORECASE)
    if atom.kind == "year":
        event = words.EVENT_AFTER.match(after) or words.EVENT_BEFORE.search(before)
        named = words.AMOUNT.match(after) or words.NUMBERED.search(before)
        return not named and bool(introduced or event)
    if _names_more(after) or (following and _same_day(question, atom, following)):
        return False
    return bool(introduced or words.LATER.match(after))


def _names_more(after: str) -> bool:
    """Say whether a name goes on, as in "Sunday Times", "May Smith" and "May's government"."""
    capital = _CAPITAL.match(after)
    return after[:2] in ("'s", "’s") or bool(capital and capital[1].lower() not in _SMALL)


def _same_day(question: str, weekday: Atom, date_after: Atom) -> bool:
    """Say whether a date right after the weekday says the same: "Senin (26/4/2022)"."""
    gap = question[weekday.end : date_after.start]
    return weekday.kind == "weekday" and date_after.kind in ("day", "date") and not gap.strip(" ,(")


def _is_title(question: str, atom: Atom) -> bool:
    """Say whether capitals, or what follows, make a title: "Last Week Tonight", "today show"."""
    if re.match(r"\s+(?:show|tonight)\b", question[atom.end :], re.IGNORECASE):
        return True
    if question.isupper() or not _ENGLISH.match(atom.text):
        return False
    opens = not question[: atom.start].strip(" ¿\"'(")
    return any(letter.isupper() for letter in atom.text[opens:])


def _sunday(atom: Atom) -> Atom:
    """Read "Minggu lalu" inside a sentence as last Sunday: the week is written small."""
    if atom.kind == "named" and atom.start and re.match(r"Minggu\b", atom.text):
        return Atom("weekday", "Minggu", atom.start, atom.end)
    return atom


def _direction(question: str, atom: Atom) -> str:
    """Return the word beside a weekday or month that says which one: "last", "depan", "ini"."""
    before = _DIRECTION.search(_before(question, atom))
    after = words.LATER.match(question, atom.end)
    return before[1] if before else after[1] if after else ""


def _opened(question: str, atom: Atom, days: Days) -> Period | None:
    """Open the end of a period that "since", "before", "after" or "until" opens."""
    first, last = days
    after = question[atom.end : atom.end + _BESIDE]
    # "Before the 2019 election" and "after yesterday's attack" speak of days near that time.
    near = words.EVENT_AFTER.match(after) if atom.kind == "year" else after[:2] in ("'s", "’s")
    found = None if near else words.OPERATOR.search(_before(question, atom))
    opened = found.lastgroup if found else "since" if words.ONWARDS.match(after) else None
    if opened == "since":
        return Period(first, None)
    if opened == "until":
        return Period(None, last)
    if opened == "before":
        return Period(None, first - _ONE_DAY)
    return Period(last + _ONE_DAY, None) if opened == "after" else Period(first, last)


def _range(question: str, one: Atom, other: Atom, today: date) -> Days | None:
    """Return the days from one expression to another, where the words between join them."""
    if not {one.kind, other.kind} <= _IN_RANGES or words.AMOUNT.match(question, other.end):
        return None
    if words.BETWEEN.search(_before(question, one)):
        joined, led = words.AND.fullmatch(question, one.end, other.start), True
        joined = joined or words.TO.fullmatch(question, one.end, other.start)
    else:
        joined = words.TO.fullmatch(question, one.end, other.start)
        led = words.FROM.search(_before(question, one)) is not None
    # Two months without a year may be anything ("June to August") unless something leads in.
    if not joined or not (led or not (one.lacks_year and other.lacks_year)):
        return None
    first, last = _of_one_year(one, other, today)
    return (first[0], last[1]) if first and last and first[0] <= last[1] else None


def _of_one_year(one: Atom, other: Atom, today: date) -> tuple[Days | None, Days | None]:
    """Read both ends; an end without a year takes that of the other, or the one before or after."""
    last = None if other.lacks_year and not one.lacks_year else days_of(other, today)
    if not one.lacks_year or last is None:
        first = days_of(one, today)
        if first and other.lacks_year:
            last = days_of(other.in_year(first[0].year), today)
            if last and last < first:
                last = days_of(other.in_year(first[0].year + 1), today)
        return first, last
    first = days_of(one.in_year(last[1].year), today)
    if first and first > last:
        first = days_of(one.in_year(last[1].year - 1), today)
    return first, last
