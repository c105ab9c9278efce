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
from itertools import pairwise
from typing import Literal

from index import Period
from qa import period_context as words
from qa.day_arithmetic import YEAR, Days, whole
from qa.period_counts import beside
from qa.period_days import Atom, days_of
from qa.period_eras import ORDINALS
from qa.period_judging import BESIDE, is_time, same_day, words_before
from qa.period_words import ATOM

Role = Literal["event", "published"]
_ONE_DAY = timedelta(days=1)
_LONGEST = 4000  # characters of a question; a longer one is not searched for either
_IN_RANGES = frozenset(
    ("day", "date", "month", "name", "year", "third", "quarter", "near", "weekday", "decade")
)
_WITH_YEAR = frozenset(("day", "month", "days"))
_QUOTED = re.compile(r"[\"“«][^\"”»]{0,80}[\"”»]")
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
        for match in ATOM.finditer(plain)
    ]
    return tuple(_periods(plain, atoms, today or date.today())) if atoms else ()


def _periods(question: str, atoms: Sequence[Atom], today: date) -> Iterator[DatedWords]:
    place, accepted = 0, None
    while place < len(atoms):
        one = _of_listed_year(question, atoms, place)
        other = atoms[place + 1] if place + 1 < len(atoms) else None
        role: Role = "published" if words.PUBLISHED.search(words_before(question, one)) else "event"
        days = _range(question, atoms[place], other, today) if other else None
        if other and days:
            yield DatedWords(one.start, other.end, Period(*days), role)
            place, accepted = place + 2, other
            continue
        place += 1
        listed = one is not atoms[place - 1] or (
            accepted is not None
            and accepted.kind == one.kind
            and words.ALSO.fullmatch(question, accepted.end, one.start) is not None
        )
        if other and (days := _weekday_of_week(question, one, other, today)):
            yield DatedWords(one.start, other.end, Period(*days), role)
            place += 1
            continue
        if not (listed or is_time(question, one, other)):
            continue
        one, said = _sunday(one), one
        direction = _direction(question, one)
        days = days_of(one, today, direction)
        if days and not _on_its_weekday(question, atoms[:place], days):
            continue
        period = _opened(question, one, _around(question, one, days)) if days else None
        if period:
            accepted = said
            yield DatedWords(said.start, said.end, period, role)
        # "Jumat kemarin" has been read; "kemarin" alone would be yesterday.
        while place < len(atoms) and atoms[place].start < _reach(question, one):
            place += 1


def _on_its_weekday(question: str, atoms: Sequence[Atom], days: Days) -> bool:
    """Say whether a day is of the weekday before it: "Jumat (26/8)" is not of every year."""
    *_, weekday, one = (None, *atoms)
    if weekday is None or one is None or one.kind not in ("slash", "date"):
        return True
    if not same_day(question, weekday, one):
        return True
    named = days_of(weekday, days[0])
    return named is None or named[0].weekday() == days[0].weekday()


def _reach(question: str, atom: Atom) -> int:
    """Return where an expression ends with the word of direction after it."""
    later = (
        words.LATER.match(question, atom.end) if atom.kind in ("weekday", "name", "date") else None
    )
    return later.end() if later else atom.end


def _of_listed_year(question: str, atoms: Sequence[Atom], place: int) -> Atom:
    """Give a day or month the year that ends its list: "April and May 2020"."""
    one = atoms[place]
    if not one.lacks_year:
        return one
    for before, after in pairwise(atoms[place:]):
        if not words.ALSO.fullmatch(question, before.end, after.start):
            break
        year = YEAR.search(after.text) if after.kind in _WITH_YEAR else None
        if year:
            return one.in_year(int(year[0]))
        if not after.lacks_year:
            break
    return one


def _weekday_of_week(question: str, one: Atom, other: Atom, today: date) -> Days | None:
    """Read "Jumat pekan lalu" and "Monday of last week"."""
    gap = question[one.end : other.start].strip().lower()
    if one.kind != "weekday" or other.kind != "named" or gap not in ("", "of"):
        return None
    week, day = days_of(other, today), days_of(one, today)
    if not week or not day or (week[1] - week[0]).days != 6:
        return None
    found = week[0] + timedelta(days=day[0].weekday())
    return found, found


def _around(question: str, atom: Atom, days: Days) -> Days:
    """Read "the week of 18 April", "the second week of March", "two days before 26 April"."""
    before = words_before(question, atom)
    if days[0] == days[1]:
        if words.WEEK_AROUND.search(before):
            return whole(days[0], "week")
        if words.WEEK_UP_TO.search(before):
            return days[1] - 6 * _ONE_DAY, days[1]
    if found := words.BESIDE.search(before):
        return beside(found[0], days)
    nth = words.WEEK_OF_MONTH.search(before) if atom.kind in ("month", "name") else None
    if nth is None:
        return days
    number = ORDINALS.get((nth["of"] or nth["ke"]).lower())
    if number is None:
        return days[1] - 6 * _ONE_DAY, days[1]
    return days[0].replace(day=7 * number - 6), days[0].replace(day=7 * number)


def _sunday(atom: Atom) -> Atom:
    """Read "Minggu lalu" inside a sentence as last Sunday: the week is written small."""
    if atom.kind == "named" and atom.start and atom.text.startswith("Minggu"):
        return Atom("weekday", "Minggu", atom.start, atom.start + len("Minggu"))
    return atom


def _direction(question: str, atom: Atom) -> str:
    """Return the word beside a weekday or month that says which one: "last", "depan", "ini"."""
    before = _DIRECTION.search(words_before(question, atom))
    after = words.LATER.match(question, atom.end)
    return before[1] if before else after[1] if after else ""


def _opened(question: str, atom: Atom, days: Days) -> Period | None:
    """Open the end of a period that "since", "before", "after" or "until" opens."""
    first, last = days
    before, after = words_before(question, atom), question[atom.end : atom.end + BESIDE]
    if words.BESIDE.search(before):
        return Period(first, last)
    if words.BETWEEN.search(before) and words.AND_NOW.match(after):
        return Period(first, None)
    # "Before the 2019 election" and "after yesterday's attack" speak of days near that time.
    near = words.EVENT_AFTER.match(after) if atom.kind == "year" else after[:2] in ("'s", "’s")
    found = None if near else words.OPERATOR.search(before)
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
    if words.BETWEEN.search(words_before(question, one)):
        joined, led = words.AND.fullmatch(question, one.end, other.start), True
        joined = joined or words.TO.fullmatch(question, one.end, other.start)
    else:
        joined = words.TO.fullmatch(question, one.end, other.start)
        led = words.FROM.search(words_before(question, one)) is not None
    # "Open Monday to Friday" is no time unless something leads in.
    if not joined or (one.kind == "weekday" and not led) or one.kind == "decade" != other.kind:
        return None
    first, last = _of_one_year(one, other, today)
    return (first[0], last[1]) if first and last and first[0] <= last[1] else None


def _of_one_year(one: Atom, other: Atom, today: date) -> tuple[Days | None, Days | None]:
    """Read both ends; an end without a year takes that of the other, or the one before or after."""
    last = None if other.lacks_year and not one.lacks_year else days_of(other, today)
    if one.kind == other.kind == "weekday":
        first, last = days_of(one, today), days_of(other, today)
        if first and last:
            first = (last[0] - timedelta(days=(last[0] - first[0]).days % 7),) * 2
        return first, last
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
